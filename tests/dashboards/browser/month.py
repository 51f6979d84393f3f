"""A month of three teams, made up: what a page looks like when it is used.

The same for each seed. The records have the shape of real ones, with as much of them as is shown.
"""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any, Final

ROUTES: Final = {
    "taxi-fare": (("test", "prod"), "nyc-taxi"),
    "churn": (("staging", "prod"), "churn-xgb"),
    "demand": (("prod",), "demand-forecast"),
}
HOUR: Final = 3600.0
_ENDS: Final = {
    "succeeded": 62, "refused": 12, "smoke": 5, "canary": 4, "failed": 5, "superseded": 4,
    "cancelled": 3, "by_hand": 3, "no": 2,
}  # fmt: skip
_WAITS: Final = ("approval", "hold", "window")


class Month:
    """Writes the records of one promotion after the other."""

    def __init__(self, until: datetime, seed: int = 7) -> None:
        """``until`` is the moment before which all happened."""
        self.until = until
        self.records: list[dict[str, Any]] = []
        self._dice = Random(seed)  # noqa: S311 (a story, no secret)
        self._versions = dict.fromkeys(ROUTES, 0)

    def days(self, count: int, a_day: float) -> None:
        """So many days, with so many promotions each, as a rule."""
        for back in range(count, 0, -1):
            day = self.until - timedelta(days=back)
            often = a_day if day.weekday() < 5 else a_day / 5
            whole = int(often) + (self._dice.random() < often % 1)
            for _ in range(self._dice.randint(0, 2 * whole)):
                at = day.replace(hour=7, minute=0) + timedelta(minutes=self._dice.uniform(0, 540))
                end = self._dice.choices(list(_ENDS), list(_ENDS.values()))[0]
                self._promotion(min(at, self.until - timedelta(hours=9)), end)

    def waits(self) -> None:
        """Some that wait at the end."""
        for index, waiting in enumerate(_WAITS):
            self._promotion(self.until - timedelta(hours=3 + 9 * index), waiting)

    def _promotion(self, at: datetime, end: str) -> None:
        route = self._dice.choice(list(ROUTES))
        self._versions[route] += 1
        Story(self, self._dice, route, self._versions[route], at).tell(end)

    def lines(self) -> str:
        """The audit file."""
        rows = [row for row in self.records if row["TimeGenerated"] < self.until.isoformat()]
        rows.sort(key=lambda row: str(row["TimeGenerated"]))
        return "".join(f"{json.dumps(row)}\n" for row in rows)


