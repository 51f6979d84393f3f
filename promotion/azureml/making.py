"""What deployments are tagged with, and whether one that stands was made from the same file."""

from collections.abc import Mapping

from promotion.core import marks
from promotion.core.names import fingerprint, mark_of
from promotion.core.steps.online import DeployOrder


def tags_of(order: DeployOrder) -> dict[str, str]:
    """The tags that the service puts on the deployment, beside those of its file."""
    return {
        marks.PROMOTION: order.context.promotion_id,
        marks.MODEL: order.context.model.name,
        marks.VERSION: order.context.model.version,
        marks.SOURCE: order.context.source,
        marks.FILE: _file(order),
    }


def is_outdated(tags: Mapping[str, str], order: DeployOrder) -> bool:
    """Whether an earlier run of the same promotion made the deployment from another file.

    What this very run made is its own, whatever happened to the run since. A rollback is another
    promotion: it wants what stands, and soon. Versions of this service before the tag did not say
    which file it was.
    """
    made_by, file = tags.get(marks.PROMOTION, ""), tags.get(marks.FILE)
    mine = order.context.promotion_id
    earlier = made_by != mine and mark_of(made_by) is not None and mark_of(made_by) == mark_of(mine)
    return earlier and file not in (None, _file(order))


def _file(order: DeployOrder) -> str:
    shared = [part for item in sorted(order.references.items()) for part in item]
    return fingerprint(order.yaml, *shared)
