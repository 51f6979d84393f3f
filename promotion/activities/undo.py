"""Takes a rollout back: the traffic to where it was, the new deployment away."""

from promotion import audit
from promotion.azureml import deployments, endpoints
from promotion.core.steps import Receipt, UndoOrder


def undo(order: UndoOrder) -> Receipt:
    """Settled once the traffic is where it was and what this promotion made is gone."""
    target = order.target
    traffic = endpoints.take_back_traffic(target, order.restore, order.ours)
    if traffic == "written":
        _record(order)
    if traffic != "as it was":
        return Receipt(settled=False)
    if order.keep or target.deployment in order.restore:
        return Receipt()  # to be looked at, or it served before this rollout began
    promotion = order.context.promotion_id
    gone = deployments.remove_deployment(target, target.deployment, only_of=promotion)
    return Receipt(settled=gone)


def _record(order: UndoOrder) -> None:
    deployment = order.target.deployment
    audit.emit(
        "traffic_shifted",
        order.context,
        reason="The rollout is taken back.",
        measurements={"traffic": order.restore.get(deployment, 0)},
        key="undo",
        endpoint=order.target.endpoint,
        deployment=deployment,
        before=dict(order.ours[-1]) if order.ours else {deployment: 100},
        after=dict(order.restore),
    )
