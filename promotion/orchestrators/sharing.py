"""Shares what the files of the stages name, so that every stage can deploy it."""

from collections.abc import Sequence
from datetime import timedelta

from promotion.core.assets import AnyAsset, to_share, with_references
from promotion.core.context import Context
from promotion.core.plan import Plan
from promotion.core.references import WorkspaceRef
from promotion.core.steps.assets import ShareOrder, ShareReceipt
from promotion.core.ways.base import StagePlan
from promotion.orchestrators.work import Doing, Steps, Work


def share_assets(work: Work, plan: Plan) -> Steps[Plan]:
    """The plan with the registry's references in it.

    Raises Terminal when something cannot be shared; then no stage has begun.
    """
    stages = yield from shared(work, work.context, plan.source, plan.registry, plan.stages)
    return plan.model_copy(update={"stages": stages})


def shared[S: StagePlan](
    doing: Doing, context: Context, source: WorkspaceRef, registry: str, stages: Sequence[S]
) -> Steps[tuple[S, ...]]:
    """The stages with what their files name shared from ``source``, one asset after the other."""
    references: dict[AnyAsset, str] = {}
    for what in to_share(use for stage in stages for use in stage.assets):
        yield from doing.checkpoint()
        order = ShareOrder(
            context=context, source=source, registry=registry, what=what, started_at=doing.now
        )
        receipt = yield from _settled(doing, order)
        references[what] = receipt.reference or ""
    return tuple(
        stage.model_copy(update={"assets": with_references(stage.assets, references)})
        for stage in stages
    )


def _settled(doing: Doing, order: ShareOrder) -> Steps[ShareReceipt]:
    def with_operation(given: ShareOrder, receipt: ShareReceipt) -> ShareOrder:
        return given.model_copy(update={"operation": receipt.operation})

    limit = doing.limit(timedelta(seconds=doing.timing.copy_limit), "PROMOTION_COPY_LIMIT")
    return (yield from doing.settle(order, ShareReceipt, limit=limit, following=with_operation))
