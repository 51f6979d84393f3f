"""Starts a promotion once, however often it is asked for."""

from typing import Any, Final

import azure.durable_functions as df

from promotion.core.names import runs_of
from promotion.core.plan import Promotion

NO_SUCH_VERSION: Final = "ModelNotFound"
"""The code of a promotion that ended because there was no such version."""


async def start_once(client: df.DurableFunctionsClient, promotion: Promotion) -> bool:
    """Whether this call started the promotion; False when its id exists, running or ended.

    Where somebody had asked for it before it was registered, and so in vain, it is a re-run.

    The state is read first because Azure silently replaces an ended instance that is started
    again. Two calls at the same moment are told apart by the engine, which refuses an id that is
    running.
    """
    import grpc

    for name in runs_of(promotion.id):
        known = await client.get_orchestration_state(name)
        if known is None:
            break
        if not _came_too_early(known.get_output()):
            return False
    try:
        await client.schedule_new_orchestration(
            "promote",
            input=promotion.model_copy(update={"id": name}).to_json(whole=True),
            instance_id=name,
        )
    except grpc.aio.AioRpcError as error:
        if error.code() is grpc.StatusCode.ALREADY_EXISTS:
            return False
        raise
    return True


def _came_too_early(output: Any) -> bool:
    """Whether nothing was found of it; a version that was deleted later is another thing."""
    if not isinstance(output, dict) or any(output.get(key) for key in _FOUND):
        return False
    failure = output.get("failure")
    return isinstance(failure, dict) and failure.get("code") == NO_SUCH_VERSION


_FOUND: Final = ("candidate", "asset_id", "stages")
