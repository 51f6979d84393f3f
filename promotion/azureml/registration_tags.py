"""Tags of a registered version: the model's own, the policy's, and where it came from."""

from types import SimpleNamespace
from typing import Any, Final

from promotion.azureml.reading import text, texts
from promotion.azureml.versions import run_of
from promotion.core import marks
from promotion.core.steps.register import RegisterOrder
from promotion.core.ways.register import MAX_TAG, OURS

REGISTRY_PATH: Final = "promotion.registry_path"
RUN: Final = "promotion.run"

MAX_TAGS: Final = 50
"""As Azure allows them on a resource.

Source: https://learn.microsoft.com/azure/azure-resource-manager/management/tag-resources
"""


def lineage(order: RegisterOrder, copy: dict[str, Any] | None = None) -> dict[str, str]:
    """What tells people, and a later promotion, where the version came from.

    ``copy`` is the registry's copy of it, whose properties name the run that made the model.
    """
    context = order.context
    run = _run_of(copy) if copy else None
    return {
        marks.PROMOTION: context.promotion_id,
        marks.MODEL: context.model.name,
        marks.VERSION: context.model.version,
        marks.SOURCE: context.source,
        REGISTRY_PATH: order.asset_id,
        **({RUN: run} if run else {}),
    }


def own_tags(copy: dict[str, Any]) -> dict[str, str]:
    """The tags that the model has from its team; whoever registered it cannot speak for us."""
    tags = texts(copy.get("tags")).items()
    return {name: value for name, value in tags if not name.startswith(OURS)}


def fitting(own: dict[str, str], wanted: dict[str, str]) -> tuple[dict[str, str], tuple[str, ...]]:
    """What is ``wanted``, with as many of its ``own`` as Azure allows; and the names of the rest.

    A value that is longer than Azure allows is cut.
    """
    others = [name for name in own if name not in wanted]
    room = max(MAX_TAGS - len(wanted), 0)
    kept = {name: own[name] for name in others[:room]} | wanted
    cut = {name: value[:MAX_TAG] for name, value in kept.items()}
    return cut, tuple(others[room:])


def _run_of(copy: dict[str, Any]) -> str | None:
    named = SimpleNamespace(
        properties=texts(copy.get("properties")), job_name=text(copy.get("jobName"))
    )
    return run_of(named)
