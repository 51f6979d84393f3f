"""Whether a decision counted: somebody else's may have come first in the same moment."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from promotion.cli.client import Answer, Json, Service
from promotion.cli.exits import Exit, Failed
from promotion.cli.happenings import told
from promotion.cli.states import ENDS, awaiting_approval, in_words

_PATIENCE: Final = 10.0
"""Seconds to look for it."""
_PAUSE: Final = 0.5
_COUNTED: Final = {"approved": "approve", "approval_rejected": "reject"}
_DECISIONS: Final = (*_COUNTED, "decision_refused", "decision_ignored")


@dataclass(frozen=True)
class Decision:
    """What somebody has just sent, and the service has accepted."""

    before: Json
    """The promotion as it was then."""
    stage: str
    decision: str
    comment: str
    by: str | None
    """Who that is to the service; None if it does not say."""

    def news(self, promotion: Json) -> list[Json]:
        """The decisions at the stage that were not known before."""
        known = [str(one) for one in _decisions(self.before, self.stage)]
        return [one for one in _decisions(promotion, self.stage) if str(one) not in known]

    def is_in(self, happening: Json) -> bool:
        """Whether that is what became of this one."""
        details: Json = happening.get("details") or {}
        decision = _COUNTED.get(happening["what"]) or details.get("decision")
        # The timeline cuts long texts short.
        words = " ".join(str(details.get("comment") or "").removesuffix("…").split())
        return (
            decision in (None, self.decision)
            and self.by in (None, happening.get("by"))
            and " ".join(self.comment.split()).startswith(words)
            and bool(words) == bool(self.comment.strip())
        )


class NotKnown(Failed):
    """What became of a decision cannot be seen yet."""

    def __init__(self, promotion: Json) -> None:
        what = "Your decision has arrived; whether it came in time is not known yet."
        super().__init__(Exit.UNREACHABLE, what, _show(promotion))


def must_count(service: Service, path: str, decision: Decision) -> None:
    """Looks until it is known what became of it. Raises Failed if it did not count.

    NotKnown is one of them.
    """
    moved_on = False
    for found in _looks(service, path):
        mine = next(filter(decision.is_in, decision.news(found)), None)
        if mine and mine["what"] == "decision_refused":
            raise Failed(Exit.NO, told(mine), _show(found))
        if mine and mine["what"] in _COUNTED:
            return
        # Twice: what is told of the stage may be newer than what is told to have happened.
        if mine or (_has_moved_on(found, decision.stage) and moved_on):
            raise _too_late(found, decision)
        moved_on = _has_moved_on(found, decision.stage)
    raise NotKnown(decision.before)


def _looks(service: Service, path: str) -> Iterator[Json]:
    """The promotion, again and again for a while; a service that is away is asked again."""
    until = service.around.monotonic() + _PATIENCE
    last: Answer | None = None
    while service.around.monotonic() < until:
        service.around.sleep(_PAUSE)
        try:
            last = service.look(path, last.etag if last else None) or last
        except Failed:
            continue
        if last:
            yield last.content


def _decisions(promotion: Json, stage: str) -> Iterator[Json]:
    for one in promotion.get("timeline") or []:
        if one.get("what") in _DECISIONS and one.get("stage") == stage:
            yield one


def _has_moved_on(promotion: Json, stage: str) -> bool:
    waiting = [one["name"] for one in awaiting_approval(promotion)]
    return promotion["status"] in ENDS or stage not in waiting


def _too_late(promotion: Json, decision: Decision) -> Failed:
    counted = [one for one in _decisions(promotion, decision.stage) if one["what"] in _COUNTED]
    if counted:
        what = f"It was decided before yours came: {told(counted[-1])}"
    else:
        stages = promotion.get("stages") or []
        status = next((one["status"] for one in stages if one["name"] == decision.stage), None)
        what = f"{decision.stage} did not wait for it any more: it is {in_words(status)}."
    remedy = _show(promotion)
    if decision.decision == "reject" and promotion["status"] not in ENDS:
        remedy = f"promote cancel {promotion['id']} stops it all the same."
    return Failed(Exit.NO, what, remedy)


def _show(promotion: Json) -> str:
    return f"promote show {promotion['id']}"
