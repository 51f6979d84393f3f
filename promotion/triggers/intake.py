"""What becomes of an event: promotions, or a record that says why not."""

import asyncio
from collections.abc import Mapping
from uuid import uuid4

import azure.durable_functions as df

from promotion import audit
from promotion.core.events import Ignored, ModelRegistered, read_event
from promotion.core.plan import Promotion
from promotion.core.planning import plan_promotion
from promotion.core.policy.models import Policy
from promotion.policy_source import current_policy
from promotion.settings import read_settings
from promotion.triggers.starting import start_once


async def receive(event: str, client: df.DurableFunctionsClient) -> None:
    """Start the promotions that the policy wants for a registration; record everything else.

    Event Grid drops an event that is answered with 400 and sends one that is answered with 500
    again for 24 hours. So what nobody can mend is recorded and acknowledged, and what somebody
    can mend (a broken policy or setting) is raised.
    """
    # In a thread: the policy may be a blob, and must not keep other events waiting.
    found = await asyncio.to_thread(promotions_for, event)
    if isinstance(found, Ignored):
        audit.emit(
            "ignored",
            reason=found.reason,
            key=_new_key(),
            event_id=found.event_id,
            event_type=found.event_type,
            model=found.model,
            version=found.version,
            workspace=found.workspace,
        )
        return
    for promotion in found:
        if not await start_once(client, promotion):
            audit.emit(
                "duplicate",
                promotion.context,
                reason=f"{promotion.plan.model} was registered once; its promotion exists.",
                key=_new_key(),
                event_id=promotion.event_id,
            )


def promotions_for(event: str) -> tuple[Promotion, ...] | Ignored:
    """What the policy in force makes of an event, or why nothing comes of it."""
    registration = read_event(event)
    if isinstance(registration, Ignored):
        return registration
    settings = read_settings()
    document = current_policy(settings.policy_url or settings.policy, settings.policy_refresh)
    wishes = document.policy.wishes(registration)
    wanted = [name for name, unwanted in wishes.items() if unwanted is None]
    if not wanted:
        return Ignored(
            reason=_unwanted(registration, document.policy, wishes),
            event_id=registration.event_id,
            model=registration.model.name,
            version=registration.model.version,
            workspace=registration.workspace_id,
        )
    publish = settings.topic is not None
    return tuple(
        plan_promotion(document, route, registration, settings.timing, publish=publish)
        for route in wanted
    )


def _new_key() -> str:
    """Every delivery is a fact of its own, also when it brings the same event."""
    return uuid4().hex


def _unwanted(
    registration: ModelRegistered, policy: Policy, wishes: Mapping[str, str | None]
) -> str:
    workspace = policy.workspace_name(registration.workspace_id)
    if workspace is None:
        return f"the workspace {registration.workspace_id} is not in the policy"
    reasons = "; ".join(f"{route}: {unwanted}" for route, unwanted in wishes.items())
    return f"no route wants {registration.model} from {workspace}: {reasons}"
