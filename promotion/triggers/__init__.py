"""Host bindings: they translate, hand over and are done."""

from promotion.triggers.grpc_logging import silence

silence()
