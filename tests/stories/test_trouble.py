"""What can go wrong on the way, and what becomes of it."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from local import taxi

THROTTLED = {"status": 429, "headers": {"Retry-After": "0.01"}, "body": {}}
FORBIDDEN = {
    "status": 403,
    "body": {"error": {"code": "AuthorizationFailed", "message": "Not authorized."}},
}


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", r"/models/{model}/versions/1$"),
        ("POST", r"/import$"),
        ("PUT", r"/deployments/{model}-1$"),
        ("PUT", r"/onlineEndpoints/taxi-fare$"),
    ],
)
def test_throttling_delays_a_promotion_and_nothing_more(service, method, path):
    model = service.a_model()
    service.fault(method, path.format(model=model), answer=THROTTLED, times=7)
    told = service.register(name=model)
    assert told.end()["Name"] == "promotion.succeeded"
    assert told.deployments() <= 8  # seven that were throttled and the one that was taken


@pytest.mark.parametrize("drop", ["before", "after"])
def test_a_lost_connection_deploys_nothing_twice(service, drop):
    model = service.a_model()
    service.fault("PUT", rf"/deployments/{model}-1$", drop=drop, times=4)
    told = service.register(name=model)
    assert told.end()["Name"] == "promotion.succeeded"
    assert service.observer.traffic() == {f"{model}-1": 100}


def test_a_missing_role_ends_the_promotion_and_is_named(service):
    service.fault("POST", r"/import$", answer=FORBIDDEN)
    end = service.register().end()
    assert end["Name"] == "promotion.failed"
    assert "Not authorized." in end["Properties"]["reason"]
    assert "AzureML Registry User" in end["Properties"]["remedy"]


def test_twenty_deliveries_of_one_event_are_one_promotion(service):
    told = service.register()
    event = service.event(told.model)
    with ThreadPoolExecutor(8) as pool:
        statuses = set(pool.map(lambda _: service.observer.deliver(event), range(20)))
    assert statuses == {202}
    told.end()
    assert told.records().count("duplicate") == 20
    assert (told.imports(), told.deployments()) == (1, 1)


def test_two_rollouts_to_one_endpoint_take_turns(service):
    first, second = (service.register(name=service.a_model()) for _ in range(2))
    assert {first.end()["Name"], second.end()["Name"]} == {"promotion.succeeded"}
    states = [state["traffic"] for state in service.observer.traffic_history()]
    assert {sum(traffic.values()) for traffic in states if traffic} == {100}
    busy = [state["deployments"].values() for state in service.observer.traffic_history()]
    assert all(list(states).count("Updating") <= 1 for states in busy)


def test_a_stage_that_takes_too_long_is_taken_back(service, tmp_path):
    """Its own service, because the time limit is the policy's."""
    from stories.service import Service

    from local.cloud import LocalCloud
    from local.demo import demo_policy

    policy = demo_policy(tmp_path)
    policy.write_text(policy.read_text().replace("time_limit: 2h", "time_limit: 1s"))
    with LocalCloud(tmp_path, policy=policy, seconds={"deployment": 3}) as cloud:
        told = Service(cloud).register()
        end = told.end()
    assert end["Name"] == "promotion.rolled_back"
    assert "The time limit has passed" in end["Properties"]["reason"]


def test_an_older_version_that_was_held_up_does_not_replace_a_newer_one(service):
    model = service.a_model()
    service.fault("GET", rf"/models/{model}/versions/1$", answer=THROTTLED, times=12)
    first = service.register(name=model)
    second = service.register(taxi.BETTER, name=model)
    assert second.end()["Name"] == "promotion.succeeded"
    end = first.end()
    assert end["Name"] == "promotion.superseded"
    assert f"serves {model}:2 already" in end["Properties"]["reason"]
    assert service.observer.traffic() == {f"{model}-2": 100}


def test_what_a_person_deployed_under_that_name_is_left_alone(service):
    prod = service.scientist.client("prod")
    model = service.a_model()
    service.register(name=service.a_model()).end()
    live = prod.online_deployments.get(*_live(service))
    live.name, live.tags = f"{model}-1", {}
    prod.online_deployments.begin_create_or_update(live)
    end = service.register(name=model).end()
    assert end["Name"] == "promotion.rolled_back"
    assert "with another model" in end["Properties"]["reason"]
    assert f"{model}-1" in service.observer.deployments()


def _live(service):
    return next(iter(service.observer.traffic())), "taxi-fare"


def test_a_crowd_of_versions_all_come_to_an_end(service):
    crowd = [service.register(taxi.INACCURATE) for _ in range(10)]
    assert {told.end()["Name"] for told in crowd} == {"promotion.rejected"}


def test_every_promotion_leaves_a_short_history(service):
    told = service.register()
    promotion_id = told.end()["Properties"]["promotion_id"]
    for instance in (promotion_id, f"{promotion_id}-prod"):
        events = service.instance(instance, showHistory="true")["historyEvents"]
        assert len(events) < 100
