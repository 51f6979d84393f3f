"""The workbook, as its Bicep file makes it; and what holds for all Bicep files."""

import json
import re
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from dashboards.bicep_files import FILES, FOLDER, BadBicep, deploy, every, parse
from dashboards.bicep_rules import WORKSPACE, ask, deployed
from dashboards.bicep_shapes import faults
from dashboards.workspace import Workspace, recorded

from dashboards import kql_parser
from promotion.report.queries import Chart, queries

QUERIES = queries()

KINDS = {1: None, 3: "KqlItem/1.0", 9: "KqlParameterItem/1.0", 11: "LinkItem/1.0"}
"""Of items, with the version of their content: https://github.com/microsoft/Application-Insights-Workbooks,
schema/workbook.json. 12 is a group, NotebookGroup/1.0, as the portal writes it."""
CONTENT = {
    *("version", "query", "title", "size", "noDataMessage", "showExportToExcel"),
    *("queryType", "resourceType", "crossComponentResources"),
    *("timeContext", "timeContextFromParameter"),
    *("visualization", "chartSettings", "gridSettings"),
    *("exportFieldName", "exportParameterName"),
}
"""What a query item may have: keys that workbooks saved by the portal have."""
PICTURES = {
    "columns": ("barchart",),
    "bars": ("categoricalbar", "unstackedbar"),
    "lines": ("linechart",),
    "table": ("table",),
}
"""How a workbook shows what a header calls so. It has no bars that lie."""
NUMBERS = {"seconds": 24, "percent": 1}
"""The number of a unit in a workbook's numberFormat."""
ALL = {"Route": "*", "Stage": "*"}
ROWS = recorded("taxi-fare") + recorded("hold")
LATER = datetime(2100, 1, 1, tzinfo=UTC)
QUIET = ("decisions", "duplicates-and-ignored", "waiting-now")
"""Of which the stories with which the panels are tried tell nothing."""
FILLED = {"Route": "taxi-fare", "Stage": "prod", "promotion": "taxi-m-1-0a1b2c3d"}


def items() -> list[dict[str, Any]]:
    (workbook,) = (one for one in deployed() if one["type"].endswith("/workbooks"))
    notebook = json.loads(workbook["properties"]["serializedData"])
    assert notebook["version"] == workbook["properties"]["version"] == "Notebook/1.0"
    assert notebook["fallbackResourceIds"] == [WORKSPACE]
    found: list[dict[str, Any]] = notebook["items"]
    return found


ITEMS = items()
GROUPS = [item for item in ITEMS if item["type"] == 12]
(PARAMETERS,) = (item["content"]["parameters"] for item in ITEMS if item["type"] == 9)


def panels() -> Iterator[tuple[str, dict[str, Any]]]:
    for group in GROUPS:
        for item in group["content"]["items"]:
            yield f"{group['name']}: {item['name']}", item["content"]


PANELS = dict(panels())
PANEL = pytest.mark.parametrize("name", PANELS)


def query_of(panel: dict[str, Any]) -> str:
    """The name of the query that a panel shows."""
    question = panel["title"].removesuffix(" {promotion}")
    (name,) = (name for name, query in QUERIES.items() if query.question == question)
    return name


def filled(text: str, values: dict[str, str]) -> str:
    """The query that the workbook asks when one has chosen that."""
    for name, value in values.items():
        text = text.replace(f"{{{name}}}", value)
    return text


@pytest.mark.parametrize("path", FILES, ids=[path.name for path in FILES])
def test_a_file_is_bicep(path):
    assert parse(path.read_bytes(), path.name)


def test_all_files_are_deployed():
    used = {*deployed_files(FOLDER / "main.bicep")}
    assert used == set(FILES)


def deployed_files(path: Path) -> Iterator[Path]:
    yield path
    for name in re.findall(r"^module \w+ '(.+?)'", path.read_text(), flags=re.MULTILINE):
        yield from deployed_files(path.parent / name)


@pytest.mark.parametrize("number", range(len(deployed())))
def test_a_resource_has_what_azure_knows_and_wants(number):
    assert faults(deployed()[number]) == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("severity: severity", "severityy: severity", "severityy: no such property"),
        ("windowSize: rule.window", "enabled: true", "is not known here"),
        ("windowSize: rule.window\n", "", "windowSize: missing"),
        ("'GreaterThan'", "'Greater'", "operator: Greater"),
        ("rule.every", "rule.evry", "evry"),
        ("empty(systemTopicIds)", "isEmpty(systemTopicIds)", "is not known here"),
        ("join(systemTopicIds", "join(topicIds", "is not known here"),
        ("'failed.kql'", "'faild.kql'", "faild.kql"),
        ("var topics =", "var other = 1\nvar topics =", "does not use ['other']"),
        ("criteria: {", "criteria: ", "logs.bicep:"),
    ],
)
def test_a_mistake_in_a_file_is_found(tmp_path, old, new, said):
    text = (FOLDER / "alerts/logs.bicep").read_text(encoding="utf-8")
    assert text.count(old) >= 1
    for name in ("failed", "policy-refused", "intake-silent"):
        text = text.replace(f"'{name}.kql'", f"'{FOLDER}/alerts/{name}.kql'")
    text = text.replace("'../queries", f"'{FOLDER}/queries")
    old = old.replace("'failed", f"'{FOLDER}/alerts/failed")
    (tmp_path / "logs.bicep").write_text(text.replace(old, new, 1), encoding="utf-8")
    assert said in "; ".join(_said(tmp_path / "logs.bicep"))


