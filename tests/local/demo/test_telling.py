import io

import pytest
from rich.console import Console

from local.story import Ending
from local.telling import LiveTelling, PlainTelling, summary

FACT = {
    "Name": "promotion.smoke_tested",
    "Properties": {"outcome": "failed"},
    "Measurements": {"latency_ms": 12.3},
}


def told(telling_type: type, *, surprises: list[str]) -> str:
    """What is seen of one chapter."""
    out = io.StringIO()
    console = Console(file=out, force_terminal=telling_type is LiveTelling, width=120)
    with telling_type(console) as telling:
        telling.chapter(1, "v3 is nonsense")
        telling.fact(1, FACT)
        telling.ending(1, Ending("v3", "rolled_back", "No.", 1.5, "v1 100 %", surprises))
    return out.getvalue()


@pytest.mark.parametrize("telling_type", [PlainTelling, LiveTelling])
def test_a_chapter_is_told(telling_type):
    assert "v3 is nonsense" in told(telling_type, surprises=[])


@pytest.mark.parametrize("telling_type", [PlainTelling, LiveTelling])
def test_a_surprise_is_not_hidden(telling_type):
    assert "v1 left 100 %" in told(telling_type, surprises=["v1 left 100 %"])


def test_on_a_pipe_every_fact_has_its_line():
    assert "   smoke test failed (12 ms)\n" in told(PlainTelling, surprises=[])


def test_the_summary_has_a_row_for_each_ending():
    out = io.StringIO()
    endings = [Ending("v1", "succeeded", "answers $11.70", 1.0, "taxi-model-1 100 %")]
    Console(file=out, width=120).print(summary(endings))
    assert all(word in out.getvalue() for word in ("v1", "succeeded", "$11.70", "1.0 s", "100 %"))
