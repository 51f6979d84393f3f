"""What is told to a promotion that has ended at that very moment was not heard."""

from dataclasses import replace

from unit.api.builders import FakeEngine, a_person, an_instance, ask, told
from unit.builders import POLICY, a_promotion

from promotion.core.names import child_id
from promotion.core.steps.orchestrations import StageOrder
from promotion.core.waits.decision import Origin

ADA = a_person("Promotion.Operator", "Promotion.Approver")
APPROVE = {"stage": "prod", "decision": "approve"}


class EndsMeanwhile(FakeEngine):
    """Everything that is told to an orchestration comes just after its end."""

    async def tell(self, instance_id, event, told):
        one = self.instances[instance_id]
        ended = {"status": "succeeded"}
        self.instances[instance_id] = replace(one, runtime="completed", shown=ended)
        return False


def meanwhile():
    promotion = a_promotion(POLICY + "        gates: [{kind: approval, allow_registrant: true}]\n")
    order = StageOrder(
        context=promotion.context.model_copy(update={"stage": "prod"}),
        plan=promotion.plan,
        asset_id="",
        origin=Origin(registrant=None),
    )
    waits = {"status": "waiting", "waiting_for": "approval"}
    stage = child_id(promotion.id, "prod")
    return promotion.id, EndsMeanwhile(
        an_instance(promotion.id, input=promotion.to_json(whole=True)),
        an_instance(stage, name="stage", input=order.to_json(whole=True), shown=waits),
    )


def test_to_cancel_what_ends_at_that_moment_is_a_conflict():
    promotion, engine = meanwhile()
    reply = ask("POST", f"promotions/{promotion}/cancel", {"reason": "x"}, engine=engine, who=ADA)
    assert (reply.status, told(reply)["current"]) == (409, "succeeded")


def test_to_decide_what_is_settled_at_that_moment_is_a_conflict():
    promotion, engine = meanwhile()
    reply = ask("POST", f"promotions/{promotion}/approvals", APPROVE, engine=engine, who=ADA)
    assert (reply.status, told(reply)["current"]) == (409, "succeeded")
