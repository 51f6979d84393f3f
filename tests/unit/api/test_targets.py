import asyncio
import json
import threading
import time

import pytest
from unit.api.builders import FakeEngine, a_person, an_instance, ask, told
from unit.builders import FILES, NOON, POLICY, TAXI_7, a_document, a_promotion

from promotion.api.exchange import Asked, Request
from promotion.api.identity import caller_of
from promotion.api.looking import AT_ONCE, key_of, look_at
from promotion.api.targeting import list_targets
from promotion.core.errors import Retryable
from promotion.core.going_back import Scene, Standing
from promotion.core.holding import EVERYTHING, Guard, Hold
from promotion.core.marks import PREVIOUS, PREVIOUS_VERSION
from promotion.core.names import child_id
from promotion.core.operating import ANY
from promotion.core.planning import plan_stages
from promotion.core.steps.orchestrations import StageOrder
from promotion.core.waits.decision import Origin

VERA = a_person("Promotion.Viewer")
REGISTER = """\
      - name: copy
        workspace: prod
        register: {}
"""
SHARED = POLICY[POLICY.index("  taxi:") :].replace("taxi:", "again:")
HOLD = Hold(by="ada@contoso.com", reason="an incident", since=NOON)
SCENE = Scene(
    traffic={"taxi-model-6": 10, "taxi-model-7": 90},
    standing={
        "taxi-model-7": Standing(asset_id="a", model=TAXI_7, promotion_id="p-7"),
        "taxi-model-6": Standing(asset_id="b"),
    },
    marks={PREVIOUS: "taxi-model-5", PREVIOUS_VERSION: "5"},
)


@pytest.fixture(autouse=True)
def policy(tmp_path, monkeypatch):
    for path, text in ({"promotion.yaml": POLICY + REGISTER + SHARED} | FILES).items():
        (tmp_path / path).write_text(text)
    monkeypatch.setenv("PROMOTION_POLICY", str(tmp_path / "promotion.yaml"))


def targets(engine=None, look=lambda _: SCENE, **query):
    caller = caller_of({"x-ms-client-principal": VERA}, "entra")
    asked = Asked(Request("GET", "targets", query=query), caller, {})
    reply = asyncio.run(list_targets(asked, engine or FakeEngine(), look))
    return json.loads(reply.body)


def guard_of(stage=0):
    document = a_document(POLICY + REGISTER)
    plans = list(plan_stages(document, document.policy.routes["taxi"], ANY))
    return "guard", plans[stage].guarded("taxi")


def test_an_endpoint_is_told_with_what_serves_and_where_a_rollback_goes():
    first = targets()["targets"][0]
    assert (first["endpoint"], first["workspace"], first["way"]) == ("taxi-fare", "prod", "online")
    assert [(one["version"], one["percent"]) for one in first["serving"]] == [("7", 90), (None, 10)]
    assert first["serving"][0]["promotion_id"] == "p-7"
    assert first["previous"] == {
        "deployment": "taxi-model-5",
        "model": "taxi-model",
        "version": "5",
        "stands": False,
    }


def test_other_ways_have_a_place_and_no_endpoint():
    other = targets()["targets"][1]
    assert (other["stage"], other["way"], other["endpoint"]) == ("copy", "register", None)
    assert other["place"] == "the workspace prod-ws"


def test_an_endpoint_of_two_routes_is_asked_once():
    asked = []
    found = targets(look=lambda plan: (asked.append(plan.name), SCENE)[1])
    assert [one["route"] for one in found["targets"]] == ["taxi", "taxi", "again"]
    assert len(asked) == 1


def test_holds_of_a_place_and_of_everything_are_told():
    engine = FakeEngine()
    engine.states[guard_of()] = Guard(hold=HOLD).to_json()
    engine.states["guard", EVERYTHING] = Guard(hold=HOLD).to_json()
    found = targets(engine)
    assert found["hold"]["reason"] == "an incident"
    # The other route delivers to the same endpoint; the other stage does not.
    assert [one["hold"] is not None for one in found["targets"]] == [True, False, True]


def test_what_is_being_delivered_is_told_by_its_promotion():
    promotion = a_promotion()
    context = promotion.context.model_copy(update={"stage": "prod"})
    order = StageOrder(
        context=context, plan=promotion.plan, asset_id="", origin=Origin(registrant=None)
    )
    stage = child_id(promotion.id, "prod")
    engine = FakeEngine(an_instance(stage, name="stage", input=order.to_json(whole=True)))
    engine.states[guard_of()] = Guard().come(stage).begin(stage, "taxi-model-7").to_json()
    assert targets(engine)["targets"][0]["delivering"] == [promotion.id]


def refuse(_):
    raise Retryable("Azure is busy.", remedy="Wait.")


def break_down(_):
    raise KeyError("s3cret")


@pytest.mark.parametrize(("look", "reason"), [(refuse, "Azure is busy."), (break_down, "broke")])
def test_one_broken_endpoint_does_not_break_the_list(look, reason):
    found = targets(look=look)
    assert reason in found["targets"][0]["problem"]["reason"]
    assert found["targets"][1]["problem"] is None
    assert "s3cret" not in json.dumps(found)


def endpoints(count):
    document = a_document()
    (plan,) = plan_stages(document, document.policy.routes["taxi"], ANY)
    for number in range(count):
        target = plan.target.model_copy(update={"endpoint": f"e-{number}"})
        yield plan.model_copy(update={"target": target})


def test_an_endpoint_that_does_not_answer_is_not_waited_for():
    over = threading.Event()
    found = asyncio.run(look_at(endpoints(1), lambda _: over.wait(10) and SCENE, patience=0.01))
    over.set()
    (failure,) = found.values()
    assert failure.code == "TimedOut"


def test_endpoints_are_asked_side_by_side_but_not_all_at_once():
    lock, here, most = threading.Lock(), set(), []

    def look(plan):
        with lock:
            here.add(key_of(plan))
            most.append(len(here))
        time.sleep(0.005)
        with lock:
            here.discard(key_of(plan))
        return SCENE

    found = asyncio.run(look_at(endpoints(30), look))
    assert len(found) == 30
    assert 1 < max(most) <= AT_ONCE


def test_only_one_route_is_listed_if_that_is_asked():
    assert {one["route"] for one in targets(route="again")["targets"]} == {"again"}


def test_a_route_that_is_not_there_is_at_fault():
    reply = ask("GET", "targets", who=VERA, query={"route": "taxis"})
    assert (reply.status, "did you mean taxi?" in told(reply)["detail"]) == (422, True)


def test_whoever_looks_at_the_same_time_shares_the_looks():
    asked, over = [], threading.Event()

    def look(plan):
        asked.append(key_of(plan))
        return over.wait(10) and SCENE

    async def both():
        looks = asyncio.gather(look_at(endpoints(20), look), look_at(endpoints(20), look))
        await asyncio.sleep(0)  # both have begun
        over.set()
        return await looks

    first, second = asyncio.run(both())
    assert (len(asked), first) == (20, second)


def test_an_endpoint_whose_turn_never_came_is_not_said_to_be_silent():
    over = threading.Event()
    many = endpoints(AT_ONCE + 1)
    looks = look_at(many, lambda _: over.wait(10) and SCENE, patience=9, altogether=0.01)
    reasons = [failure.reason for failure in asyncio.run(looks).values()]
    over.set()
    assert sum("was not asked in time" in reason for reason in reasons) == 1
