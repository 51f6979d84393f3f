"""Whose a stage is: the promotion that stands behind the durable id of one of its stages."""

import asyncio
from collections.abc import Iterable

from promotion.api.engine import Engine


async def promotions_of(engine: Engine, stages: Iterable[str]) -> dict[str, str]:
    """The promotion's id, by the durable id of the stage; without those that are not known."""
    found = await asyncio.gather(*(engine.find(one) for one in stages))
    return {
        one.id: str(one.input["context"]["promotion_id"])
        for one in found
        if one is not None and one.name == "stage" and _is_told(one.input)
    }


def _is_told(order: object) -> bool:
    """Whether it says whose it is, whatever version of the service has planned it."""
    context = order.get("context") if isinstance(order, dict) else None
    return isinstance(context, dict) and "promotion_id" in context
