"""The durable HTTP API."""

import json

import pytest
from durabletask.client import OrchestrationStatus
from host_conditions import parked, until

PREFIX = "/runtime/webhooks/durabletask"


@pytest.fixture
def api(host, web):
    def api(method, path, **more):
        query = more.pop("params", {}) | {"code": host.keys.durabletask}
        return web.request(method, PREFIX + path, params=query, **more)

    return api


@pytest.fixture
def waiting(client):
    instance = client.schedule_new_orchestration("wait_for_go", input={"of": "it"})
    parked(client, instance)
    return instance


def test_a_running_instance_is_202_and_tells_where_to_look_again(api, waiting):
    answer = api("GET", f"/instances/{waiting}")
    assert (answer.status_code, answer.headers["retry-after"]) == (202, "5")
    assert waiting in answer.headers["location"]
    shown = answer.json()
    assert shown["runtimeStatus"] == "Running"
    assert shown["input"] == {"of": "it"}
    assert (shown["customStatus"], shown["output"]) == ("waiting", None)


def test_an_ended_instance_is_200(api, run):
    ended = run("six_activities", input=1).instance_id
    answer = api("GET", f"/instances/{ended}", params={"showInput": "false"})
    assert (answer.status_code, answer.json()["output"]) == (200, 64)
    assert answer.json()["input"] is None


def test_a_failure_is_500_only_on_request(api, run):
    failed = run("failing_child").instance_id
    shown = api("GET", f"/instances/{failed}")
    assert (shown.status_code, shown.json()["output"]) == (200, "builtins.KeyError: 'lost'")
    wish = {"returnInternalServerErrorOnFailure": "true"}
    assert api("GET", f"/instances/{failed}", params=wish).status_code == 500


def test_the_history_is_shown_on_request(api, run):
    ended = run("six_activities", input=3).instance_id
    assert "historyEvents" not in api("GET", f"/instances/{ended}").json()
    wish = {"showHistory": "true", "showHistoryOutput": "true"}
    events = api("GET", f"/instances/{ended}", params=wish).json()["historyEvents"]
    kinds = ["ExecutionStarted", *["TaskCompleted"] * 6, "ExecutionCompleted"]
    assert [event["EventType"] for event in events] == kinds
    assert events[1] | {"Timestamp": "", "ScheduledTime": ""} == {
        "EventType": "TaskCompleted",
        "FunctionName": "double",
        "Input": "3",
        "Result": 6,
        "ScheduledTime": "",
        "Timestamp": "",
    }
    assert all(event["Timestamp"] > "2020" for event in events)


def test_instances_are_listed_by_prefix_and_page(api, run):
    for number in range(3):
        run("six_activities", input=1, instance_id=f"listed-{number}")
    wish = {"instanceIdPrefix": "listed-", "top": "2", "runtimeStatus": "Running,Completed"}
    first = api("GET", "/instances", params=wish)
    token = first.headers["x-ms-continuation-token"]
    rest = api("GET", "/instances", params=wish, headers={"x-ms-continuation-token": token})
    ids = [i["instanceId"] for i in (*first.json(), *rest.json())]
    assert (len(first.json()), ids) == (2, ["listed-0", "listed-1", "listed-2"])
    assert rest.headers["x-ms-continuation-token"] == ""


def test_an_event_is_raised_with_its_json(api, client, waiting):
    assert api("POST", f"/instances/{waiting}/raiseEvent/go", json={"a": 1}).status_code == 202
    state = client.wait_for_orchestration_completion(waiting, timeout=10)
    assert state.get_output() == {"a": 1}


@pytest.mark.parametrize(
    ("content", "kind"),
    [("{", "application/json"), ("{}", "text/plain"), ("[" * 10**5, "application/json")],
)
def test_an_event_that_is_not_json_is_refused(api, waiting, content, kind):
    path = f"/instances/{waiting}/raiseEvent/go"
    answer = api("POST", path, content=content, headers={"content-type": kind})
    assert answer.status_code == 400
    assert "JSON" in answer.json()["Message"] or "json" in answer.json()["Message"]


def test_terminate_suspend_and_resume(api, client, waiting):
    def becomes(status):
        until(lambda: client.get_orchestration_state(waiting).runtime_status is status)

    for action, status in (
        ("suspend", OrchestrationStatus.SUSPENDED),
        ("resume", OrchestrationStatus.RUNNING),
        ("terminate", OrchestrationStatus.TERMINATED),
    ):
        answer = api("POST", f"/instances/{waiting}/{action}", params={"reason": "why"})
        assert answer.status_code == 202
        becomes(status)
    assert api("GET", f"/instances/{waiting}").json()["output"] == "why"


def test_a_failed_instance_is_rewound(api, client, run):
    failed = run("without_retries").instance_id
    assert api("POST", f"/instances/{failed}/rewind").status_code == 202
    state = client.wait_for_orchestration_completion(failed, timeout=10)
    assert state.failure_details.message.endswith("attempt 2")


def test_a_rewind_that_cannot_be_is_400_with_the_reason(api, run):
    failed = run("with_retries", input=2).instance_id
    answer = api("POST", f"/instances/{failed}/rewind")
    assert answer.status_code == 400
    assert "cannot be rewound" in answer.json()["Message"]


def test_an_instance_is_restarted_under_a_new_id_or_its_own(api, client, run):
    ended = run("six_activities", input=1).instance_id
    new = api("POST", f"/instances/{ended}/restart").json()["id"]
    assert new != ended
    assert client.wait_for_orchestration_completion(new, timeout=10).get_output() == 64
    wish = {"restartWithNewInstanceId": "false"}
    assert api("POST", f"/instances/{ended}/restart", params=wish).json()["id"] == ended


def test_purging_one_and_many(api, run):
    for number in range(3):
        run("six_activities", input=1, instance_id=f"purged-{number}")
    assert api("DELETE", "/instances/purged-0").json() == {"instancesDeleted": 1}
    assert api("GET", "/instances/purged-0").status_code == 404
    assert api("DELETE", "/instances").status_code == 400
    created = api("GET", "/instances/purged-1").json()["createdTime"]
    wish = {"createdTimeFrom": created, "runtimeStatus": "Completed"}
    assert api("DELETE", "/instances", params=wish).json()["instancesDeleted"] >= 2
    assert api("DELETE", "/instances", params=wish).status_code == 404


def test_an_orchestration_is_started_with_a_chosen_id(api, client):
    answer = api("POST", "/orchestrators/wait_for_go/chosen", content=json.dumps("in"))
    assert (answer.status_code, answer.json()["id"]) == (202, "chosen")
    assert api("POST", "/orchestrators/wait_for_go/chosen").status_code == 409
    assert api("POST", "/orchestrators/nobody").status_code == 400
    assert client.get_orchestration_state("chosen").get_input() == "in"


@pytest.mark.parametrize("action", ["terminate", "suspend", "resume", "rewind", "raiseEvent/go"])
def test_what_does_not_exist_is_404_and_what_has_ended_410(api, run, action):
    ended = run("six_activities", input=1).instance_id
    assert api("POST", f"/instances/nobody/{action}").status_code == 404
    assert api("POST", f"/instances/{ended}/{action}").status_code == 410


def test_only_its_own_key_and_the_master_key_open_the_api(host, web):
    keys = host.keys
    codes = {
        key: web.get(f"{PREFIX}/instances?code={key}").status_code
        for key in (keys.durabletask, keys.master, keys.default, keys.eventgrid, "")
    }
    assert list(codes.values()) == [200, 200, 401, 401, 401]
