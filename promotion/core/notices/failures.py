"""Why a promotion ended badly: stages side by side may each have a reason of their own."""

from collections.abc import Iterable
from typing import Final, NamedTuple

from promotion.core.errors import Failure
from promotion.core.status import Status
from promotion.core.steps.orchestrations import PromotionResult

_BY_GATES: Final = "GateFailed"
"""Code of a failure whose reason is what gates answered."""
_OWN: Final = frozenset({Status.REJECTED, Status.FAILED, Status.ROLLED_BACK})
"""Ends that have a reason of the stage's own. Who cancels a promotion cancels all its stages."""


class _Why(NamedTuple):
    stage: str | None
    failure: Failure


def told(result: PromotionResult) -> dict[str, str]:
    """What went wrong, as fields of a notice; nothing where nothing did."""
    every = _every(result)
    if not every:
        return {}
    # What people said comes first: what gates answered is shown besides, and texts are cut.
    ordered = sorted(every, key=lambda why: why.failure.code == _BY_GATES)
    several = len(every) > 1
    besides = (why for why in ordered if why.failure.code != _BY_GATES)
    return {
        "reason": _in_words(ordered, several=several),
        "beside_gates": _in_words(besides, several=several),
        "remedy": " ".join(dict.fromkeys(why.failure.remedy or "" for why in every)).strip(),
        "code": every[0].failure.code or "",
    }


def _every(result: PromotionResult) -> list[_Why]:
    """The failure that counts, and those of other stages."""
    if result.failure is None:
        return []
    ended = [one for one in result.stages if one.failure is not None]
    first = next((one.stage for one in ended if one.failure == result.failure), None)
    others = (
        _Why(one.stage, one.failure)
        for one in ended
        if one.failure is not None and one.failure != result.failure and one.status in _OWN
    )
    return [_Why(first, result.failure), *others]


def _in_words(every: Iterable[_Why], *, several: bool) -> str:
    return " ".join(_sentence(why) if several else why.failure.reason for why in every)


def _sentence(why: _Why) -> str:
    where = f"At {why.stage}: " if why.stage else ""
    # What people write has no full stop as a rule, and another sentence follows.
    stop = "" if why.failure.reason.endswith((".", "!", "?")) else "."
    return f"{where}{why.failure.reason}{stop}"
