"""One registered version of a story's model, followed."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from local.observing import ENDS, Row
from local.stories.support.story import Surprise

if TYPE_CHECKING:
    from local.stories.support.scene import Scene

_BAD_ENDS: Final = ENDS - {"promotion.succeeded"}
_ENDED: Final = {
    "rejected": "is rejected",
    "rolled_back": "is rolled back",
    "cancelled": "is cancelled",
    "superseded": "is superseded",
}


class Version:
    """What became of one version."""

    def __init__(self, scene: "Scene", model: str, number: str) -> None:
        self._scene = scene
        self.model, self.number = model, number

    def __str__(self) -> str:
        return f"{self.model}:{self.number}"

    @property
    def deployment(self) -> str:
        """What its deployments are called."""
        return f"{self.model}-{self.number}"

    @property
    def promotion_id(self) -> str:
        """That of its promotion."""
        return str(self.tells("requested")["Properties"]["promotion_id"])

    def ends(self, status: str, because: str = "") -> Row:
        """How its promotion ended, which must be so, for a reason in which `because` stands."""
        row = self._first(f"{self} has ended", lambda row: row["Name"] in ENDS)
        if _name(row) != status:
            raise Surprise(f"how {self} ended", status, _in_short(row))
        reason = row["Properties"].get("reason", "")
        if because not in reason:
            raise Surprise(f"why {self} is {status}", f"…{because}…", reason)
        told = f", and says: {because}" if because else ""
        self._scene.met(f"{self} {_ENDED.get(status, status)}{told}")
        return row

    def tells(self, name: str, **told: str) -> Row:
        """Its first record of that name with those properties, waited for.

        If its promotion ends badly instead, that is a surprise at once.
        """
        expected = " ".join((name.replace("_", " "), *told.values()))

        def is_wanted(row: Row) -> bool:
            return _name(row) == name and told.items() <= row["Properties"].items()

        until = f"{self} says: {expected}"
        row = self._first(until, lambda row: is_wanted(row) or row["Name"] in _BAD_ENDS)
        if not is_wanted(row):
            raise Surprise(f"what {self} says next", expected, _in_short(row))
        return row

    def records(self) -> list[str]:
        """Names of its records so far."""
        return [_name(row) for row in self.rows()]

    def rows(self) -> list[Row]:
        """Its records so far."""
        return [row for row in self._scene.rows() if self._concerns(row)]

    def shares(self) -> list[int]:
        """Every share of the endpoint's traffic that it has had, in percent, in order."""
        found = [weights.get(self.deployment, 0) for weights in self._scene.traffic()]
        return [share for share, last in zip(found, [None, *found], strict=False) if share != last]

    def _first(self, until: str, is_wanted: Callable[[Row], bool]) -> Row:
        return self._scene.wait_for(until, lambda: next(filter(is_wanted, self.rows()), None))

    def _concerns(self, row: Row) -> bool:
        told = row["Properties"]
        return (told.get("model"), told.get("version")) == (self.model, self.number)


def _name(row: Row) -> str:
    return str(row["Name"]).removeprefix("promotion.")


def _in_short(row: Row) -> str:
    reason = row["Properties"].get("reason")
    return f"{_name(row)}: {reason}" if reason else _name(row)
