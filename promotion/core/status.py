"""The states of a promotion and the steps between them that are allowed."""

from enum import StrEnum


class Status(StrEnum):
    """Where a promotion is."""

    EVALUATING = "evaluating"
    REJECTED = "rejected"
    COPYING = "copying"
    WAITING = "waiting"
    DEPLOYING = "deploying"
    VERIFYING = "verifying"
    SHIFTING = "shifting"
    SUCCEEDED = "succeeded"
    ROLLING_BACK = "rolling_back"
    ROLLED_BACK = "rolled_back"
    FAILED = "failed"
    CANCELLED = "cancelled"
    SUPERSEDED = "superseded"


_S = Status
_STOPPED = {_S.FAILED, _S.CANCELLED}

ALLOWED: dict[Status, frozenset[Status]] = {
    # To waiting while a gate holds the version; to deploying when the gates were those of a stage.
    _S.EVALUATING: frozenset(
        {
            *(_S.REJECTED, _S.WAITING, _S.COPYING, _S.DEPLOYING, _S.SUPERSEDED),
            *_STOPPED,
        }
    ),
    _S.COPYING: frozenset(
        {_S.EVALUATING, _S.WAITING, _S.DEPLOYING, _S.SUCCEEDED, _S.SUPERSEDED, *_STOPPED}
    ),
    # To verifying, shifting and rolling_back when a delivery was parked there by a hold.
    _S.WAITING: frozenset(
        {
            *(_S.EVALUATING, _S.DEPLOYING, _S.REJECTED, _S.SUPERSEDED),
            *(_S.VERIFYING, _S.SHIFTING, _S.ROLLING_BACK),
            *_STOPPED,
        }
    ),
    # From deploying to succeeded when the stage serves this very version already, to superseded
    # when it serves a newer one. A promotion as a whole is deploying from its first stage on: a
    # later one may still refuse the version.
    _S.DEPLOYING: frozenset(
        {
            *(_S.VERIFYING, _S.SUCCEEDED, _S.SUPERSEDED, _S.REJECTED, _S.ROLLING_BACK),
            _S.WAITING,
            *_STOPPED,
        }
    ),
    _S.VERIFYING: frozenset({_S.SHIFTING, _S.SUCCEEDED, _S.WAITING, _S.ROLLING_BACK, *_STOPPED}),
    # After the last traffic of a stage the next stage begins, or the promotion has succeeded.
    _S.SHIFTING: frozenset(
        {
            *(_S.VERIFYING, _S.EVALUATING, _S.WAITING, _S.DEPLOYING),
            *(_S.SUCCEEDED, _S.ROLLING_BACK),
            *_STOPPED,
        }
    ),
    _S.ROLLING_BACK: frozenset({_S.ROLLED_BACK, *_STOPPED}),
    **{
        ended: frozenset()
        for ended in (_S.REJECTED, _S.SUCCEEDED, _S.ROLLED_BACK, _S.SUPERSEDED, *_STOPPED)
    },
}
"""From each state the ones that may follow it."""


class NotAllowed(Exception):
    """A step between two states that the table does not have."""


def step(current: Status, following: Status) -> Status:
    """``following``, when it may come after ``current``; staying in a state is no step."""
    if following is not current and following not in ALLOWED[current]:
        raise NotAllowed(f"a promotion that is {current} cannot become {following}")
    return following
