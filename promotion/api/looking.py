"""Asks many endpoints what they serve: side by side, each once, and not for ever."""

import asyncio
import logging
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from promotion.core.errors import Failure, PromotionError
from promotion.core.going_back import Scene
from promotion.core.ways.base import EndpointPlan
from promotion.core.ways.batch import BatchPlan
from promotion.loading import load

AT_ONCE: Final = 8
PATIENCE: Final = 20.0
"""Seconds in which an endpoint must have answered."""

_logger = logging.getLogger("promotion")
# One for all requests: however many look, Azure is not asked for more at once.
_pool: Final = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="targets")

type Look = Callable[[EndpointPlan], Scene]
type Seen = dict[str, Scene | Failure]
"""By Azure Resource Manager id of the endpoint, in lower case."""


def key_of(plan: EndpointPlan) -> str:
    """The one name of the endpoint, as Azure compares them."""
    return plan.resource.lower()


async def look_at(
    plans: Iterable[EndpointPlan], look: Look | None = None, patience: float = PATIENCE
) -> Seen:
    """What each endpoint serves, or why that is not known. ``look`` is how it is asked."""
    wanted = {key_of(plan): plan for plan in plans}
    if not wanted:
        return {}
    if look is None:
        await asyncio.to_thread(load, "azure.ai.ml", "azure.identity")
    found = await asyncio.gather(
        *(_seen(plan, look or _look, patience) for plan in wanted.values())
    )
    return dict(zip(wanted, found, strict=True))


def _look(plan: EndpointPlan) -> Scene:
    from promotion.azureml.scene import batch_scene_of, scene_of

    return batch_scene_of(plan.target) if isinstance(plan, BatchPlan) else scene_of(plan.target)


async def _seen(plan: EndpointPlan, look: Look, patience: float) -> Scene | Failure:
    loop = asyncio.get_running_loop()
    try:
        return await asyncio.wait_for(loop.run_in_executor(_pool, look, plan), patience)
    except PromotionError as error:
        return error.failure
    except TimeoutError:
        return Failure(
            reason=f"The endpoint {plan.target.endpoint} did not answer within {patience:g} s.",
            remedy="Try again later.",
            code="TimedOut",
        )
    except Exception:  # a fault of ours at one endpoint hides no other
        _logger.exception("the endpoint %s could not be looked at", plan.target.endpoint)
        return Failure(
            reason=f"The service broke while it looked at the endpoint {plan.target.endpoint}.",
            remedy="Report it; the app's log says more.",
            code="Broken",
        )
