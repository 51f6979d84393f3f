import pytest

from promotion.core.pattern import checked, is_match


@pytest.mark.parametrize(
    ("pattern", "text", "matches"),
    [
        (r"nyc-taxi-\d{4}-\d{2}", "nyc-taxi-2026-01", True),
        (r"nyc-taxi-\d{4}-\d{2}", "old nyc-taxi-2026-01", False),
        ("a|b", "b", True),
        ("a|b", "ab", False),
        ("a|b", "b\n", False),
        ("[a-z]+", "a\nb", False),
        ("", "", True),
    ],
)
def test_the_whole_text_must_match(pattern, text, matches):
    assert is_match(checked(pattern), text) is matches


def test_no_text_keeps_a_pattern_busy():
    assert not is_match(checked("(a+)+b"), "a" * 100_000)


@pytest.mark.parametrize(
    ("pattern", "what"),
    [
        ("(", r"missing \)"),
        ("a)(b", r"unexpected \)"),
        ("(?=a)", r"invalid perl operator: \(\?="),
        (r"(a)\1", "invalid escape sequence"),
    ],
)
def test_what_is_no_regular_expression_is_refused_with_the_reason(pattern, what):
    with pytest.raises(ValueError, match=what):
        checked(pattern)
