"""Faults: what goes wrong on demand."""

import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from standin_client import Client, a_model, registry_path, workspace_id

VERSION = f"{workspace_id()}/models/taxi/versions/1"


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


def hold(client: Client, when: str, **fault: object) -> str:
    """The id of a fault that keeps a registration waiting."""
    fault = {"path": "/versions/1$", "method": "PUT", "hold": when, **fault}
    return str(client.post("/_emulator/faults", fault).json()["id"])


def wait_until_held(client: Client, number: int) -> None:
    """Returns once that many requests are kept waiting."""
    deadline = time.monotonic() + 5
    while (
        sum(fault["held"] for fault in client.get("/_emulator/faults").json()["faults"]) != number
    ):
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.005)


@pytest.mark.parametrize(("when", "meanwhile"), [("before", 404), ("after", 200)])
@pytest.mark.parametrize("release", ["one", "all"])
def test_a_held_request_goes_on_when_it_is_released(
    client: Client, when: str, meanwhile: int, release: str
) -> None:
    fault = hold(client, when)
    with ThreadPoolExecutor(1) as pool:
        registering = pool.submit(client.register)
        wait_until_held(client, 1)

        seen = client.get(VERSION).status_code
        still_waiting = not registering.done()
        if release == "one":
            client.post(f"/_emulator/faults/{fault}/release")
        else:
            client.delete("/_emulator/faults")

    assert (seen, still_waiting) == (meanwhile, True)
    assert registering.result().status_code == 201
    assert client.get(VERSION).status_code == 200
    assert ledger(client, "method=PUT")[0]["fault"] == f"hold {fault}"


@pytest.mark.parametrize(("when", "carried_out"), [("before", 404), ("after", 200)])
def test_a_held_request_ends_with_its_client(client: Client, when: str, carried_out: int) -> None:
    hold(client, when)

    with pytest.raises(httpx.ReadTimeout):
        client.put(VERSION, a_model(), timeout=0.2)
    wait_until_held(client, 0)
    # What is released later does not come back to life.
    client.delete("/_emulator/faults")

    assert client.get(VERSION).status_code == carried_out
    assert ledger(client, "method=PUT")[0]["status"] is None


def test_a_hold_may_wait_for_a_later_request(client: Client) -> None:
    hold(client, "before", skip=1)

    first = client.register()
    with pytest.raises(httpx.ReadTimeout):
        client.put(VERSION, a_model(), timeout=0.2)
    third = client.get(VERSION)

    assert (first.status_code, third.status_code) == (201, 200)


def test_only_a_fault_that_waits_can_be_released(client: Client) -> None:
    assert client.post("/_emulator/faults/nobody/release").status_code == 404


@pytest.mark.parametrize(
    "fault",
    [
        {"path": "/"},
        {"path": "/", "hold": "sometimes"},
        {"path": "/", "hold": "before", "drop": "before"},
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
