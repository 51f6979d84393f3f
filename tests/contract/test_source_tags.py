"""How a promotion ended, as tags of the source model version."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from time import monotonic

import pytest
from contract.world import DEV, ERROR_403, World, a_context
from unit.builders import NOON

from local import taxi
from promotion.core.errors import Retryable
from promotion.core.notices.notice import Notice
from promotion.core.notices.occasion import Occasion
from promotion.core.steps.base import FAILED
from promotion.triggers.dispatch import carry_out

URL = f"{DEV.arm_id}/models/{taxi.MODEL}/versions/1"
VERSION = {"api-version": "2023-08-01-preview"}
REFUSED = {
    "promotion.id": "p-1",
    "promotion.route": "taxi-fare",
    "promotion.status": "rejected",
    "promotion.reason": "rmse is 6.81; the policy wants at most 5.",
    "promotion.at": "2026-03-02T12:00:00Z",
}


def write_back(occasion=Occasion.REFUSED, reason=REFUSED["promotion.reason"], **known):
    given = {"id": "n-1", "context": a_context(), "source": DEV, "at": NOON} | known
    notice = Notice(occasion=occasion, reason=reason, **given)
    return carry_out("write_back", json.loads(json.dumps({"notice": notice.to_json()})))


def properties(world: World) -> dict:
    return world.http.get(URL, params=VERSION).json()["properties"]


def writes(world: World) -> int:
    return len(world.requests("PUT", "versions/1$"))


def test_the_version_says_how_it_ended_and_keeps_what_others_wrote(world):
    world.register(owner="anna", team="pricing")
    before = properties(world)
    assert write_back() == {}
    after = properties(world)
    assert after["tags"] == {"owner": "anna", "team": "pricing"} | REFUSED
    assert after | {"tags": None} == before | {"tags": None}
    (record,) = world.audit()
    assert record["Name"] == "promotion.written_back"


def test_writing_twice_is_writing_once(world):
    world.register()
    write_back()
    world.forget_requests()
    assert write_back() == {}
    assert writes(world) == 0


def test_a_later_promotion_says_what_became_of_it_then(world):
    world.register(owner="anna")
    write_back()
    later = NOON + timedelta(hours=1)
    write_back(Occasion.SUCCEEDED, "", at=later, context=a_context(promotion_id="p-2"))
    assert properties(world)["tags"] == {
        "owner": "anna",
        "promotion.id": "p-2",
        "promotion.route": "taxi-fare",
        "promotion.status": "succeeded",
        "promotion.at": "2026-03-02T13:00:00Z",
    }


def test_what_comes_late_does_not_undo_what_a_later_promotion_wrote(world):
    world.register()
    write_back(Occasion.SUCCEEDED, "", at=NOON + timedelta(hours=1))
    assert write_back() == {}
    assert properties(world)["tags"]["promotion.status"] == "succeeded"


def test_a_tag_that_somebody_adds_after_the_first_look_stays(world):
    """What is added between the last read and the write cannot be kept: Azure has no ETag there."""
    world.register(owner="anna")
    found = properties(world)
    world.fault("PUT", "versions/1$", answer={"status": 503}, times=2)
    with pytest.raises(Retryable):
        write_back()
    world.http.put(URL, params=VERSION, json={"properties": found | {"tags": {"seen": "yes"}}})
    write_back()
    assert properties(world)["tags"] == {"seen": "yes"} | REFUSED


def on_route(route: str, occasion: Occasion, minutes: int = 0):
    """The write of that end on that route, so many minutes after noon."""
    context = a_context().model_copy(update={"route": route})
    reason = "" if occasion is Occasion.SUCCEEDED else "No."
    return write_back(occasion, reason, context=context, at=NOON + timedelta(minutes=minutes))


def said(world: World) -> tuple[str, str]:
    """Of which route the version tells what."""
    tags = properties(world)["tags"]
    return tags["promotion.route"], tags["promotion.status"]


GOOD_END, FAILED_END = Occasion.SUCCEEDED, Occasion.FAILED


@pytest.mark.parametrize("bad", [Occasion.FAILED, Occasion.REFUSED, Occasion.ROLLED_BACK])
@pytest.mark.parametrize("good", [Occasion.SUCCEEDED, Occasion.CANCELLED, Occasion.SUPERSEDED])
def test_what_goes_well_on_one_route_does_not_hide_what_failed_on_another(world, bad, good):
    world.register()
    on_route("prod-eu", bad)
    before = properties(world)
    assert on_route("prod-us", good, 1) == {}
    assert properties(world) == before
    assert len(world.audit()) == 1


@pytest.mark.parametrize("later", [0, 5])
def test_a_failure_on_one_route_is_told_though_another_succeeded_before_or_after_it(world, later):
    world.register()
    on_route("prod-us", GOOD_END, later)
    on_route("prod-eu", FAILED_END, 1)
    assert said(world) == ("prod-eu", "failed")


def test_a_later_success_of_the_same_route_replaces_its_failure(world):
    world.register()
    on_route("prod-eu", FAILED_END)
    on_route("prod-eu", GOOD_END, 1)
    on_route("prod-us", GOOD_END, 2)
    assert said(world) == ("prod-us", "succeeded")
    assert "promotion.reason" not in properties(world)["tags"]


def test_of_two_routes_that_failed_the_later_one_is_told(world):
    world.register()
    on_route("prod-us", FAILED_END, 1)
    on_route("prod-eu", FAILED_END)
    assert said(world) == ("prod-us", "failed")


def test_what_was_written_before_routes_were_is_replaced_by_what_is_newer(world):
    old = {name: value for name, value in REFUSED.items() if name != "promotion.route"}
    world.register(**old)
    on_route("prod-us", GOOD_END, 1)
    assert said(world) == ("prod-us", "succeeded")


class Looking:
    """Whoever writes back is kept at the second look, right before the write."""

    def __init__(self, world: World, times: int = 1) -> None:
        self._world = world
        world.fault("GET", "versions/1$", query="2023-10-01", hold="before", skip=1, times=times)

    def wait(self) -> None:
        deadline = monotonic() + 10
        while not any(one["held"] for one in self._faults()):
            assert monotonic() < deadline, "nobody looks twice"

    def release(self) -> None:
        self._world.http.delete("/_emulator/faults")

    def _faults(self) -> list[dict]:
        return self._world.http.get("/_emulator/faults").json()["faults"]


def test_what_another_route_writes_between_the_looks_counts(world):
    world.register(owner="anna")
    looking = Looking(world)
    with ThreadPoolExecutor(1) as pool:
        success = pool.submit(on_route, "prod-us", GOOD_END, 1)
        looking.wait()
        on_route("prod-eu", FAILED_END)
        looking.release()
    assert success.result() == {}
    assert said(world) == ("prod-eu", "failed")


def test_a_tag_that_somebody_adds_between_the_looks_stays(world):
    world.register(owner="anna")
    looking = Looking(world)
    with ThreadPoolExecutor(1) as pool:
        success = pool.submit(write_back)
        looking.wait()
        changed = properties(world) | {"tags": {"owner": "anna", "seen": "yes"}}
        world.http.put(URL, params=VERSION, json={"properties": changed})
        looking.release()
    assert success.result() == {}
    assert properties(world)["tags"] == {"owner": "anna", "seen": "yes"} | REFUSED


STORE = f"azureml:/{DEV.arm_id}/datastores/workspaceblobstore/paths"


@pytest.mark.parametrize("folder", ["taxi", "taxi-1.0"])
def test_everything_else_that_the_version_says_is_written_as_it_was(world, folder):
    """The SDK takes a folder with a dot for a file, and knows nothing of a model's job."""
    told = {
        "modelUri": f"{STORE}/models/{folder}",
        "modelType": "mlflow_model",
        "jobName": taxi.GOOD.job,
        "stage": "Production",
        "description": "Fares",
        "properties": {"team": "pricing"},
        "flavors": {"python_function": {"data": {"loader_module": "taxi"}}},
        "tags": {"owner": "anna"},
    }
    world.http.put(URL, params=VERSION, json={"properties": told})
    before = properties(world)
    assert write_back() == {}
    assert properties(world) == before | {"tags": {"owner": "anna"} | REFUSED}
    assert before | told == before


