"""How long Event Grid waits for our answer."""

import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import httpx

from benchmarks.figure import Figure
from local import taxi
from local.cloud import LocalCloud

EVENTS = 200
LIMIT_MS = 250
"""Two hundred promotions run in the same process at that moment."""


def figures() -> Iterator[Figure]:
    """Events of models that no route wants, and of models whose promotion begins."""
    with (
        tempfile.TemporaryDirectory() as directory,
        LocalCloud(Path(directory)) as cloud,
        httpx.Client(headers={"aeg-event-type": "Notification"}) as client,
    ):
        for what, model in (("ignored", "bus"), ("that starts a promotion", "taxi")):
            url = cloud.info["event_url"]
            taken = [_milliseconds(client, url, f"{model}-{n}") for n in range(EVENTS)][5:]
            p95 = statistics.quantiles(taken, n=20)[18]
            yield Figure(
                f"intake of an event {what}",
                f"{statistics.median(taken):.0f} ms, p95 {p95:.0f} ms",
                "Event Grid waits 30 s",
                f"p95 {LIMIT_MS} ms",
                p95 <= LIMIT_MS,
            )


def _milliseconds(client: httpx.Client, url: str, model: str) -> float:
    event = {
        "id": model,
        "topic": taxi.workspace_id(taxi.DEV),
        "subject": f"models/{model}:1",
        "eventType": "Microsoft.MachineLearningServices.ModelRegistered",
        "data": {"modelName": model, "modelVersion": "1"},
    }
    started = time.perf_counter()
    client.post(url, json=[event]).raise_for_status()
    return (time.perf_counter() - started) * 1000
