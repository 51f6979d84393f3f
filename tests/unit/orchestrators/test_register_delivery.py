from unit.builders import POLICY, a_promotion
from unit.orchestrators.durable import FakeContext, run

from promotion.core.steps.orchestrations import DeliveryOrder
from promotion.orchestrators.deliver import deliver

REGISTERING = POLICY[: POLICY.index("        online:")] + "        register: {tags: {board: met}}\n"
DONE = {"model_id": "/the/model", "how": "reference"}


def registered(**answers):
    """The delivery of version 7: the context and the output."""
    promotion = a_promotion(REGISTERING)
    order = DeliveryOrder(
        context=promotion.context.model_copy(update={"stage": "prod"}),
        stage=promotion.plan.stages[0],
        asset_id="azureml://the-copy",
        timing=promotion.plan.timing,
    )
    ctx = FakeContext({"register_model": DONE} | answers)
    return ctx, run(deliver, ctx, order.to_json(whole=True))


def test_the_version_is_registered_from_the_copy_with_the_policys_tags():
    ctx, output = registered()
    assert ctx.names() == ["lock", "register_model"]
    (order,) = ctx.called("register_model")
    assert (order["asset_id"], order["tags"]) == ("azureml://the-copy", {"board": "met"})
    assert order["workspace"]["name"] == "prod-ws"
    assert output == {"stage": "prod", "status": "succeeded"}


def test_the_status_follows_the_registration():
    assert registered()[0].statuses == ["waiting", "deploying", "succeeded"]


def test_a_registration_that_cannot_be_made_fails_and_takes_nothing_back():
    why = {"reason": "prod-ws has a model taxi-model:7 already.", "code": "RegistrationTaken"}
    ctx, output = registered(register_model={"failed": why})
    assert ctx.names() == ["lock", "register_model"]
    assert output == {"stage": "prod", "status": "failed", "failure": why}
