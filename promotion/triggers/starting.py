"""Starts a promotion once, however often it is asked for."""

from typing import Final

import azure.durable_functions as df

from promotion.core.plan import Promotion

NO_SUCH_VERSION: Final = "ModelNotFound"
"""The code of a promotion that ended so."""


async def start_once(client: df.DurableFunctionsClient, promotion: Promotion) -> bool:
    """Whether this call started the promotion; False when its id exists, running or ended.

    One that ended because there was no such version does not count: somebody asked for it before
    it was registered.

    The state is read first because Azure silently replaces an ended instance that is started
    again. Two calls at the same moment are told apart by the engine, which refuses an id that is
    running.
    """
    import grpc

    known = await client.get_orchestration_state(promotion.id)
    if known is not None and not _came_too_early(known.get_output()):
        return False
    try:
        await client.schedule_new_orchestration(
            "promote", input=promotion.to_json(whole=True), instance_id=promotion.id
        )
    except grpc.aio.AioRpcError as error:
        if error.code() is grpc.StatusCode.ALREADY_EXISTS:
            return False
        raise
    return True


def _came_too_early(output: object) -> bool:
    failure = output.get("failure") if isinstance(output, dict) else None
    return isinstance(failure, dict) and failure.get("code") == NO_SUCH_VERSION
