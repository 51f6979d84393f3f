"""What an operator could count in Azure, in the policy and among the people, and nowhere else."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from stories.forty.endings import Endings
from stories.forty.far_side import FarSide
from stories.forty.people import Town
from stories.forty.policy import APPROVER, PLACES, Place, routes_of

_RECORDED_AS: Final = {
    "approve": "approved",
    "reject": "approval_rejected",
    "intrude": "decision_refused",
    "cancel": "cancelled",
    "hold": "held",
    "resume": "resumed",
}


@dataclass(frozen=True)
class Rollback:
    """A version that went, at a place, and the most traffic that it had had there."""

    place: Place
    version: str
    how: str
    most: int


class Counted:
    """Everything that is known without the audit records."""

    def __init__(self, town: Town) -> None:
        self.azure = FarSide(town.service.cloud.control)
        self.runs = sorted(town.runs, key=lambda run: run.at)
        self.deeds = sorted(town.deeds, key=lambda deed: deed.at)
        self.promotions = Endings(self.azure, self.runs, self.deeds)

    def begun(self) -> int:
        """Promotions: one for each route that wants what an event tells, and what people began."""
        by_hand = sum(deed.what == "promote" for deed in self.deeds)
        return by_hand + sum(map(len, self._wanted().values()))

    def endings(self, route: str | None = None) -> Counter[str]:
        """How many promotions ended how."""
        runs = [run for run in self.runs if route in (None, run.route)]
        return Counter(map(self.promotions.how, runs))

    def rollbacks(self) -> Iterator[Rollback]:
        """What people sent back, and deployments that were removed without anybody asking."""
        for place in PLACES:
            for run in (run for run in self.runs if run.route == place.route):
                how = None
                if deed := self.promotions.rollback(run):
                    how = "by_hand" if self.promotions.sent_back(deed)[1] else "stopped"
                elif self.promotions.how(run) == "rolled_back":
                    how = "automatic"
                if how:
                    most = self.azure.most(place, run.version)
                    yield Rollback(place, run.version, how, most)

    def decisions(self) -> Iterator[tuple[str, str, str, str]]:
        """Who did what, about which route and version; without a version, about the place."""
        for deed in self.deeds:
            if deed.what == "promote":
                what = "bypassed" if deed.bypassed else "requested"
                yield deed.who, what, deed.route, deed.version
            elif deed.what == "rollback":  # it holds the place, too
                version, whole = self.promotions.sent_back(deed)
                yield deed.who, "rolled_back" if whole else "stopped", deed.route, version
                yield deed.who, "held", deed.route, ""
            else:
                yield deed.who, _RECORDED_AS[deed.what], deed.route, deed.version

    def waiting(self) -> Iterator[tuple[str, str, str, str]]:
        """What waits in the end: route, version, for what, for whom."""
        for run in self.runs:
            if self.promotions.how(run) == "under_way":
                holder = self._holder(run.route)
                yield (
                    run.route,
                    run.version,
                    *(("hold", holder) if holder else ("approval", APPROVER)),
                )

    def duplicates(self) -> Counter[str]:
        """How often events came again that had begun promotions, by event."""
        wanted, came = self._wanted(), self.azure.ledger.deliveries()
        return Counter({id: came[id] - 1 for id in came if id in wanted and came[id] > 1})

    def ignored(self) -> Counter[str]:
        """How often events came that no route wants, by event."""
        wanted, came = self._wanted(), self.azure.ledger.deliveries()
        return Counter({id: came[id] for id in came if id not in wanted})

    def _wanted(self) -> dict[str, list[str]]:
        """The routes that want what an event tells, by its id."""
        told = self.azure.ledger.registered()
        return {id: routes for id, model in told.items() if (routes := routes_of(model))}

    def _holder(self, route: str) -> str | None:
        """Who holds the route's stage in the end."""
        changes = ("hold", "rollback", "resume")
        mine = [deed for deed in self.deeds if deed.route == route and deed.what in changes]
        return mine[-1].who if mine and mine[-1].what != "resume" else None