def _said(path: Path) -> list[str]:
    given = {"workspaceId": "w", "location": "l", "namePrefix": "p", "actionGroupIds": []}
    given |= {"systemTopicIds": [], "severities": {}, "approvalHours": 1}
    try:
        made = deploy(path, **given, enabled=True, tags={}).resources
    except (BadBicep, FileNotFoundError, KeyError) as error:
        return [str(error)]
    return [fault for one in made for fault in faults(one)]


def test_the_parameters_are_told():
    text = (FOLDER / "main.bicep").read_text(encoding="utf-8")
    guide = (FOLDER.parent / "docs/how-to/install-the-dashboards.md").read_text(encoding="utf-8")
    names = re.findall(r"^param (\w+)", text, flags=re.MULTILINE)
    assert len(names) > 10
    assert [name for name in names if f"`{name}`" not in guide] == []
    assert text.count("@description(") == len(names)


def test_a_parameter_that_a_file_does_not_have_is_found():
    with pytest.raises(BadBicep, match=r"no parameters \['workspace'\]"):
        deploy(FOLDER / "main.bicep", workspaceId=WORKSPACE, workspace="w")


def test_no_query_is_copied():
    for path in FILES:
        nodes = every(parse(path.read_bytes(), path.name))
        texts = [(one.text or b"").decode() for one in nodes if one.type == "string_content"]
        assert not [text for text in texts if "|" in text]
    layout = json.loads((FOLDER / "workbook/panels.json").read_text(encoding="utf-8"))
    added = [panel["then"] for tab in layout["tabs"] for panel in tab["panels"]]
    assert all(re.fullmatch(r"(\| extend series = strcat\(.+\)\n)?", one) for one in added)


def test_the_workbook_shows_every_chart_of_every_query():
    shown = {(query_of(panel), panel["visualization"]) for panel in PANELS.values()}
    for name, query in QUERIES.items():
        for chart in query.charts:
            assert any((name, picture) in shown for picture in PICTURES[chart.kind]), chart


def test_its_items_are_of_kinds_that_workbooks_have():
    for item in ITEMS:
        if item["type"] == 12:
            assert item["content"]["version"] == "NotebookGroup/1.0"
            assert {inner["type"] for inner in item["content"]["items"]} == {3}
        else:
            assert item["content"].get("version") == KINDS[item["type"]]


@PANEL
def test_a_panel_has_what_a_query_item_has(name):
    panel = PANELS[name]
    assert panel.keys() <= CONTENT
    assert panel["version"] == KINDS[3]
    assert panel["crossComponentResources"] == [WORKSPACE]
    assert panel["timeContextFromParameter"] == "TimeRange"


def test_names_and_ids_are_there_once():
    names = [item["name"] for item in ITEMS] + [*PANELS]
    ids = [one["id"] for one in (*PARAMETERS, *_links())]
    assert (
        len(set(names))
        == len(names)
        == len(ITEMS) + sum(len(group["content"]["items"]) for group in GROUPS)
    )
    assert len(set(ids)) == len(ids)


def _links() -> list[dict[str, Any]]:
    (tabs,) = (item["content"]["links"] for item in ITEMS if item["type"] == 11)
    found: list[dict[str, Any]] = tabs
    return found


def test_a_tab_shows_its_group():
    shown = [group["conditionalVisibility"] for group in GROUPS]
    assert shown == [
        {"parameterName": link["cellValue"], "comparison": "isEqualTo", "value": link["subTarget"]}
        for link in _links()
    ]


def test_deploying_again_changes_the_same_workbook():
    first, again = deployed(), deployed(workbookName="Other", namePrefix="other")
    assert first[0]["name"] == again[0]["name"] == str(uuid.UUID(first[0]["name"]))


def test_time_route_and_stage_can_be_chosen_and_are_all_at_first():
    assert [(one["name"], one["type"]) for one in PARAMETERS] == [
        ("TimeRange", 4),
        ("Route", 2),
        ("Stage", 2),
    ]
    assert {one["value"] for one in PARAMETERS if one["type"] == 2} == {"*"}
    assert all(one["isRequired"] for one in PARAMETERS)


@PANEL
def test_a_panel_asks_for_what_was_chosen(name):
    query = PANELS[name]["query"]
    wanted = {"promotion"} if "timeline" in name else {"Route", "Stage"}
    assert set(re.findall(r"\{([A-Za-z]\w*)\}", query)) == wanted


