"""What a report tells, before anybody draws it."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promotion.report.queries import queries
from promotion.report.source import Wanted
from promotion.report.text.blocks import Bar, Cell, Line, Table
from promotion.report.text.charts import bar, line_of, moments, stacked
from promotion.report.text.columns import table
from promotion.report.text.layouts import LAYOUTS, layout_of
from promotion.report.text.overview import overview
from promotion.report.text.report import Report, text
from promotion.report.text.times import outcomes
from promotion.report.text.words import NOTHING

NOW = datetime(2026, 3, 31, tzinfo=UTC)
VALUES = {
    "datetime": NOW,
    "text": "some",
    "id": "p-1",
    "count": 3,
    "percent": 25.0,
    "seconds": 90.0,
}


class Strict(dict):
    """A row that is asked for its columns only."""

    def get(self, name, default=None):
        return self[name]


def a_row(name: str, **changed):
    columns = queries()[name].columns
    return Strict({column.name: VALUES[column.unit] for column in columns} | changed)


def day(number: int) -> datetime:
    return datetime(2026, 3, number, tzinfo=UTC)


def ended(number: int, outcome: str = "succeeded", count: int = 1):
    return {"day": day(number), "outcome": outcome, "promotions": count}


def words(*blocks):
    """Line by line, the cells with bars as how much of the room they take."""
    for block in blocks:
        if isinstance(block, Line):
            yield "".join(cell.text for cell in block.cells)
            continue
        yield [heading.text for heading in block.headings]
        for entry in block.entries:
            yield [
                cell.text if isinstance(cell, Cell) else sum(part.share for part in cell.parts)
                for cell in entry.cells
            ]
            yield from entry.below


def told(answers, *, chosen=False, **wanted):
    report = Report("the file", Wanted(**wanted), answers, NOW, chosen)
    return [line for line in words(*text(report)) if line]


@pytest.mark.parametrize("name", queries())
def test_a_layout_names_only_columns_that_its_query_has(name):
    layout = layout_of(queries()[name])
    entries = table(layout, list(layout.order([a_row(name)]))).entries
    assert len(entries) == 1


@pytest.mark.parametrize("name", queries())
def test_every_question_has_words_for_nothing(name):
    assert told({name: []}, chosen=True)[-1] == NOTHING[name]


def test_layouts_and_words_are_of_questions_that_there_are():
    assert LAYOUTS.keys() | NOTHING.keys() <= queries().keys()


def test_a_question_without_a_layout_shows_all_its_columns():
    query = queries()["promotions-by-outcome"]
    columns = [heading.text for heading in table(layout_of(query), [ended(1)]).headings]
    assert columns == ["DAY", "OUTCOME", "PROMOTIONS"]


def test_the_overview_has_the_key_figures_of_the_answers():
    answers = {
        "promotions-by-outcome": [ended(1, count=3), ended(2, count=4), ended(2, "failed")],
        "waiting-now": [{"waited_s": 60}, {"waited_s": 3_600}],
        "lead-time": [
            {"route": "taxi", "stage": stage, "versions": 2, "p50_s": seconds}
            for stage, seconds in (("a", 1), ("b", 2), ("c", None), ("d", 60), ("e", 7_323))
        ],
        "four-keys": [
            {"change_failures": 1, "deployments": 3},
            {"change_failures": 0, "deployments": 5},
        ],
    }
    assert list(words(overview(answers)))[1:] == [
        ["Promotions", "8: 7 succeeded, 1 failed"],
        ["Waiting now", "2, the longest for 1 h"],
        [
            "Lead time, median",
            "2 h 2 min to taxi/e; 1 min to taxi/d; 2 s to taxi/b; 1 more are faster",
        ],
        ["Change failures", "12.5 %, 1 of 8 deliveries"],
    ]


def test_the_overview_tells_of_nothing_that_was_not_asked():
    assert overview({"failures": []}).entries == ()


def test_few_days_and_outcomes_are_a_table_with_the_days_between():
    rows = [ended(1), ended(3, "failed", 2), ended(3)]
    assert list(words(*outcomes(rows))) == [
        ["DAY", "SUCCEEDED", "FAILED", "ALL", ""],
        ["2026-03-01", "1", "", "1", pytest.approx(1 / 3)],
        ["2026-03-02", "", "", "0", 0],
        ["2026-03-03", "1", "2", "3", pytest.approx(1)],
    ]


def test_many_days_are_small_columns_for_each_outcome():
    rows = [ended(1, count=4), ended(2), ended(9, "rejected", 8)]
    assert list(words(*outcomes(rows))) == [
        ["OUTCOME", "ALL", "2026-03-01 TO 2026-03-09", ""],
        ["succeeded", "5", "█▃·······", 5 / 8],
        ["rejected", "8", "········█", 1],
    ]


def test_an_outcome_that_is_new_is_shown_too():
    assert next(words(*outcomes([ended(1, "odd")]))) == ["DAY", "ODD", "ALL", ""]


def test_questions_without_an_answer_share_a_line_at_the_end():
    lines = told({"rollbacks": [], "promotions-by-outcome": [ended(1)], "failures": []})
    assert lines[-1] == "Nothing was rolled back. Nothing failed."
    assert queries()["rollbacks"].question not in lines


def test_no_record_at_all_is_one_sentence():
    lines = told({name: [] for name in queries()}, since=day(1), route="taxi")
    assert lines == [
        "Promotions from 2026-03-01 00:00 to 2026-03-31 00:00 UTC",
        "the file, route taxi",
        "No audit record tells of anything in that time.",
    ]


def test_many_rows_are_cut_short_unless_the_question_was_chosen():
    rows = [a_row("decisions", reason=f"because {number}") for number in range(20)]
    answers = {"decisions": rows}
    assert told(answers)[-1] == "8 more; --only decisions shows them all."
    assert told(answers, chosen=True)[-1] == "because 19"


def test_long_texts_are_in_one_line_and_end_somewhere():
    row = a_row("failures", last_reason="one\n  two " + "x" * 9_000)
    reason = told({"failures": [row]}, chosen=True)[-3]
    assert reason.startswith("one two xxx")
    assert (len(reason), reason[-1]) == (401, "…")


def test_steps_name_who_took_them_where_it_is_somebody_else():
    people = ("event-grid", "event-grid", "bob", "event-grid")
    rows = [a_row("timeline", by_whom=who, what="w", outcome="") for who in people]
    steps = [line[-1] for line in told({"timeline": rows}, chosen=True) if len(line) == 5][1:]
    rest = "w, 25 % of the traffic, took 1 min 30 s"
    assert steps == [f"{rest}, by event-grid", rest, f"{rest}, by bob", rest]


def test_columns_without_a_text_are_left_out():
    row = a_row("waiting-now", until=None)
    headings = table(LAYOUTS["waiting-now"], [row]).headings
    assert "UNTIL" not in [heading.text for heading in headings]


def test_long_times_have_several_days_in_a_column():
    over = moments(day(1), day(1) + timedelta(days=79), timedelta(days=1))
    values = {over[0]: 1, over[1]: 1, over[2]: 1}
    assert line_of(values, over, adds=True) == "█▅" + "·" * 38
    assert line_of(values, over, adds=False) == "██" + "·" * 38


figures = st.floats(min_value=-1e9, max_value=1e9)


@given(st.lists(figures, min_size=1), st.none() | figures)
def test_no_bar_is_longer_than_the_longest(values, faint):
    most = max(0, *values, faint or 0)
    for value in values:
        assert _length(bar(value, most, faint=faint)) <= 1 + 1e-9
    assert _length(stacked([(value, "") for value in values if value > 0], 0)) == 0


def _length(drawn: Bar) -> float:
    assert all(part.share > 0 for part in drawn.parts)
    return sum(part.share for part in drawn.parts)


def test_a_bar_of_nothing_is_empty():
    assert bar(None, 3) == bar(0, 3) == bar(0, 0) == Bar(())


def test_a_report_is_made_of_lines_and_tables():
    report = Report("f", Wanted(), {"failures": [a_row("failures")]}, NOW)
    assert {type(block) for block in text(report)} == {Line, Table}
