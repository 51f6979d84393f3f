"""Characters that nobody sees are left out of texts that others wrote."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promotion.core.notices.text import clean
from promotion.core.notices.unseen import is_unseen

UNSEEN = {
    "Hangul filler": "\u3164",
    "Hangul choseong filler": "\u115f",
    "halfwidth Hangul filler": "\uffa0",
    "Braille pattern blank": "\u2800",
    "variation selector 16": "\ufe0f",
    "variation selector 256": "\U000e01ef",
    "tag, of which text is smuggled": "\U000e0041",
    "combining grapheme joiner": "\u034f",
    "Khmer inherent vowel": "\u17b4",
    "Mongolian variation selector": "\u180b",
    "soft hyphen": "\u00ad",
    "zero width joiner": "\u200d",
    "right-to-left override": "\u202e",
    "isolate": "\u2066",
    "byte order mark": "\ufeff",
    "null notehead": "\U0001d159",
    "Khitan filler": "\U00016fe4",
    "full blank hieroglyph": "\U00013441",
    "escape": "\x1b",
    "private use": "\ue000",
    "half a surrogate pair": "\ud800",
    "not assigned, ignorable": "\u2065",
}


@pytest.mark.parametrize("name", UNSEEN)
def test_what_is_not_seen_is_left_out(name):
    assert clean(f"a{UNSEEN[name]}b", 10) == "ab"


@pytest.mark.parametrize(
    "text", ["naïve", "日本語", "한국어", "Ⅷ½", "🚕", "e\u0301", "⠁", "مرحبا", "हिन्दी"]
)
def test_what_is_seen_stays(text):
    assert clean(text, 20) == text


@pytest.mark.parametrize("space", [" ", "\n", "\t", "\u00a0", "\u2003", "\u3000", "\u2028"])
def test_every_kind_of_space_is_one_space(space):
    assert clean(f"a{space}{space}b", 10) == "a b"


@given(st.text(st.characters(categories=["Cc", "Cf", "Cs", "Co", "Cn"]), min_size=1))
def test_no_control_or_format_character_is_ever_left(text):
    left = clean(text, 10_000)
    assert all(unicodedata.category(character)[0] != "C" for character in left)


def test_few_characters_are_lost_of_those_that_are_letters_or_signs():
    """The rule is about what is blank: not a rule that silently eats an alphabet."""
    every = map(chr, range(0x110000))
    lost = [one for one in every if unicodedata.category(one)[0] not in "CZ" and is_unseen(one)]
    assert len(lost) == len("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0\u2800") + 4 + 16 + 4 + 240
