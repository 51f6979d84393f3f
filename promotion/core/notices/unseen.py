"""Which characters nobody sees, and which could therefore hide something in a text."""

import unicodedata
from typing import Final

_IGNORABLE: Final = (
    (0x00AD, 0x00AD),
    (0x034F, 0x034F),
    (0x061C, 0x061C),
    (0x115F, 0x1160),
    (0x17B4, 0x17B5),
    (0x180B, 0x180F),
    (0x200B, 0x200F),
    (0x202A, 0x202E),
    (0x2060, 0x206F),
    (0x3164, 0x3164),
    (0xFE00, 0xFE0F),
    (0xFEFF, 0xFEFF),
    (0xFFA0, 0xFFA0),
    (0xFFF0, 0xFFF8),
    (0x1BCA0, 0x1BCA3),
    (0x1D173, 0x1D17A),
    (0xE0000, 0xE0FFF),
)
"""First and last of each range with the property Default_Ignorable_Code_Point: what a font that
knows nothing of it is to show as nothing. unicodedata does not have it.

Source: https://www.unicode.org/Public/UCD/latest/ucd/DerivedCoreProperties.txt
"""

_BLANK: Final = frozenset("\u2800\U00013441\U00013442\U00016fe4\U0001d159")
"""Graphic characters, by their category, whose picture is empty: the Braille pattern without dots,
two blank hieroglyphs, the filler of Khitan, and a note without its head."""


def is_unseen(character: str) -> bool:
    """Whether it shows nothing, and is no space: control and format characters, what has no
    character yet, ignorable ones, and blank pictures."""
    if character.isspace():
        return False
    if unicodedata.category(character)[0] == "C" or character in _BLANK:
        return True
    return any(first <= ord(character) <= last for first, last in _IGNORABLE)
