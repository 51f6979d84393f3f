"""What deployments are tagged with, and whether one that stands is what is wanted."""

from collections.abc import Mapping
from typing import Any

from promotion.azureml.operations import DELETING, FAILED, state_of
from promotion.azureml.reading import texts
from promotion.core import marks
from promotion.core.errors import Retryable, Terminal
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


def is_unusable(existing: Any, order: DeployOrder) -> bool:
    """Whether the deployment that stands is to be made anew, if nobody depends on it.

    Raises Terminal when it is somebody else's, Retryable while it is being deleted.
    """
    target, state = order.target, state_of(existing)
    if str(existing.model) != order.asset_id:
        raise Terminal(
            f"The endpoint {target.endpoint} has a deployment {target.deployment} "
            f"with another model: {existing.model}.",
            remedy="Delete that deployment, then promote the version again.",
            code="DeploymentTaken",
        )
    if state == DELETING:
        raise Retryable(
            f"An earlier deployment {target.deployment} is still being deleted.", code="Deleting"
        )
    tags = texts(existing.tags)
    # Our own failed one is looked at, so that its reason reaches the record.
    failed = state in FAILED and tags.get(marks.PROMOTION) != order.context.promotion_id
    return failed or is_outdated(tags, order)


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
