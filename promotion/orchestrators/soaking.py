"""Waits while a version soaks at an earlier stage, and asks it again meanwhile."""

from datetime import datetime
from itertools import count
from typing import Final

from promotion.core.errors import Failure, Terminal
from promotion.core.steps.operations import SceneOrder, SceneReceipt
from promotion.core.steps.orchestrations import DeliveryOrder, StageOrder
from promotion.core.waits.soak import SoakWait
from promotion.core.ways.batch import BatchPlan
from promotion.core.ways.online import OnlinePlan
from promotion.orchestrators.delivery.verifying import verify
from promotion.orchestrators.events import Stopped
from promotion.orchestrators.work import Steps, Work

_LOOKS: Final = 1000
"""More than one verification takes."""


class NotSoaked(Exception):
    """The version does not serve at the stage where it is to soak."""

    def __init__(self, reason: str, stage: str) -> None:
        super().__init__(reason)
        remedy = f"Let it serve at {stage} first; this stage needs {stage}."
        self.failure = Failure(reason=reason, remedy=remedy, code="NotSoaked")


def soak(work: Work, order: StageOrder, wait: SoakWait) -> Steps[None]:
    """Until the version has served at the other stage for long enough, all the time well.

    Raises NotSoaked when it does not serve there any more.
    """
    since = order.served.get(wait.stage)
    if since is None:
        raise NotSoaked(f"{order.context.model} does not serve at {wait.stage}.", wait.stage)
    until = wait.until(since)
    reason = f"It waits for {wait.in_words}."
    if until > work.now:
        yield from _tell(work, reason, until)
    for number in count(1):
        yield from work.rest(min(work.now + wait.pause, until))
        told = {"reason": reason, "until": until.isoformat()}
        try:
            wrong = yield from _look(work, order, wait, number)
        except Exception:  # it is stopped or superseded meanwhile
            work.wait_for("soak", **told)
            raise
        work.wait_for("soak", **told)
        if wrong is not None:
            until = wait.until(work.now)
            reason = f"It soaks at {wait.stage} anew: {wrong}"
            yield from _tell(work, reason, until)
        elif work.now >= until:
            return


def _look(work: Work, order: StageOrder, wait: SoakWait, number: int) -> Steps[str | None]:
    """What is wrong with the version where it soaks; None when nothing is."""
    stage = order.other(wait.stage)
    if not isinstance(stage, OnlinePlan | BatchPlan):
        return None  # registered, or handed over: nothing of ours can be asked
    target = stage.target
    look = SceneOrder(target=target, batch=isinstance(stage, BatchPlan))
    scene = (yield from work.perform(look, SceneReceipt)).scene
    share = scene.traffic.get(target.deployment, 0)
    if not share:  # rolled back, or replaced
        model = order.context.model
        raise NotSoaked(f"{model} no longer serves at {wait.stage}.", wait.stage)
    if isinstance(stage, BatchPlan):
        return None  # its test job is not run again
    asked = DeliveryOrder(
        context=order.context.model_copy(update={"stage": stage.name}),
        stage=stage,
        asset_id=order.asset_id,
        candidate=order.candidate,
        timing=work.timing,
    )
    try:
        yield from verify(
            work, asked, stage, share, since=work.now - wait.pause, first=number * _LOOKS
        )
    except Stopped:
        raise
    except Terminal as error:
        return error.failure.reason
    return None


def _tell(work: Work, reason: str, until: datetime) -> Steps[None]:
    work.wait_for("soak", reason=reason, until=until.isoformat())
    yield from work.record("waiting", waiting_for="soak", reason=reason, until=until.isoformat())
