"""Starts the team's pipeline with the version."""

from promotion import audit
from promotion.core.steps.handover import Sent, StartOrder, StartReceipt
from promotion.handoff.starting import Later, patiently, run_for


def start_pipeline(order: StartOrder) -> StartReceipt:
    """Settled once it is known which run has the version; one that was started before is found."""
    found = patiently(order, lambda runs: run_for(order, runs))
    if isinstance(found, Later):
        return StartReceipt(
            settled=False, note=found.note, not_before=found.not_before, sent=order.sent
        )
    if isinstance(found, Sent):
        note = f"the run of {order.pipeline.label} is not listed"
        return StartReceipt(settled=False, note=note, sent=found)
    audit.emit(
        "handed_over",
        order.context,
        pipeline=order.pipeline.label,
        run=found.id,
        link=found.link,
        called=order.name,
        parameters=dict(order.parameters),
    )
    return StartReceipt(run=found)
