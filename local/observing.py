"""Looks at what happened: the audit trail, the endpoint, the stand-in's ledger."""

import time
from collections.abc import Callable
from typing import Any, Final

import httpx

from local import taxi
from local.cloud import ROOT, LocalCloud

ENDPOINT: Final = "taxi-fare"
ENDS: Final = frozenset(
    f"promotion.{status}"
    for status in ("succeeded", "rejected", "rolled_back", "failed", "cancelled", "superseded")
)
SAMPLE_REQUEST: Final = ROOT / "examples/taxi-fare/deploy/sample-request.json"

type Row = dict[str, Any]
"""One audit record, in the shape of AppEvents."""


class Observer:
    """What anybody could find out about the promotions of the taxi model."""

    def __init__(self, cloud: LocalCloud) -> None:
        self._cloud = cloud

    def wait_for(
        self,
        wanted: Callable[[Row], bool],
        *,
        after: int = 0,
        count: int = 1,
        timeout: float = 60,
        on_row: Callable[[Row], None] = lambda row: None,
    ) -> list[Row]:
        """The first `count` records after the `after`-th that are wanted.

        `on_row` sees every record on the way. TimeoutError, with the last records, if they
        don't come.
        """
        deadline = time.monotonic() + timeout
        found: list[Row] = []
        seen = after
        while len(found) < count:
            rows = self._cloud.audit()
            for row in rows[seen:]:
                on_row(row)
                found += [row] if wanted(row) else []
            seen = max(seen, len(rows))
            if time.monotonic() > deadline:
                last = [f"{row['Name']}: {row['Properties'].get('reason')}" for row in rows[-5:]]
                raise TimeoutError("\n".join(["it did not happen; the last records:", *last]))
            if len(found) < count:
                time.sleep(0.02)
        return found[:count]

    def recorded(self) -> int:
        """How many audit records there are."""
        return len(self._cloud.audit())

    def traffic(self) -> dict[str, int]:
        """Weights of the endpoint's deployments, without zeros."""
        return {name: share for name, share in self._now("traffic").items() if share}

    def traffic_history(self) -> list[dict[str, Any]]:
        """Every state that the traffic of the endpoint has been in."""
        endpoints = self._cloud.control.get("/_emulator/traffic").json()["endpoints"]
        histories = (states for name, states in endpoints.items() if name.endswith(ENDPOINT))
        history: list[dict[str, Any]] = next(histories, [])
        return history

    def deployments(self) -> list[str]:
        """Names of the deployments that stand."""
        return sorted(self._now("deployments"))

    def _now(self, what: str) -> dict[str, Any]:
        states = self.traffic_history()
        return dict(states[-1][what]) if states else {}

    def requests(self, method: str, path: str) -> list[Row]:
        """Requests to Azure in the order they came; `path` is a regular expression."""
        entries: list[Row] = self._cloud.control.get(
            "/_emulator/ledger", params={"method": method, "path": path}
        ).json()["entries"]
        return entries

    def fares(self, prod: Any) -> list[float]:
        """What the endpoint answers to the team's sample request; `prod` is an MLClient there."""
        endpoint = prod.online_endpoints.get(ENDPOINT)
        key = prod.online_endpoints.get_keys(ENDPOINT).primary_key
        answer = self._cloud.control.post(
            endpoint.scoring_uri,
            content=SAMPLE_REQUEST.read_bytes(),
            headers={"Authorization": f"Bearer {key}", "Content-Type": "application/json"},
        )
        fares: list[float] = answer.json()
        return fares

    def deliver(self, body: object, content_type: str = "application/json") -> int:
        """POST an event to the app as Event Grid does; the status of the answer."""
        headers = {"aeg-event-type": "Notification", "Content-Type": content_type}
        url = self._cloud.info["event_url"]
        return httpx.post(url, json=body, headers=headers, timeout=30).status_code

    def event_of(self, version: str) -> dict[str, Any]:
        """The event by which Event Grid told of a version of the taxi model."""
        events = self._cloud.control.get("/_emulator/events").json()["events"]
        for entry in events:
            event: dict[str, Any] = entry["event"]
            if event["subject"] == f"models/{taxi.MODEL}:{version}":
                return event
        raise LookupError(f"no event tells of version {version}")


def ends(version: str) -> Callable[[Row], bool]:
    """Whether a record is the end of the promotion of that version."""
    return lambda row: row["Name"] in ENDS and row["Properties"].get("version") == version
