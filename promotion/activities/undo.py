"""Takes a rollout back: the traffic to where it was, the new deployment away."""

from promotion import audit
from promotion.azureml import deployments, endpoints
from promotion.core.steps.online import UndoOrder, UndoReceipt


def undo(order: UndoOrder) -> UndoReceipt:
    """Settled once the traffic is where it was and what this promotion made is gone."""
    target = order.target
    mirrored = endpoints.take_back_mirror(target)
    if mirrored == "written":
        _record_mirror(order)
    if mirrored != "as it was":
        return UndoReceipt(settled=False, told=order.told)
    traffic = endpoints.take_back_traffic(target, order.restore, order.ours, order.marks)
    # Traffic that is back before the record says so was written by a call that did not return.
    told = order.told or traffic == "written" or (order.shifted and traffic == "as it was")
    if told and not order.told:
        _record(order)
    if traffic in ("written", "busy"):
        return UndoReceipt(settled=False, told=told)
    if order.keep or target.deployment in order.restore:
        return UndoReceipt(told=told)  # to be looked at, or it served before this rollout began
    promotion = order.context.promotion_id
    gone = deployments.remove_deployment(target, target.deployment, only_of=promotion)
    return UndoReceipt(settled=gone, told=told)


def _record_mirror(order: UndoOrder) -> None:
    audit.emit(
        "traffic_mirrored",
        order.context,
        reason="The rollout is taken back.",
        measurements={"mirrored": 0},
        key="undo",
        endpoint=order.target.endpoint,
        deployment=order.target.deployment,
    )


def _record(order: UndoOrder) -> None:
    deployment = order.target.deployment
    audit.emit(
        "traffic_shifted",
        order.context,
        reason="The rollout is taken back.",
        measurements={"traffic": order.restore.get(deployment, 0)},
        key="undo",
        workspace=order.target.workspace.name,
        endpoint=order.target.endpoint,
        deployment=deployment,
        before=dict(order.present),
        after=dict(order.restore),
    )
