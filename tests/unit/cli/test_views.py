"""Views of what only Azure can tell, from the API's own models."""

import io

import httpx
import pytest
from rich.console import Console
from unit.cli.service import World

from promotion.api.forecasts import Forecast
from promotion.api.places import Targets
from promotion.cli.progress import drawn
from promotion.cli.times import moment

PASSED = {"gate": "metric rmse", "kind": "metric", "outcome": "passed", "reason": "rmse is 3."}
FAILED = PASSED | {"outcome": "failed", "reason": "rmse is 7.", "remedy": "Train it longer."}
STAGE = {
    "name": "prod",
    "way": "online",
    "place": "the endpoint taxi",
    "waits": ["an approval by 1 of Bob"],
    "doing": [{"verb": "deploy", "what": "m-1 at taxi"}],
}
ROUTE = {
    "route": "taxi",
    "ending": "would be promoted",
    "promotes": True,
    "id": "taxi-m-1-abcdabcd",
    "verdicts": [PASSED],
    "before": [{"verb": "copy", "what": "m:1 to the registry"}],
    "stages": [STAGE],
}
REFUSED = ROUTE | {"promotes": False, "ending": "would be refused", "verdicts": [FAILED]}
UNWANTED = {"route": "bus", "unwanted": "it takes bus-*."}
PLAN = ("plan", "--model", "m", "--version", "1")


def answered(model, **content):
    text = model.model_validate(content).model_dump_json()
    return httpx.Response(200, headers={"Content-Type": "application/json"}, text=text)


def planned(*routes, words=PLAN):
    candidate = {"model": "m", "version": "1", "workspace": "dev"}
    answer = answered(Forecast, candidate=candidate, policy_digest="d", routes=routes)
    return World(first=[answer]).type(*words), answer.text


@pytest.mark.parametrize(
    ("routes", "code"),
    [
        ([ROUTE], 0),
        ([ROUTE, UNWANTED], 0),
        ([ROUTE, REFUSED], 1),
        ([UNWANTED], 1),
        ([], 1),
    ],
)
def test_a_plan_says_by_its_exit_code_whether_all_that_want_it_would_promote_it(routes, code):
    assert planned(*routes)[0].exit_code == code


def test_a_plan_shows_gates_then_steps_and_a_refusal_no_steps():
    lines = planned(ROUTE, REFUSED, UNWANTED)[0].stdout.splitlines()
    assert lines == [
        "m:1 in dev",
        "",
        "route taxi: would be promoted",
        "  passed        metric rmse: rmse is 3.",
        "  copy          m:1 to the registry",
        "",
        "  stage prod",
        "  wait          for an approval by 1 of Bob",
        "  deploy        m-1 at taxi",
        "",
        "route taxi: would be refused",
        "  failed        metric rmse: rmse is 7.",
        "                Train it longer.",
        "",
        "route bus: does not want it, because it takes bus-*.",
    ]


def test_a_plan_for_scripts_is_that_of_the_service():
    result, text = planned(ROUTE, words=(*PLAN, "--json"))
    assert result.stdout == f"{text}\n"


PLACE = {"route": "taxi", "stage": "prod", "way": "online", "workspace": "prod", "place": "x"}
SERVING = {"deployment": "m-2", "percent": 90, "model": "m", "version": "2"}
CANARY = {"deployment": "blue", "percent": 10}
PREVIOUS = {"deployment": "m-1", "model": "m", "version": "1", "stands": True}
HOLD = {"by": "ada", "reason": "closing", "since": "2026-03-02T12:58:00Z"}


@pytest.mark.parametrize(
    ("known", "shown"),
    [
        ({}, "taxi   prod   nothing          x in prod"),
        ({"endpoint": "e"}, "taxi   prod   nothing          e in prod"),
        ({"serving": [SERVING, CANARY]}, "taxi   prod   m:2 90 %, blue 10 %          x in prod"),
        ({"previous": PREVIOUS}, "taxi   prod   nothing  m:1     x in prod"),
        (
            {"hold": HOLD},
            "taxi   prod   nothing          x in prod  held by ada 2 min ago: closing",
        ),
        (
            {"problem": {"reason": "Azure is busy."}},
            "taxi   prod   not known          x in prod  Azure is busy.",
        ),
        ({"delivering": ["p-1"]}, "taxi   prod   nothing          x in prod  delivering p-1"),
        (
            {"previous": {"deployment": "old-1", "stands": True}},
            "taxi   prod   nothing  old-1   x in prod",
        ),
        (
            {"problem": {"reason": "Azure is busy."}, "hold": HOLD, "delivering": ["p-1", "p-2"]},
            "taxi   prod   not known          x in prod  held by ada 2 min ago: closing; "
            "delivering p-1, p-2; Azure is busy.",
        ),
    ],
)
def test_targets_shows_what_serves_and_what_keeps_it(known, shown):
    world = World(first=[answered(Targets, targets=[PLACE | known])])
    assert world.type("targets").stdout.splitlines()[1] == shown


def test_targets_says_first_that_everything_is_held():
    world = World(first=[answered(Targets, hold=HOLD, targets=[PLACE])])
    first = world.type("targets").stdout.splitlines()[0]
    assert first == "Everything is held by ada 2 min ago: closing"


def test_what_is_drawn_on_a_terminal_keeps_to_its_width_and_shows_each_stage():
    stages = [
        {"name": "qa", "status": "succeeded", "since": "2026-03-02T12:59:00Z"},
        {"name": "prod", "status": "shifting", "since": "2026-03-02T12:59:50Z"},
        {"name": "later", "status": None},
    ]
    state = {"id": "p", "model": "m", "version": "1", "status": "deploying", "stages": stages}
    now = moment("2026-03-02T13:00:00Z")
    console = Console(width=80, record=True, file=io.StringIO())
    console.print(drawn(state, now, "It is away. " * 20))
    lines = console.export_text().splitlines()
    assert lines[0] == "m:1 is deploying"
    assert lines[1].split() == ["✓", "qa", "succeeded", "1", "min", "ago"]
    assert lines[2].split()[1:] == ["prod", "shifting", "10", "s", "ago"]
    assert lines[3].split() == ["later", "not", "begun"]
    assert max(map(len, lines)) <= 80
