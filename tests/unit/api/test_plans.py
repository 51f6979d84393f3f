import asyncio
import json
import threading

import pytest
from unit.api.builders import FakeEngine, a_person, ask, told
from unit.builders import FILES, NOON, POLICY, a_candidate, a_document, a_promotion

from promotion.api.forecasting import _patiently
from promotion.api.foretelling import candidate_summary, route_forecast
from promotion.api.problems import Refusal
from promotion.core.preview import preview
from promotion.core.status import Status

VERA = a_person("Promotion.Viewer")
WISH = {"model": "taxi-model", "version": "7"}
BUS = POLICY[POLICY.index("  taxi:") :].replace("taxi:", "bus:").replace("taxi-*", "bus-*")


@pytest.fixture(autouse=True)
def policy(tmp_path, monkeypatch):
    for path, text in ({"promotion.yaml": POLICY} | FILES).items():
        (tmp_path / path).write_text(text)
    monkeypatch.setenv("PROMOTION_POLICY", str(tmp_path / "promotion.yaml"))
    return tmp_path / "promotion.yaml"


def foretold(text=POLICY, current=None, **metrics):
    previews = preview(a_document(text), a_candidate(metrics=metrics))
    return [route_forecast(route, current or {}) for route in previews]


def test_a_version_that_passes_would_be_promoted_as_the_promotion_of_its_registration():
    (route,) = foretold(rmse=4.0, current={a_promotion().id: Status.REJECTED})
    assert (route.ending, route.promotes, route.id) == (
        "would be promoted",
        True,
        a_promotion().id,
    )
    assert route.current == "rejected"
    assert [one.verb for one in (*route.before, *route.stages[0].doing)] == [
        *("copy", "deploy", "ask", "switch")
    ]


@pytest.mark.parametrize("rmse", [6.0, float("nan"), float("inf")])
def test_a_version_that_is_refused_has_the_figures_in_json(rmse):
    (route,) = foretold(rmse=rmse)
    assert (route.ending, route.promotes) == ("would be refused", False)
    assert "at most 5" in route.verdicts[0].reason
    json.loads(route.model_dump_json(), parse_constant=pytest.fail)


def test_a_route_that_does_not_want_it_says_why_and_nothing_else():
    route = foretold(POLICY + BUS, rmse=4.0)[1]
    assert "bus-*" in (route.unwanted or "")
    assert (route.id, route.ending, route.stages) == (None, None, [])


def test_the_version_is_told_with_what_is_known_of_it():
    known = candidate_summary(a_candidate(registered_at=NOON, registered_by="Ada"), "dev")
    assert (known.model, known.version, known.workspace) == ("taxi-model", "7", "dev")
    assert (known.registered_by, known.run, known.job_status) == ("Ada", "brave_fox", "Completed")


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        ({"route": "taxis"}, "route"),
        ({"workspace": "nowhere"}, "workspace"),
        ({"reason": "none is needed"}, "reason"),
        ({"model": "../up"}, "model"),
    ],
)
def test_a_plan_that_cannot_be_made_names_the_field(wish, field):
    reply = ask("POST", "plans", WISH | wish, who=VERA)
    assert (reply.status, told(reply)["errors"][0]["field"]) == (422, field)


def test_without_a_route_it_must_be_clear_where_the_version_is(policy):
    other = "  dev2: {subscription: s, resource_group: rg, name: dev2-ws}\n  prod:"
    text = POLICY.replace("  prod:", other, 1) + BUS.replace("from: dev", "from: dev2")
    policy.write_text(text)
    reply = ask("POST", "plans", WISH, who=VERA)
    assert told(reply)["errors"][0]["field"] == "workspace"


def test_nothing_is_planned_without_a_policy(policy):
    policy.unlink()
    engine = FakeEngine()
    reply = ask("POST", "plans", WISH, who=VERA, engine=engine)
    assert (reply.status, engine.started) == (503, [])
    assert str(policy) not in reply.body


def test_what_takes_too_long_is_to_be_tried_again():
    over = threading.Event()
    with pytest.raises(Refusal) as refused:
        asyncio.run(_patiently(lambda: over.wait(10), patience=0.01))
    over.set()
    assert (refused.value.problem.status, refused.value.headers) == (503, {"Retry-After": "60"})
