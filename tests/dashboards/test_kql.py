"""What Microsoft's own parser says of the queries."""

import pytest
from dashboards.kql_parser import check

from promotion.report.queries import queries

QUERIES = queries()

TYPES = {
    "datetime": {"datetime"},
    "text": {"string"},
    "id": {"string"},
    "count": {"long"},
    "percent": {"real"},
    "seconds": {"real"},
}
"""By the unit of a column."""


ASKED = {"route": "taxi", "stage": "prod", "promotion": "taxi-m-1-0a1b2c3d"}
WRONG = {
    "The name 'TimeStamp' does not refer": "AppEvents | where TimeStamp > datetime(2026-01-01)",
    "The name 'percentil' does not refer": "AppEvents | summarize percentil(ItemCount, 95)",
    "The name 'customEvents' does not refer": "customEvents | take 1",
    "operand types string and long": "AppEvents | where Name > 1",
    "Missing expression": "AppEvents | where | take 5",
}
"""By what the parser must say of it."""


@pytest.fixture(scope="module")
def found():
    asked = {f"{name}, asked": query.asked_for(**ASKED) for name, query in QUERIES.items()}
    return check({name: query.text for name, query in QUERIES.items()} | asked | WRONG)


@pytest.mark.parametrize("name", QUERIES)
def test_a_query_has_no_mistakes(found, name):
    assert found[name]["mistakes"] == []
    assert found[f"{name}, asked"]["mistakes"] == []


@pytest.mark.parametrize("name", QUERIES)
def test_the_columns_are_those_of_the_header_in_types_of_their_units(found, name):
    columns = QUERIES[name].columns
    assert [column for column, _ in found[name]["columns"]] == [one.name for one in columns]
    for (column, kind), told in zip(found[name]["columns"], columns, strict=True):
        assert kind in TYPES[told.unit], column


@pytest.mark.parametrize("said", WRONG)
def test_the_parser_finds_wrong_columns_functions_tables_types_and_grammar(found, said):
    assert any(said in mistake for mistake in found[said]["mistakes"])
