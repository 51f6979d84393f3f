"""Histories written by hand, for what no story tells."""

from datetime import UTC, datetime, timedelta
from typing import Final, Self

from dashboards.workspace import Row, Workspace

BEGINNING: Final = datetime(2026, 3, 4, 9, tzinfo=UTC)
"""A Wednesday."""


class History:
    """What is recorded, second by second."""

    def __init__(self, beginning: datetime = BEGINNING) -> None:
        self.now = beginning
        self.rows: list[Row] = []

    def pass_by(self, **span: float) -> Self:
        """Time passes."""
        self.now += timedelta(**span)
        return self

    def tells(self, fact: str, numbers: dict[str, float] | None = None, **details: str) -> Self:
        """A second later this is recorded."""
        self.pass_by(seconds=1)
        row = {
            "TimeGenerated": self.now.isoformat(timespec="microseconds"),
            "Name": f"promotion.{fact}",
            "Properties": {"record_id": f"{len(self.rows):016x}"} | details,
            "Measurements": numbers or {},
        }
        self.rows.append(row)
        return self

    def promotion(self, version: str = "1", *, run: str = "", **changed: str) -> "Promotion":
        """A version of taxi begins its way."""
        told = {"route": "taxi", "model": "taxi", "actor": "event-grid"} | changed
        mark = f"{int(version):08x}"
        promotion_id = f"{told['route']}-{told['model']}-{version}-{mark}{run}"
        return Promotion(self, told | {"promotion_id": promotion_id, "version": version})

    def workspace(self) -> Workspace:
        """Where all that can be asked for."""
        return Workspace(self.rows, self.now)


class Promotion:
    """What is recorded of one promotion."""

    def __init__(self, history: History, told: dict[str, str]) -> None:
        self._history = history
        self._told = told
        self.id = told["promotion_id"]
        self.tells("requested")

    def tells(
        self, fact: str, stage: str = "", numbers: dict[str, float] | None = None, **details: str
    ) -> Self:
        """A second later this is recorded."""
        where = {"stage": stage} if stage else {}
        self._history.tells(fact, numbers, **self._told, **where, **details)
        return self

    def after(self, **span: float) -> Self:
        """Time passes."""
        self._history.pass_by(**span)
        return self

    def seen(self, before: float = 10) -> Self:
        """The evidence is read; the version was registered so many seconds before."""
        registered = self._history.now - timedelta(seconds=before)
        return self.tells("evidence", registered_at=registered.isoformat())

    def gate(self, outcome: str, stage: str = "", gate: str = "metric rmse") -> Self:
        """A gate answers."""
        told = {"gate": gate, "kind": "metric", "mode": "enforce", "reason": f"rmse {outcome}."}
        return self.tells("gate_evaluated", stage, outcome=outcome, **told)

    def shifts(self, stage: str, traffic: float = 100, after: str = "", reason: str = "") -> Self:
        """Its deployment gets so much of the traffic."""
        deployment = f"taxi-{self._told['version']}"
        told = {"endpoint": f"fares-{stage}", "deployment": deployment, "workspace": f"mlw-{stage}"}
        told |= {"reason": reason} if reason else {}
        shares = after or f'{{"{deployment}": {traffic:g}}}'
        return self.tells("traffic_shifted", stage, {"traffic": traffic}, after=shares, **told)

    def serves(self, *stages: str) -> Self:
        """It comes into service at those stages, one after the other."""
        for stage in stages:
            place = {"endpoint": f"fares-{stage}", "deployment": f"taxi-{self._told['version']}"}
            self.tells("deploying", stage, **place).shifts(stage)
        return self

    def undone(self, stage: str, after: str = "{}") -> Self:
        """The rollout is taken back."""
        return self.shifts(stage, 0, after=after, reason="The rollout is taken back.")

    def taken_back(self, stage: str, code: str = "SmokeTestFailed") -> Self:
        """It ends as rolled back, without having had traffic."""
        return self.tells("rolled_back", stage, reason="No.", remedy="Do.", code=code)

    def rolled_back_by_hand(self, stage: str, by: str = "ada@contoso.com") -> Self:
        """Somebody goes back to an earlier version."""
        reason = f"Rolled back by {by}: complaints"
        told = self._told
        self._told = told | {"actor": by}
        self.tells("rolled_back", stage, reason=reason, code="RolledBackByHand")
        self._told = told
        return self
