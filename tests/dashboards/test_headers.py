import re
from pathlib import Path

import pytest
from dashboards.paths import STATUS
from dashboards.workspace import documented, the_recorded_workspace

from promotion.report.queries import PARAMETERS, BadHeader, Query, queries

QUERIES = queries()
README = Path(__file__).parents[2] / "dashboards/README.md"

QUERY = pytest.mark.parametrize("query", QUERIES.values(), ids=list(QUERIES))
BESIDE = {
    *("ignored", "duplicate", "decision_ignored", "held", "resumed"),
    *("stage_ended", "rollback_failed"),
    *("retired", "kept", "retirement_failed", "policy_changed", "policy_refused"),
    *("notice_sent", "notice_failed", "written_back", "write_back_failed"),
}
"""Records that only concern a promotion, or none. A new one belongs here, or to the queries."""
_TEXT = '// question: Who?\n// row: one\nlet route = "";\nAppEvents'


def _common(query: Query) -> str:
    """The first paragraph, which all queries have: each record once."""
    return query.body[: query.body.index("Properties, Measurements;")]


def test_every_query_is_listed_in_the_readme_with_its_question():
    readme = README.read_text(encoding="utf-8")
    wanted = {f"| [{name}](queries/{name}.kql) | {q.question} |" for name, q in QUERIES.items()}
    assert {line for line in readme.splitlines() if line.startswith("| [")} == wanted


@QUERY
def test_a_query_asks_one_question(query):
    assert query.question.endswith("?")


@QUERY
def test_all_queries_begin_with_the_same_paragraph(query):
    assert _common(query) == _common(QUERIES["timeline"])


def test_what_is_on_the_way_is_what_shows_a_status():
    listed = QUERIES["timeline"].text.split("fact in (", 1)[1].split(")", 1)[0]
    assert set(re.findall(r'"(\w+)"', listed)) == set(STATUS)


def test_every_kind_of_record_is_on_the_way_or_known_to_be_beside_it():
    assert {name.removeprefix("promotion.") for name in documented()} == set(STATUS) | BESIDE


@QUERY
def test_no_line_is_empty_because_the_portal_runs_only_what_stands_together(query):
    assert all(line.strip() for line in query.text.splitlines())


@QUERY
def test_a_query_has_every_parameter_once_and_empty(query):
    for parameter in PARAMETERS:
        assert query.text.count(f'let {parameter} = "";\n') == 1


@QUERY
def test_the_time_is_that_of_the_portal(query):
    assert "ago(" not in query.text
    assert ("now()" in query.text) == query.name.endswith("-now")


@QUERY
def test_the_columns_are_those_of_the_answer_in_units_that_a_page_knows(query):
    answer = the_recorded_workspace().ask(query.name)
    if answer:
        assert [column.name for column in query.columns] == list(answer[0])


@QUERY
def test_a_chart_shows_columns_that_there_are(query):
    assert query.charts
    units = {column.name: column.unit for column in query.columns}
    for chart in query.charts:
        drill = {chart.drill} - {None}
        assert {units[name] for name in drill} <= {"id"}
        if chart.kind != "table":
            assert chart.x in units
            assert set(chart.by) <= units.keys()
            assert {units[name] for name in chart.y} <= {"count", "percent", "seconds"}
            assert chart.y


@QUERY
def test_a_chart_has_one_value_at_each_of_its_places(query):
    answer = the_recorded_workspace().ask(query.name)
    for chart in query.charts:
        if chart.kind != "table":
            places = [tuple(row[name] for name in (chart.x, *chart.by)) for row in answer]
            assert len(places) == len(set(places))


@pytest.mark.parametrize(
    "line",
    [
        *("// answer: 42", "// column: a text", "// column: a mile - far", "// chart: pie"),
        *("// chart: bars z=a", "# question: What?", "// question: And who?", ""),
    ],
)
def test_a_line_that_the_format_does_not_have_is_found(line):
    Query.read("q", _TEXT)
    with pytest.raises(BadHeader):
        Query.read("q", _TEXT.replace("// row", f"{line}\n// row"))
