"""Regular expressions that take no longer than the text is long, whatever the text is.

Tags are free text of whoever registers models, and with Python's own engine a pattern such as
``(a+)+b`` can be kept busy for years by thirty characters. This is RE2, the engine of CEL: it has
no look-around and no back-references. Syntax: https://github.com/google/re2/wiki/Syntax
"""

from typing import Final

from promotion.core.expressions import NotComputable, condition

_VARIABLES: Final = {"text": "string", "pattern": "string"}


def checked(pattern: str) -> str:
    """``pattern`` when it is a regular expression; raises ValueError."""
    try:
        _search(pattern, "")
        is_match(pattern, "")
    except NotComputable as error:
        what = str(error).removeprefix("invalid regular expression: ")
        raise ValueError(f"not a regular expression: {what}") from None
    return pattern


def is_match(pattern: str, text: str) -> bool:
    """Whether all of ``text`` is a match of ``pattern``, which has been checked."""
    return _search(f"^(?:{pattern})$", text)


def _search(pattern: str, text: str) -> bool:
    found = condition("text.matches(pattern)", _VARIABLES)
    return found.holds({"text": text, "pattern": pattern})