def test_what_only_azure_can_say_is_not_sent(world):
    world.register()
    found = world.http.get(URL, params=VERSION).json()
    found["properties"] |= {"provisioningState": "Succeeded", "description": None}
    answer = {"status": 200, "body": found}
    world.fault("GET", "versions/1$", query="2023-10-01", answer=answer, times=2)
    write_back()
    (written,) = [one["request_body"] for one in world.requests("PUT", "versions/1$")][1:]
    assert written["properties"]["tags"] == REFUSED
    assert not {"provisioningState", "description"} & set(written["properties"])


def test_a_version_that_never_stands_still_is_for_later(world):
    world.register()
    for number in range(10):
        body = {"properties": {"tags": {"n": str(number)}}}
        world.fault("GET", "versions/1$", answer={"status": 200, "body": body}, query="2023-10-01")
    with pytest.raises(Retryable, match="keeps changing"):
        write_back()
    assert writes(world) == 1


def test_a_long_reason_is_cut_to_what_a_tag_can_hold(world):
    world.register()
    write_back(reason="x" * 5_000)
    assert len(properties(world)["tags"]["promotion.reason"]) == 256


def test_tags_that_are_changed_start_no_other_promotion(world):
    world.register()
    before = world.requests(path="EventGrid|eventgrid")
    write_back()
    assert world.requests(path="EventGrid|eventgrid") == before


def test_a_missing_role_is_a_failure_with_its_remedy(world):
    world.register()
    world.fault("PUT", "versions/1$", times=9, answer=ERROR_403)
    failure = write_back()[FAILED]
    assert failure["remedy"] == (
        "Give the app's identity the role AzureML Data Scientist on the source workspace, or leave "
        "write_back off."
    )


def test_a_version_that_is_archived_stays_so(world):
    world.register()
    found = properties(world)
    world.http.put(URL, params=VERSION, json={"properties": found | {"isArchived": True}})
    assert write_back()[FAILED]["code"] == "ModelArchived"
    assert properties(world)["isArchived"] is True


def test_a_version_that_is_gone_is_not_made_anew(world):
    assert write_back()[FAILED]["code"] == "ModelGone"
    assert writes(world) == 0


def test_a_version_without_room_for_our_tags_keeps_all_of_its_own(world):
    own = {f"t{number}": "x" for number in range(48)}
    world.register(**own)
    assert write_back()[FAILED]["code"] == "TooManyTags"
    assert properties(world)["tags"] == own
