"""The taxi-fare story: seven chapters, each with the ending that it must have."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from local import taxi
from local.cloud import LocalCloud
from local.data_scientist import DataScientist
from local.observing import ENDPOINT, Observer, Row, ends

FAILED_DEPLOYMENT: Final = {
    "code": "OutOfQuota",
    "message": "Not enough quota available for Standard_DS3_v2 in SubscriptionId "
    f"{taxi.SUBSCRIPTION}. Current usage/limit: 24/24. Additional needed: 8.",
}
"""What Azure answers when a subscription has no cores left."""


class Audience(Protocol):
    """Whoever follows the story."""

    def chapter(self, number: int, title: str) -> None: ...
    def fact(self, number: int, row: Row) -> None: ...
    def ending(self, number: int, ending: "Ending") -> None: ...


@dataclass
class Ending:
    """How a chapter ended."""

    subject: str
    """What it was about: v1, an event, …"""
    outcome: str
    reason: str
    seconds: float
    serving: str
    surprises: list[str] = field(default_factory=list)
    """What is not as it should be; empty when the chapter ended well."""

    def expect(self, true: bool, otherwise: str) -> None:
        """Note `otherwise` as a surprise unless it is true."""
        if not true:
            self.surprises.append(otherwise)


class Story:
    """Tells the story in a fresh local cloud."""

    def __init__(self, cloud: LocalCloud, audience: Audience) -> None:
        self._cloud = cloud
        self._audience = audience
        self._observer = Observer(cloud)
        self._scientist = DataScientist(cloud.info)
        self._prod = self._scientist.client("prod")

    def tell(self) -> Iterator[Ending]:
        """Chapter after chapter."""
        chapters: list[tuple[str, Callable[[int], Ending]]] = [
            ("v1 is good", self._good),
            ("v2 has too high an rmse", self._inaccurate),
            ("the event of v1 comes twice more", self._redelivered),
            ("v3 has good figures but wrong coefficients", self._nonsense),
            ("v4 cannot be deployed: Azure is out of quota", self._unlucky),
            ("v5 is better than v1", self._better),
            ("a garbage event arrives", self._garbage),
        ]
        for number, (title, told) in enumerate(chapters, start=1):
            self._audience.chapter(number, title)
            ending = told(number)
            self._audience.ending(number, ending)
            yield ending

    # -- the chapters

    def _good(self, number: int) -> Ending:
        ending = self._promoted(number, taxi.GOOD, "v1")
        ending.expect(ending.outcome == "succeeded", "v1 should have been promoted")
        fares = self._observer.fares(self._prod)
        ending.reason = f"answers the sample request with {_dollars(fares)}"
        ending.expect(
            all(5 < fare < 60 for fare in fares), f"these are no fares: {_dollars(fares)}"
        )
        ending.expect(self._observer.traffic() == {"taxi-model-1": 100}, "v1 should serve alone")
        return ending

    def _inaccurate(self, number: int) -> Ending:
        ending = self._promoted(number, taxi.INACCURATE, "v2")
        ending.expect(ending.outcome == "rejected", "v2 should have been rejected")
        ending.expect("6.81" in ending.reason and "5" in ending.reason, "figures are missing")
        return ending

    def _redelivered(self, number: int) -> Ending:
        started = time.monotonic()
        before = self._observer.recorded()
        event = self._observer.event_of("1")
        for _ in range(2):
            self._cloud.control.post(
                f"/_emulator/events/{event['id']}/redeliver", json={"times": 1}
            )
        rows = self._observer.wait_for(
            lambda row: row["Name"] == "promotion.duplicate",
            after=before,
            count=2,
            on_row=lambda row: self._audience.fact(number, row),
        )
        return self._ending("v1, again", "duplicate (2 records)", rows[0], started)

    def _nonsense(self, number: int) -> Ending:
        ending = self._promoted(number, taxi.NONSENSE, "v3")
        ending.expect(ending.outcome == "rolled_back", "v3 should have been rolled back")
        ending.expect("smoke test" in ending.reason, "the smoke test should be the reason")
        self._expect_only_v1(ending)
        return ending

    def _unlucky(self, number: int) -> Ending:
        self._cloud.control.post(
            "/_emulator/faults",
            json={
                "method": "PUT",
                "path": r"/deployments/taxi-model-4$",
                "operation": FAILED_DEPLOYMENT,
            },
        )
        ending = self._promoted(number, taxi.UNLUCKY, "v4")
        ending.expect(ending.outcome == "rolled_back", "v4 should have been rolled back")
        ending.expect(
            FAILED_DEPLOYMENT["message"] in ending.reason, "Azure's message should be shown"
        )
        self._expect_only_v1(ending)
        return ending

    def _better(self, number: int) -> Ending:
        before = self._observer.recorded()
        ending = self._promoted(number, taxi.BETTER, "v5")
        ending.expect(ending.outcome == "succeeded", "v5 should have been promoted")
        ending.reason = f"takes over; answers {_dollars(self._observer.fares(self._prod))}"
        self._observer.wait_for(
            lambda row: row["Name"] == "promotion.retired",
            after=before,
            on_row=lambda row: self._retirement(number, row),
        )
        ending.reason += "; v1 is retired"
        ending.expect(self._observer.deployments() == ["taxi-model-5"], "v1 should be gone")
        ending.serving = self._serving()
        return ending

    def _garbage(self, number: int) -> Ending:
        started = time.monotonic()
        before = self._observer.recorded()
        status = self._observer.deliver({"id": "g-1", "hello": "world"})
        (row,) = self._observer.wait_for(
            lambda row: row["Name"] == "promotion.ignored",
            after=before,
            on_row=lambda row: self._audience.fact(number, row),
        )
        ending = self._ending("garbage", "ignored", row, started)
        ending.expect(status == 202, f"it was answered {status}: Event Grid would act on that")
        return ending

    # -- what they share

    def _promoted(self, number: int, training: taxi.Training, subject: str) -> Ending:
        started = time.monotonic()
        before = self._observer.recorded()
        version = self._scientist.register(training)
        (row,) = self._observer.wait_for(
            ends(version), after=before, on_row=lambda row: self._audience.fact(number, row)
        )
        ending = self._ending(subject, row["Name"].removeprefix("promotion."), row, started)
        ending.expect(f"v{version}" == subject, f"Azure ML called it v{version}")
        return ending

    def _retirement(self, number: int, row: Row) -> None:
        if row["Name"] == "promotion.retired":
            self._audience.fact(number, row)

    def _ending(self, subject: str, outcome: str, row: Row, started: float) -> Ending:
        reason = row["Properties"].get("reason", "")
        return Ending(subject, outcome, reason, time.monotonic() - started, self._serving())

    def _serving(self) -> str:
        return ", ".join(f"{name} {share} %" for name, share in self._observer.traffic().items())

    def _expect_only_v1(self, ending: Ending) -> None:
        ending.expect(self._observer.deployments() == ["taxi-model-1"], "only v1 should stand")
        states = self._observer.traffic_history()
        always = all(s["traffic"] == {"taxi-model-1": 100} for s in states if s["traffic"])
        ending.expect(always, "v1 should never have left 100 %")


def invariants(observer: Observer) -> list[str]:
    """What must be true of every story, whatever happened in it; what isn't."""
    surprises = []
    live = [sum(s["traffic"].values()) for s in observer.traffic_history() if s["traffic"]]
    if any(total != 100 for total in live):
        surprises.append("the weights of a live endpoint did not always add up to 100")
    for what, method, path in (
        ("import", "POST", r"/import$"),
        ("deployment", "PUT", rf"/onlineEndpoints/{ENDPOINT}/deployments/[^/]+$"),
    ):
        made = [_subject(entry) for entry in observer.requests(method, path)]
        surprises += [
            f"more than one {what} of {once}" for once in sorted(set(made)) if made.count(once) > 1
        ]
    return surprises


def _subject(entry: Row) -> str:
    body: dict[str, Any] = (entry["request_body"] or {}).get("properties", {})
    return str(body.get("destinationVersion") or entry["path"])


def _dollars(fares: list[float]) -> str:
    return " and ".join(f"${fare:.2f}" for fare in fares)