class Story:
    """One promotion."""

    def __init__(self, month: Month, dice: Random, route: str, version: int, at: datetime) -> None:
        self._month, self._dice, self._at = month, dice, at
        self._stages, model = ROUTES[route]
        mark = f"{dice.getrandbits(32):08x}"
        self._told = {"route": route, "model": model, "version": str(version)}
        self._told |= {"promotion_id": f"{route}-{model}-{version}-{mark}", "actor": "event-grid"}
        self._deployment = f"{model}-{version}"

    def tell(self, end: str) -> None:
        """How it goes, until that end."""
        registered = (self._at - timedelta(seconds=self._dice.uniform(1, 40))).isoformat()
        self._says("requested")
        self._says("evidence", 4, registered_at=registered)
        if not self._gates(passed=end != "refused"):
            return
        self._says(
            "copied", self._about(60), asset_id=f"azureml://registries/ml/{self._deployment}"
        )
        if end == "superseded":
            reason = "A newer version came first."
            self._says("superseded", HOUR, self._stages[-1], reason=reason, code="Superseded")
            return
        for stage in self._stages:
            if not self._stage(stage, end if stage == self._stages[-1] else "succeeded"):
                return
        self._says("succeeded")
        if end == "by_hand":
            self._by_hand(self._stages[-1])

    def _gates(self, *, passed: bool) -> bool:
        rmse = self._dice.uniform(3, 5) if passed else self._dice.uniform(5.1, 8)
        answer = {"gate": "metric rmse", "kind": "metric", "mode": "enforce"}
        reason = f"rmse is {rmse:.2f}; the policy wants at most 5."
        if passed:
            self._says("gate_evaluated", outcome="passed", reason=reason, **answer)
            return True
        if self._dice.random() < 0.4:
            answer["gate"], reason = "signature", "The model has no signature."
        remedy = "A model whose rmse is 5 would pass." if "rmse" in reason else "Log it with one."
        told = {"reason": reason, "remedy": remedy}
        self._says("gate_evaluated", outcome="failed", **answer, **told)
        self._says("rejected", code="GateFailed", **told)
        return False

    def _stage(self, stage: str, end: str) -> bool:
        if stage == "prod" and not self._approved(stage, end):
            return False
        if end in ("hold", "window"):
            self._waits(stage, end)
            return False
        place = {"endpoint": f"{self._told['route']}-{stage}", "deployment": self._deployment}
        self._says("deploying", 2, stage, **place, workspace=f"mlw-{stage}")
        if end == "failed":
            reason = (
                f"The deployment {self._deployment} failed: Not enough quota for Standard_DS3_v2."
            )
            told = {"reason": reason, "remedy": "Ask for more quota.", "code": "OutOfQuota"}
            self._says("failed", self._about(500), stage, **told)
            return False
        self._says("deployed", self._about(420), stage, **place)
        tested = "failed" if end == "smoke" else "passed"
        self._says("smoke_tested", self._about(8), stage, outcome=tested, **place)
        if end == "smoke":
            return self._taken_back(stage, "SmokeTestFailed", "it answered 500: {}.")
        return self._traffic(stage, end, place)

    def _traffic(self, stage: str, end: str, place: dict[str, str]) -> bool:
        for share in (10, 50, 100) if stage == "prod" else (100,):
            after = json.dumps({self._deployment: share})
            place |= {"workspace": f"mlw-{stage}", "after": after}
            self._says("traffic_shifted", self._about(20), stage, {"traffic": share}, **place)
            if end == "canary" and share == 50:
                back = place | {"after": "{}", "reason": "The rollout is taken back."}
                self._says("traffic_shifted", self._about(400), stage, {"traffic": 0}, **back)
                return self._taken_back(
                    stage, "VerificationFailed", "ErrorRate is 7 %, at most 1 %."
                )
            if share < 100:
                reason = f"ErrorRate is 0.2 % with {share} % of the traffic; at most 1 %."
                check = {"check": "azure_metric ErrorRate", "outcome": "passed", "reason": reason}
                self._says("verified", self._about(900), stage, **check)
        return True

    def _approved(self, stage: str, end: str) -> bool:
        told = {"by": "mlops-leads@contoso.com", "quorum": "1", "until": ""}
        reason = "It waits for an approval by 1 of mlops-leads@contoso.com."
        self._says("approval_requested", 3, stage, reason=reason, **told)
        if end == "approval":
            return False
        who = self._dice.choice(["ada@contoso.com", "bob@contoso.com", "mia@contoso.com"])
        if end == "no":
            told = {"reason": f"Refused by {who}: wait for the audit.", "by": who}
            self._says("approval_rejected", self._about(2 * HOUR), stage, **told)
            self._says("rejected", 1, stage, reason=told["reason"], code="ApprovalRejected")
            return False
        if end == "cancelled":
            reason = f"Cancelled by {who}: the data had a gap."
            self._says("cancelled", self._about(HOUR), stage, reason=reason, code="Cancelled")
            return False
        self._says("approved", self._about(1.5 * HOUR), stage, by=who, reason=f"Approved by {who}.")
        return True

    def _waits(self, stage: str, what: str) -> None:
        if what == "hold":
            reason = "Held by ada@contoso.com: looking into complaints"
            self._says("waiting", 3, stage, waiting_for="hold", reason=reason)
            return
        until = (self._month.until + timedelta(days=2)).isoformat()
        reason = "Outside of the window Mon-Thu 09:00-16:00 Europe/Berlin."
        self._says("waiting", 3, stage, waiting_for="window", until=until, reason=reason)

    def _taken_back(self, stage: str, code: str, why: str) -> bool:
        reason = f"The deployment {self._deployment} failed: {why}"
        remedy = "Look at the logs of the deployment, and register a new version."
        self._says("rolled_back", self._about(60), stage, reason=reason, remedy=remedy, code=code)
        return False

    def _by_hand(self, stage: str) -> None:
        reason = "Rolled back by ada@contoso.com: complaints"
        self._told["actor"] = "ada@contoso.com"
        told = {"reason": reason, "code": "RolledBackByHand"}
        self._says("rolled_back", self._about(6 * HOUR), stage, **told)

    def _about(self, seconds: float) -> float:
        return seconds * self._dice.lognormvariate(0, 0.5)

    def _says(
        self,
        fact: str,
        later: float = 1,
        stage: str = "",
        numbers: dict[str, float] | None = None,
        **details: str,
    ) -> None:
        self._at += timedelta(seconds=later)
        where = {"stage": stage} if stage else {}
        record_id = {"record_id": f"{len(self._month.records):016x}"}
        row = {
            "TimeGenerated": self._at.isoformat(timespec="microseconds"),
            "Name": f"promotion.{fact}",
            "Properties": self._told | record_id | where | details,
            "Measurements": (numbers or {}) | ({"duration_ms": later * 1000} if later > 10 else {}),
        }
        self._month.records.append(row)


def write_month(
    path: Path, until: datetime | None = None, days: int = 34, a_day: float = 2
) -> Path:
    """An audit file of that month."""
    month = Month(until or datetime.now(UTC))
    month.days(days, a_day)
    month.waits()
    path.write_text(month.lines(), encoding="utf-8")
    return path
