"""Takes a delivery to a batch endpoint back: default, test job, deployment."""

from promotion import audit
from promotion.azureml.batch_deployments import remove_batch_deployment
from promotion.azureml.batch_endpoints import take_back_default
from promotion.azureml.batch_tests import cancel_tests
from promotion.core.steps.batch import UndoBatchOrder, UndoBatchReceipt


def undo_batch(order: UndoBatchOrder) -> UndoBatchReceipt:
    """Settled once the default is what it was and what this promotion made is gone."""
    target = order.target
    default = take_back_default(target, order.restore, order.marks)
    # A default that is back before the record says so was written by a call that did not return.
    told = order.told or default == "written" or (order.switched and default == "as it was")
    if told and not order.told:
        _record(order)
    if default in ("written", "busy"):
        note = f"the default of {target.endpoint} is not back yet"
        return UndoBatchReceipt(settled=False, told=told, note=note)
    # Jobs first: a deployment should not go while one of its own still runs.
    if order.mark and (running := cancel_tests(target, order.mark, known=order.job)):
        note = f"the test job of {target.deployment} is {running[0].state}"
        return UndoBatchReceipt(settled=False, told=told, note=note)
    if order.keep or target.deployment == order.restore:
        return UndoBatchReceipt(told=told)  # to be looked at, or the default before this began
    promotion = order.context.promotion_id
    gone = remove_batch_deployment(target, target.deployment, only_of=promotion)
    left = None if gone else f"the deployment {target.deployment} is being deleted"
    return UndoBatchReceipt(settled=gone, told=told, note=left)


def _record(order: UndoBatchOrder) -> None:
    deployment = order.target.deployment
    audit.emit(
        "traffic_shifted",
        order.context,
        reason="The delivery is taken back.",
        measurements={"traffic": 0},
        key="undo",
        workspace=order.target.workspace.name,
        endpoint=order.target.endpoint,
        deployment=deployment,
        before={deployment: 100},
        after={order.restore: 100} if order.restore else {},
    )
