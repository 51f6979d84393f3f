"""Which versions have served somewhere, as far as the durable histories reach back."""

import asyncio
from datetime import UTC, datetime
from typing import Final

from promotion.api.engine import Engine
from promotion.api.problems import Refusal
from promotion.core.names import child_id
from promotion.core.status import Status

_EVER: Final = datetime(2000, 1, 1, tzinfo=UTC)


async def must_have_served(engine: Engine, route: str, stage: str, version: str) -> None:
    """Raises Refusal (409) unless that version has succeeded there before.

    A rollback asks no gate and waits for nobody, so it only brings back what has passed them. Where
    a route has several models, it must be so for each: it is not known yet which of them is meant.
    """
    known = [one for one in await engine.since(_EVER) if one.name == "promote"]
    there = [one for one in known if one.shown.get("route") == route]
    asked = [one for one in there if one.shown.get("version") == version]
    stages = await asyncio.gather(*(engine.find(child_id(one.id, stage)) for one in asked))
    served = {
        one.shown.get("model")
        for one, found in zip(asked, stages, strict=True)
        if found is not None and found.ended and found.status is Status.SUCCEEDED
    }
    if not there or served != {one.shown.get("model") for one in there}:
        raise Refusal(
            409,
            f"Version {version} has never served at {route} {stage}, as far as is known.",
            remedy="Promote it: the gates and approvals of a version that is new there are asked. "
            "Whoever has the role Promotion.Breakglass may bring it back all the same.",
            code="NeverServed",
        )
