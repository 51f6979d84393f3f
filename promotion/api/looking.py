"""Asks many endpoints what they serve: side by side, each once, and not for ever."""

import asyncio
import logging
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from time import monotonic
from typing import Final

from promotion.core.errors import Failure, PromotionError
from promotion.core.going_back import Scene
from promotion.core.ways.base import EndpointPlan
from promotion.core.ways.batch import BatchPlan
from promotion.loading import load

AT_ONCE: Final = 8
PATIENCE: Final = 20.0
"""Seconds that whoever looks waits for an endpoint, from when it is asked at the earliest."""
ALTOGETHER: Final = 120.0
"""Seconds in which all of them must have."""
HANGS: Final = 3
"""Times its patience, after which an endpoint that was asked is asked anew."""
_GLANCE: Final = 0.25
"""Seconds after which it is looked whether one's turn has come."""

_logger = logging.getLogger("promotion")
# One for all requests: however many look, Azure is not asked for more at once.
_pool: Final = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="targets")

type Look = Callable[[EndpointPlan], Scene]
type Seen = dict[str, Scene | Failure]
"""By Azure Resource Manager id of the endpoint, in lower case."""


def key_of(plan: EndpointPlan) -> str:
    """The one name of the endpoint, as Azure compares them."""
    return plan.resource.lower()


class _Lookup:
    """One endpoint that is asked, on behalf of every request that wants to know."""

    def __init__(self, plan: EndpointPlan, look: Look, instead: "_Lookup | None" = None) -> None:
        self._plan = plan
        self._look = look
        self._instead = instead
        """The one that hangs, in the place of which this one was begun."""
        self.began: float | None = None
        """When its turn came; None while it waits for that."""
        self.future = _pool.submit(self._run)

    def _run(self) -> Scene:
        self.began = monotonic()
        return self._look(self._plan)

    def is_good(self, patience: float) -> bool:
        """Whether to wait for it: it is under way, and not lost, as far as anybody can tell.

        An endpoint that never answers has two threads at most; the others are for other endpoints.
        """
        if self.future.done():
            return False
        hangs = self.began is not None and monotonic() - self.began > HANGS * patience
        return not hangs or (self._instead is not None and not self._instead.future.done())


_lookups: Final[dict[tuple[str, Look], _Lookup]] = {}
"""Those under way."""


async def look_at(
    plans: Iterable[EndpointPlan],
    look: Look | None = None,
    patience: float = PATIENCE,
    altogether: float = ALTOGETHER,
) -> Seen:
    """What each endpoint serves, or why that is not known. ``look`` is how it is asked."""
    wanted = {key_of(plan): plan for plan in plans}
    if not wanted:
        return {}
    if look is None:
        await asyncio.to_thread(load, "azure.ai.ml", "azure.identity")
    until = monotonic() + altogether
    found = await asyncio.gather(
        *(_seen(plan, look or _look, patience, until) for plan in wanted.values())
    )
    return dict(zip(wanted, found, strict=True))


def _look(plan: EndpointPlan) -> Scene:
    from promotion.azureml.scene import batch_scene_of, scene_of

    return batch_scene_of(plan.target) if isinstance(plan, BatchPlan) else scene_of(plan.target)


def _lookup(plan: EndpointPlan, look: Look, patience: float) -> _Lookup:
    key = (key_of(plan), look)
    known = _lookups.get(key)
    if known is not None and known.is_good(patience):
        return known
    hanging = known if known is not None and not known.future.done() else None
    begun = _lookups[key] = _Lookup(plan, look, hanging)

    def forget(_: object) -> None:
        if _lookups.get(key) is begun:
            del _lookups[key]

    begun.future.add_done_callback(forget)
    return begun


async def _answer(lookup: _Lookup, patience: float, until: float) -> Scene:
    """What it answers. Raises TimeoutError; the time before its turn is not its own.

    Who joins others that have waited for a while has as much patience as they had: the answer may
    come at any moment.
    """
    asked, joined = asyncio.wrap_future(lookup.future), monotonic()
    while True:
        began = lookup.began
        limit = until if began is None else min(until, max(began, joined) + patience)
        left = limit - monotonic()
        done, _ = await asyncio.wait([asked], timeout=max(0.0, min(left, _GLANCE)))
        if done:
            return asked.result()
        if left <= 0:
            raise TimeoutError


async def _seen(plan: EndpointPlan, look: Look, patience: float, until: float) -> Scene | Failure:
    endpoint, lookup = plan.target.endpoint, _lookup(plan, look, patience)
    try:
        return await _answer(lookup, patience, until)
    except PromotionError as error:
        return error.failure
    except TimeoutError:
        asked = lookup.began is not None
        why = f"did not answer within {patience:g} s" if asked else "was not asked in time"
        again = "Try again later."
        return Failure(reason=f"The endpoint {endpoint} {why}.", remedy=again, code="TimedOut")
    except Exception:  # a fault of ours at one endpoint hides no other
        _logger.exception("the endpoint %s could not be looked at", endpoint)
        return Failure(
            reason=f"The service broke while it looked at the endpoint {endpoint}.",
            remedy="Report it; the app's log says more.",
            code="Broken",
        )