@PANEL
def test_choosing_a_row_opens_the_timeline_of_its_promotion(name):
    panel, group = PANELS[name], name.split(":", maxsplit=1)[0]
    tables = [chart for chart in QUERIES[query_of(panel)].charts if chart.kind == "table"]
    drill = tables[0].drill if tables and panel["visualization"] == "table" else None
    assert panel.get("exportFieldName") == drill
    if drill:
        assert panel["exportParameterName"] == "promotion"
        (shown,) = (it["content"]["items"] for it in GROUPS if it["name"] == group)
        assert shown[-1]["name"] == "timeline"
        assert [it["content"].get("exportFieldName") for it in shown].count(drill) == 1
        assert shown[-1]["conditionalVisibility"]["parameterName"] == "promotion"


@PANEL
def test_a_panel_shows_a_chart_of_its_query(name):
    panel = PANELS[name]
    assert any(_is_like(panel, chart) for chart in QUERIES[query_of(panel)].charts)


def _is_like(panel: dict[str, Any], chart: Chart) -> bool:
    if panel["visualization"] not in PICTURES[chart.kind] or chart.kind == "table":
        return panel["visualization"] == chart.kind
    settings = panel["chartSettings"]
    series = re.findall(r"\| extend series = strcat\((.+)\)\n$", panel["query"])
    parts = tuple(series[0].split(', " / ", ')) if series else ()
    told = {"x": settings["xAxis"], "by": settings.get("group")}
    wanted = {"x": chart.x, "by": chart.by[0] if chart.by else None}
    if len(chart.by) > 1:
        wanted["by"] = "series"
        return told == wanted and parts == chart.by and tuple(settings["yAxis"]) == chart.y
    if len(chart.y) > 1 and chart.by:  # several y leave no room for a group
        wanted = {"x": "series", "by": None}
        return told == wanted and set(parts) == {chart.x, *chart.by}
    return told == wanted and tuple(settings["yAxis"]) == chart.y


@PANEL
def test_a_table_shows_seconds_and_percents_as_such(name):
    panel = PANELS[name]
    if panel["visualization"] == "table":
        units = {f"^{it.name}$": it.unit for it in QUERIES[query_of(panel)].columns}
        told = {
            it["columnMatch"]: it["numberFormat"]["unit"]
            for it in panel["gridSettings"]["formatters"]
        }
        assert told == {key: NUMBERS[unit] for key, unit in units.items() if unit in NUMBERS}


@pytest.fixture(scope="module")
def found():
    asked = {name: filled(panel["query"], FILLED) for name, panel in PANELS.items()}
    choices = {one["name"]: one["query"] for one in PARAMETERS if "query" in one}
    return kql_parser.check(asked | choices)


@pytest.mark.parametrize("name", [*PANELS, "Route", "Stage"])
def test_what_it_asks_has_no_mistakes(found, name):
    assert found[name]["mistakes"] == []


@PANEL
def test_what_a_panel_shows_is_in_the_answer(found, name):
    columns = {column for column, _ in found[name]["columns"]}
    settings = PANELS[name].get("chartSettings")
    if settings:
        shown = {settings["xAxis"], *settings["yAxis"], settings.get("group")} - {None}
        assert shown <= columns


DIFFERENT = {panel["query"]: name for name, panel in PANELS.items()}


@pytest.mark.parametrize("name", DIFFERENT.values())
def test_a_panel_has_the_answer_of_its_query(name):
    query = query_of(PANELS[name])
    (promotion, *_) = (told["promotion_id"] for told in _promotions(ROWS))
    answer = ask(filled(PANELS[name]["query"], ALL | {"promotion": promotion}), ROWS, LATER)
    asked = Workspace(ROWS).ask(query, **({"promotion": promotion} if query == "timeline" else {}))
    assert [_told(row) for row in answer] == [_told(row) for row in asked]
    assert answer or query in QUIET


@pytest.mark.parametrize(("route", "stage"), [("taxi-fare", "*"), ("*", "prod"), ("other", "*")])
def test_what_was_chosen_decides_which_rows_there_are(route, stage):
    kql = PANELS["overview: promotions-by-outcome"]["query"]
    answer = ask(filled(kql, {"Route": route, "Stage": stage}), ROWS, LATER)
    wanted = {"route": route.strip("*"), "stage": stage.strip("*")}
    assert answer == Workspace(ROWS).ask("promotions-by-outcome", **wanted)
    assert bool(answer) == (route != "other")


def _promotions(rows: list[dict[str, Any]]) -> list[dict[str, str]]:
    return [row["Properties"] for row in rows if row["Name"] == "promotion.succeeded"]


def _told(row: dict[str, Any]) -> dict[str, Any]:
    """Without what the panel adds; the last digits of a sum depend on the order of the rows."""
    told = {key: value for key, value in row.items() if key != "series"}
    return {key: round(it, 6) if isinstance(it, float) else it for key, it in told.items()}


@pytest.mark.parametrize(("number", "one"), [(1, "taxi-fare"), (2, "qa")])
def test_what_one_can_choose_from_is_recorded(number, one):
    rows = [row for story in ("taxi-fare", "three-environments") for row in recorded(story)]
    answer = ask(PARAMETERS[number]["query"], rows, LATER)
    assert answer[0] == {"value": "*", "label": "All"}
    assert {"value": one, "label": one} in answer
