"""How long people wait for what they look at over HTTP."""

import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx

from benchmarks.figure import Figure
from local import taxi
from local.cloud import LocalCloud
from local.data_scientist import DataScientist

PROMOTIONS = 300
REQUESTS = 30
LIMIT_MS = 500
MODEL = "taxi-model"


def figures() -> Iterator[Figure]:
    """The answers of a service that has been used, with many promotions behind it."""
    with (
        tempfile.TemporaryDirectory() as directory,
        LocalCloud(Path(directory)) as cloud,
        httpx.Client(
            base_url=cloud.info["api_url"], headers=cloud.info["identities"]["vera"], timeout=30
        ) as client,
    ):
        version = DataScientist(cloud.info).register(taxi.GOOD, MODEL)
        _promote(cloud)
        _wait_until_all_ended(client)
        promotion = client.get("promotions", params={"model": MODEL}).json()["promotions"][0]["id"]
        wish = {"model": MODEL, "version": version}
        requests: dict[str, Callable[[], httpx.Response]] = {
            "POST /plans": lambda: client.post("plans", json=wish),
            f"GET /promotions, of {PROMOTIONS}": lambda: client.get("promotions"),
            "GET /promotions/{id}, with its timeline": lambda: client.get(
                f"promotions/{promotion}"
            ),
            "GET /targets": lambda: client.get("targets"),
        }
        for what, request in requests.items():
            yield _figure(what, request)


def _figure(what: str, request: Callable[[], httpx.Response]) -> Figure:
    request().raise_for_status()  # the first one loads what it needs
    taken = [_milliseconds(request) for _ in range(REQUESTS)]
    p95 = statistics.quantiles(taken, n=20)[18]
    return Figure(
        what,
        f"{statistics.median(taken):.0f} ms, p95 {p95:.0f} ms",
        "people wait",
        f"p95 {LIMIT_MS} ms",
        p95 <= LIMIT_MS,
    )


def _milliseconds(request: Callable[[], httpx.Response]) -> float:
    started = time.perf_counter()
    request().raise_for_status()
    return (time.perf_counter() - started) * 1000


def _promote(cloud: LocalCloud) -> None:
    """As many promotions as there are to be; most of them fail, because their model is gone."""
    with httpx.Client(headers={"aeg-event-type": "Notification"}, timeout=30) as client:
        for number in range(PROMOTIONS - 1):
            event = {
                "id": f"e-{number}",
                "topic": taxi.workspace_id(taxi.DEV),
                "subject": f"models/taxi-{number}:1",
                "eventType": "Microsoft.MachineLearningServices.ModelRegistered",
                "data": {"modelName": f"taxi-{number}", "modelVersion": "1"},
            }
            client.post(cloud.info["event_url"], json=[event]).raise_for_status()


def _wait_until_all_ended(client: httpx.Client) -> None:
    deadline = time.monotonic() + 120
    while _count(client, "failed") < PROMOTIONS - 1 or _count(client, "succeeded") < 1:
        if time.monotonic() > deadline:
            raise TimeoutError("the promotions do not end")
        time.sleep(0.2)


def _count(client: httpx.Client, status: str) -> int:
    """How many there are, page by page."""
    query, count = {"status": status, "limit": "200"}, 0
    while True:
        page = client.get("promotions", params=query).raise_for_status().json()
        count += len(page["promotions"])
        if page["next"] is None:
            return count
        query["cursor"] = page["next"]
