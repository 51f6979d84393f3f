"""What anybody may look up while the history goes on, so that the next thing happens in time."""

import threading
import time
from collections.abc import Callable
from typing import Any, Final

import httpx
from stories.service import Service

from local import taxi

type Shown = dict[str, Any]
"""A promotion, as `GET /promotions` shows it."""

_ENDED: Final = frozenset(
    ("succeeded", "rejected", "rolled_back", "failed", "cancelled", "superseded")
)
_PATIENCE: Final = 150.0
"""Seconds; the machine may be busy with other things."""
_FRESH: Final = 0.25
"""Seconds for which one look is enough for everybody who waits."""


class Board:
    """Vera, who looks at promotions, traffic and events, and waits."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._control = service.cloud.control
        self._one_look = threading.Lock()
        self._looked_at, self._known = 0.0, list[Shown]()

    def known(self, route: str, version: str) -> Shown:
        """The promotion, as soon as there is one."""
        return self._promotion(route, version, 1, lambda _: True)

    def ended(self, route: str, version: str, run: int = 1) -> Shown:
        """The promotion, as soon as it has ended."""
        return self._promotion(route, version, run, lambda one: one["status"] in _ENDED)

    def waiting(self, route: str, version: str, what: str) -> Shown:
        """The promotion, as soon as it waits for that."""
        return self._promotion(route, version, 1, lambda one: what in one["waiting_for"])

    def until_done(self, operation: str) -> None:
        """Until the operation has succeeded that was accepted under that path."""
        self._until(lambda: self._get(operation)["status"] == "succeeded", operation)

    def until_traffic(self, endpoint: str, deployment: str, share: int) -> None:
        """Until the deployment has so much of the endpoint's traffic."""

        def has_it() -> bool:
            known = self._control.get("/_emulator/traffic").json()["endpoints"]
            states = [s for path, s in known.items() if path.endswith(f"/{endpoint}")]
            return any(s[-1]["traffic"].get(deployment) == share for s in states)

        self._until(has_it, f"{deployment} has {share} %")

    def event(self, subject: str) -> str:
        """The id of the event by which the dev workspace told of it, as soon as there is one."""
        dev, found = taxi.workspace_id(taxi.DEV), list[str]()

        def is_there() -> bool:
            known = self._control.get("/_emulator/events").json()["events"]
            mine = [one for one in known if one["source"] == dev]
            found[:] = [one["id"] for one in mine if one["event"]["subject"] == subject]
            return bool(found)

        self._until(is_there, f"the event of {subject}")
        return found[0]

    def until_all_is_over(self, deliveries: int) -> None:
        """Until so many events have come, and nothing that has ended has more to record."""
        path = "/_emulator/subscriptions/promotion/deliveries"
        self._until(
            lambda: len(self._control.get(path).json()["deliveries"]) >= deliveries,
            f"{deliveries} deliveries",
        )
        ended = [one["id"] for one in self._look() if one["status"] in _ENDED]
        self._until(lambda: all(map(self._is_over, ended)), "the end of all that has ended")

    def _is_over(self, id: str) -> bool:
        return str(self._service.instance(id)["runtimeStatus"]) == "Completed"

    def _promotion(
        self, route: str, version: str, run: int, holds: Callable[[Shown], bool]
    ) -> Shown:
        found = list[Shown]()

        def is_there() -> bool:
            mine = [o for o in self._look() if (o["route"], o["version"]) == (route, version)]
            found[:] = sorted(mine, key=lambda one: str(one["created"]))[run - 1 : run]
            return bool(found) and holds(found[0])

        self._until(is_there, f"run {run} of {route}:{version}")
        return found[0]

    def _look(self) -> list[Shown]:
        with self._one_look:
            if time.monotonic() - self._looked_at > _FRESH:
                self._known = self._get("promotions?limit=200")["promotions"]
                self._looked_at = time.monotonic()
            return self._known

    def _get(self, path: str) -> dict[str, Any]:
        url, vera = self._service.info["api_url"], self._service.info["identities"]["vera"]
        answer = httpx.get(f"{url}/{path}", headers=vera, timeout=60, trust_env=False)
        found: dict[str, Any] = answer.raise_for_status().json()
        return found

    def _until(self, holds: Callable[[], bool], what: str) -> None:
        deadline = time.monotonic() + _PATIENCE
        while not holds():
            assert time.monotonic() < deadline, f"it did not come to that: {what}"
            time.sleep(0.1)
