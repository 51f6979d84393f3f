"""Whatever people type, a policy is read or its mistakes have a line."""

import json
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from unit.builders import FILES, POLICY

from promotion.core.policy.mistakes import Mistake, PolicyInvalid
from promotion.core.policy.reading import read_policy

EXAMPLES = Path(__file__).parents[3] / "examples"
# Most of what a policy can say, and one that is quick to read.
GOOD = [POLICY, *(path.read_text() for path in sorted(EXAMPLES.glob("*/promotion.yaml")))]
SCRAPS = st.sampled_from(
    ["", " ", "\t", "\n", ":", "- ", "{", "}", "[", "]", "'", '"', "&a ", "*a", "<<: ", "!!set ",
     "${X}", "null", "~", "true", "1", "-1", "1e999", ".nan", "2026-01-01", "é", "\x00", "\ud7ff",
     "kind", "metric", "at_most", "stages", "#", "|", ">", "? ", "%", "@", "`"]
)  # fmt: skip


def read_file(path: str) -> str:
    if path not in FILES:
        raise FileNotFoundError(2, "No such file or directory")
    return FILES[path]


def mistakes(text: str) -> tuple[Mistake, ...]:
    """What is wrong with that policy; nothing if it can be read."""
    try:
        read_policy(text, name="p.yaml", settings={}, read_file=read_file)
    except PolicyInvalid as invalid:
        return invalid.mistakes
    return ()


def mutated(text: str, edits: list[tuple[int, int, str]]) -> str:
    """``text`` with some places cut out and something else put there."""
    for place, length, scrap in edits:
        at = place % (len(text) + 1)
        text = text[:at] + scrap + text[at + length :]
    return text


@settings(max_examples=800)
@given(
    st.sampled_from(GOOD),
    st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 12), SCRAPS), max_size=3),
)
def test_no_edit_of_a_good_policy_gives_a_traceback(good, edits):
    text = mutated(good, edits)
    last = text.count("\n") + 2
    for mistake in mistakes(text):
        assert 1 <= mistake.line <= last
        assert mistake.column >= 1
        assert mistake.what


@settings(max_examples=200)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
        max_leaves=6,
    ),
    st.sampled_from(
        ["registry: the-registry", "from: dev", "name: prod\n", "[taxi-*]", "at_most: 5.0"]
    ),
)
def test_no_value_in_a_wrong_place_gives_a_traceback(value, place):
    field = place.partition(": ")[0]
    text = POLICY.replace(place, f"{field}: {json.dumps(value)}", 1)
    assert all(mistake.what for mistake in mistakes(text))
