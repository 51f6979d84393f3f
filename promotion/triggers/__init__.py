"""Host bindings: they translate, hand over and are done."""
