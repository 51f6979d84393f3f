"""Faults: what goes wrong on demand."""

import time

import httpx
import pytest
from standin_client import Client, registry_path, workspace_id


def ledger(client: Client, query: str = "") -> list[dict[str, object]]:
    entries: list[dict[str, object]] = client.get(f"/_emulator/ledger?{query}").json()["entries"]
    return entries


def test_an_answer_takes_the_place_of_the_real_one(client: Client) -> None:
    answer = {"status": 503, "body": {"error": 1}, "headers": {"Retry-After": "1"}}
    client.fault("/models/taxi/versions/1$", method="PUT", answer=answer)

    refused, registered = client.register(), client.register()

    assert (refused.status_code, refused.json()) == (503, {"error": 1})
    assert refused.headers["retry-after"] == "1"
    assert registered.status_code == 201
    assert str(ledger(client)[0]["fault"]).startswith("answer")


def test_a_fault_meets_as_many_requests_as_it_is_told_to(client: Client) -> None:
    client.fault("/workspaces/dev$", skip=1, times=2, answer={"status": 500})

    seen = [client.get(workspace_id()).status_code for _ in range(4)]

    assert seen == [200, 500, 500, 200]


def test_a_fault_may_look_at_the_query(client: Client) -> None:
    client.fault("/versions$", query=r"\$top=1", answer={"status": 500})

    plain = client.get(f"{registry_path()}/models/taxi/versions")
    newest = client.get(f"{registry_path()}/models/taxi/versions?%24top=1")

    assert (plain.status_code, newest.status_code) == (200, 500)


def test_an_answer_may_take_its_time(client: Client) -> None:
    client.fault("/workspaces/dev$", answer={"status": 200, "delay_seconds": 0.2})
    started = time.perf_counter()

    client.get(workspace_id())

    assert time.perf_counter() - started >= 0.2


@pytest.mark.parametrize(("drop", "carried_out"), [("before", 404), ("after", 200)])
def test_a_dropped_connection_gives_no_answer(client: Client, drop: str, carried_out: int) -> None:
    client.fault("/versions/1$", method="PUT", drop=drop)

    with pytest.raises(httpx.TransportError):
        client.register()

    assert client.get(f"{workspace_id()}/models/taxi/versions/1").status_code == carried_out
    assert ledger(client, "method=PUT")[0]["status"] is None


@pytest.mark.parametrize(
    "fault",
    [
        {"path": "/"},
        {"path": "/", "drop": "before", "answer": {"status": 1}},
        {"path": "/", "drop": "sometimes"},
        {"path": "("},
        {"path": "/", "answer": {}},
        {"path": "/", "operation": {"code": "x"}},
        {"pth": "/", "drop": "before"},
    ],
)
def test_a_fault_that_makes_no_sense_is_refused(client: Client, fault: object) -> None:
    assert client.post("/_emulator/faults", fault).status_code == 400
