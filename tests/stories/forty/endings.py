"""How each promotion ended, concluded from what Azure has seen and what people did.

Nothing in here knows of the audit records, nor of the questions that the dashboard asks them.
"""

from dataclasses import dataclass
from datetime import datetime

from stories.forty.diary import Deed, Run
from stories.forty.far_side import FarSide
from stories.forty.ledger import FUTURE
from stories.forty.policy import MOST_MAE, MOST_RMSE, TAG, places_of


@dataclass(frozen=True)
class Refusal:
    """A gate, or a person, that stopped a version; without a stage, before the first."""

    stage: str
    gate: str
    outcome: str


class Endings:
    """What became of every run in the diary."""

    def __init__(self, azure: FarSide, runs: list[Run], deeds: list[Deed]) -> None:
        self._azure, self._runs, self._deeds = azure, runs, deeds

    def how(self, run: Run) -> str:
        """How it ended, as the dashboard calls that."""
        if self.was_asked(run, "cancel"):
            return "cancelled"
        if self.refusals(run):
            return "rejected"
        if self._was_delivered(run):
            return "rolled_back_later" if self.rollback(run) else "succeeded"
        if any(run.version in self._azure.removed(place) for place in places_of(run.route)):
            return "rolled_back"
        if self.error(run):
            return "failed"
        return "superseded" if self._was_overtaken(run) else "under_way"

    def refusals(self, run: Run) -> list[Refusal]:
        """What the policy has against the figures and the tags of the version, or Bob has."""
        if self.was_asked(run, "reject"):
            return [Refusal("prod", "ApprovalRejected", "rejected")]
        if run.training is None:
            return []
        logged = run.training.seed()["metrics"]
        found = list[Refusal]()
        if run.route in ("fares", "strict") and logged["rmse"] > MOST_RMSE:
            found.append(Refusal("", "metric rmse", "failed"))
        if run.route in ("fares", "strict") and TAG not in run.tags:
            found.append(Refusal("", f"tag {TAG}", "inconclusive"))
        if run.route == "unlogged" and "auc" not in logged:
            found.append(Refusal("", "metric auc", "inconclusive"))
        if run.route == "two" and logged["mae"] > MOST_MAE:
            found.append(Refusal("prod", "metric mae", "failed"))
        return [refusal for refusal in found if refusal.gate != run.bypassed]

    def failure(self, run: Run) -> tuple[str, str] | None:
        """The error that ended it, and how: Azure's code, or ours where a test failed."""
        how = self.how(run)
        if how not in ("failed", "rolled_back") or self.rollback(run):
            return None
        ours = {"online": "SmokeTestFailed", "batch": "BatchTestFailed"}
        return self.error(run) or ours[places_of(run.route)[0].way], how

    def error(self, run: Run) -> str | None:
        """The code of an error that Azure gave about it; of a version that is gone, ours."""
        if self._azure.registered_at(run.model, run.version) is None:
            return "ModelNotFound"
        return self._azure.error(run.route, run.version, run.at, self._until(run))

    def was_copied(self, run: Run) -> bool:
        """Whether the registry had the version in the end."""
        return self._azure.was_copied(run.model, run.version, self._until(run))

    def was_asked(self, run: Run, what: str) -> bool:
        """Whether somebody did that to it."""
        about, until = (what, run.route, run.version), self._until(run)
        return any(
            (deed.what, deed.route, deed.version) == about and run.at <= deed.at < until
            for deed in self._deeds
        )

    def rollback(self, run: Run) -> Deed | None:
        """What somebody did to send the version back."""
        mine = [deed for deed in self._deeds if (deed.what, deed.route) == ("rollback", run.route)]
        return next((deed for deed in mine if self.sent_back(deed)[0] == run.version), None)

    def sent_back(self, rollback: Deed) -> tuple[str, bool]:
        """The version that went, the newest of those with traffic; and whether it had it all."""
        (place,) = (one for one in places_of(rollback.route) if one.stage == rollback.stage)
        served = self._azure.serving(place, rollback.at)
        return max(served, key=int), len(served) == 1

    def _was_delivered(self, run: Run) -> bool:
        """Whether it came to have all traffic of every stage's place."""
        until = self._until(run)
        return all(
            run.at <= self._azure.served(place).get(run.version, FUTURE) < until
            for place in places_of(run.route)
        )

    def _was_overtaken(self, run: Run) -> bool:
        """Whether a newer version came as far as the registry."""
        others = [one for one in self._runs if one.route == run.route]
        return any(self.was_copied(one) for one in others if int(one.version) > int(run.version))

    def _until(self, run: Run) -> datetime:
        """When the version was promoted again on its route, if it was."""
        about = (run.route, run.version)
        again = (one.at for one in self._runs if (one.route, one.version) == about)
        return min((moment for moment in again if moment > run.at), default=FUTURE)
