"""Binds intake to Event Grid."""

from typing import Any

import azure.durable_functions as df

events = df.Blueprint()


@events.event_grid_trigger(arg_name="event")
@events.durable_client_input(client_name="client")
async def on_model_registered(event: str, client: Any) -> None:
    """A model version was registered in a workspace; ``event`` is the raw JSON, either schema."""
    from promotion.triggers.intake import receive

    await receive(event, client)
