"""Starts a promotion once, however often it is asked for."""

import azure.durable_functions as df

from promotion.core.plan import Promotion


async def start_once(client: df.DurableFunctionsClient, promotion: Promotion) -> bool:
    """Whether this call started the promotion; False when its id exists, running or ended.

    The state is read first because Azure silently replaces an ended instance that is started
    again. Two calls at the same moment are told apart by the engine, which refuses an id that is
    running.
    """
    import grpc

    known = await client.get_orchestration_state(promotion.id, fetch_payloads=False)
    if known is not None:
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
