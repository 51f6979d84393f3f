"""The control routes: seeds, the ledger, faults, durations, traffic."""

import time

import pytest
from standin_client import ENDPOINT, Client, a_job, a_version, a_workspace, workspace_id


def ledger(client: Client, query: str = "") -> list[dict[str, object]]:
    entries: list[dict[str, object]] = client.get(f"/_emulator/ledger?{query}").json()["entries"]
    return entries


def test_the_stand_in_says_that_it_is_healthy(client: Client) -> None:
    assert client.get("/_emulator/health", token="").json()["status"] == "healthy"


def test_a_seed_adds_and_changes_but_takes_nothing_away(client: Client) -> None:
    client.register()

    client.seed(workspaces=[a_workspace("dev"), a_workspace("test")])

    assert client.get(f"{workspace_id()}/models/taxi/versions/1").status_code == 200
    assert client.get(workspace_id("test")).status_code == 200


@pytest.mark.parametrize(
    ("seed", "said"),
    [
        ({"codes": []}, "codes cannot be seeded"),
        ({"workspaces": [{"name": "x"}]}, "needs subscription"),
        ({"jobs": [a_job(workspace="nobody")]}, "there is no workspace nobody"),
        ({"jobs": [a_job(colour="red")]}, "colour"),
        ({"jobs": [a_job(type="sweep")]}, "type is command or pipeline"),
        ({"jobs": [a_job(parent="train-1")]}, "its own parent"),
        ({"jobs": [a_job(created="yesterday")]}, "yesterday"),
        ({"jobs": [a_job(metrics={"rmse": "low"})]}, "rmse is 'low', which is no number"),
        ({"jobs": [a_job(metrics={"rmse": True})]}, "which is no number"),
        ({"jobs": [a_job(metrics={"rmse": []})]}, "rmse has no value"),
        ({"jobs": [a_job(metrics={"rmse": {"value": 1, "colour": 2}})]}, "colour"),
        ({"models": [a_version(created_at=None)]}, "needs created_at"),
        ({"models": [a_version(created_at="yesterday")]}, "yesterday"),
        ({"models": [a_version(colour="red")]}, "colour is not a field of models"),
        ({"models": [a_version(uri="azureml://x")]}, "either a job or a uri"),
        ({"models": [a_version(job="nobody")]}, "nobody"),
    ],
)
def test_a_seed_that_makes_no_sense_is_refused(client: Client, seed: object, said: str) -> None:
    reply = client.post("/_emulator/seed", seed)

    assert reply.status_code == 400
    assert said in reply.json()["error"]["message"]


def test_environments_can_be_seeded(client: Client) -> None:
    client.seed(environments=[{"workspace": "dev", "name": "env", "version": 1, "image": "i"}])

    found = client.get(f"{workspace_id()}/environments/env/versions/1").json()

    assert (found["name"], found["properties"]["image"]) == ("1", "i")


def test_the_ledger_has_every_request_with_its_answer(client: Client) -> None:
    client.put(f"{ENDPOINT}?api-version=1", {"properties": {"authMode": "Key"}})

    entry = ledger(client)[-1]

    assert (entry["method"], entry["path"], entry["query"]) == ("PUT", ENDPOINT, "api-version=1")
    assert (entry["status"], entry["fault"]) == (201, None)
    assert entry["request_body"] == {"properties": {"authMode": "Key"}}
    assert entry["host"] == client.azure.cloud.host
    assert set(entry) >= {"seq", "at", "duration_ms", "request_headers", "response_headers"}


def test_the_ledger_keeps_no_secrets(client: Client) -> None:
    client.get(workspace_id(), token="very-secret")

    assert ledger(client)[-1]["request_headers"]["authorization"] == "<redacted>"  # type: ignore[index]
    assert "very-secret" not in str(ledger(client))


def test_the_ledger_knows_nothing_of_the_control_routes(client: Client) -> None:
    client.get("/_emulator/health")

    assert ledger(client) == []


def test_the_ledger_finds_by_method_path_and_number(client: Client) -> None:
    client.get(workspace_id())
    first = ledger(client)[0]["seq"]
    client.get(f"{workspace_id()}/jobs/train-1")
    client.endpoint()

    assert [entry["method"] for entry in ledger(client, "method=put")] == ["PUT"]
    assert len(ledger(client, "path=/jobs/train-%5Cd$")) == 1
    assert len(ledger(client, f"after={first}")) == 2
    client.delete("/_emulator/ledger")
    assert ledger(client) == []


def test_durations_hold_for_what_starts_afterwards(client: Client) -> None:
    client.clock(1000, "endpoint")
    client.endpoint()
    client.clock(0, "endpoint")

    state = client.get(ENDPOINT).json()["properties"]["provisioningState"]

    assert state == "Creating"


def test_settings_that_make_no_sense_are_refused(client: Client) -> None:
    clock = client.put("/_emulator/clock", {"seconds": {"lunch": 1}})
    behaviour = client.put("/_emulator/behaviour", {"unknown_registry_versions_list": 500})
    pages = client.put("/_emulator/behaviour", {"page_size": 0})

    assert [clock.status_code, behaviour.status_code, pages.status_code] == [400, 400, 400]


def test_every_state_of_the_traffic_is_kept(client: Client) -> None:
    client.serve(blue=100)
    client.deploy("green")
    client.endpoint({"blue": 50, "green": 50})
    client.endpoint({"green": 100})
    client.get(ENDPOINT)

    states = client.get("/_emulator/traffic").json()["endpoints"][ENDPOINT]

    seen = [state["traffic"] for state in states]
    assert [traffic for number, traffic in enumerate(seen) if traffic != seen[number - 1]] == [
        {},
        {"blue": 100},
        {"blue": 50, "green": 50},
        {"green": 100},
    ]
    assert states[-1]["deployments"] == {"blue": "Succeeded", "green": "Succeeded"}
    assert [state["at"] for state in states] == sorted(state["at"] for state in states)


def test_a_reply_on_a_kept_alive_connection_comes_at_once(client: Client) -> None:
    """Nagle's algorithm would make it 40 ms each."""
    started = time.perf_counter()
    for _ in range(50):
        client.get(workspace_id())

    assert (time.perf_counter() - started) / 50 < 0.02


def test_a_reset_forgets_resources_settings_and_faults(client: Client) -> None:
    client.clock(5, "endpoint")
    client.fault("/", drop="before")

    client.post("/_emulator/reset")

    assert client.get(workspace_id()).status_code == 404
    assert client.get("/_emulator/clock").json()["seconds"]["endpoint"] == 0
    assert client.get("/_emulator/faults").json() == {"faults": []}
