from unit.builders import POLICY, a_promotion
from unit.orchestrators.durable import FakeContext, run

from promotion.core.steps.orchestrations import RetirementOrder
from promotion.orchestrators.retire import retire

REPLACED = ("taxi-model-5", "taxi-model-6")


def keeping(span):
    line = "        workspace: prod\n"
    return POLICY.replace(line, f"{line}        keep_previous: {span}\n")


def retired(policy=POLICY, **answers):
    promotion = a_promotion(policy)
    order = RetirementOrder(
        context=promotion.context,
        stage=promotion.plan.stages[0],
        replaced=REPLACED,
        timing=promotion.plan.timing,
    )
    ctx = FakeContext({"turn.retire": [list(REPLACED)]} | answers)
    return ctx, run(retire, ctx, order.to_json())


def test_what_was_replaced_is_kept_for_the_time_of_the_policy():
    ctx, _ = retired(keeping("2h"))
    assert ctx.pauses == [7200.0]
    assert [order["previous"] for order in ctx.called("retire_deployment")] == list(REPLACED)


def test_without_a_time_to_keep_it_goes_at_once():
    ctx, _ = retired(keeping("0"))
    assert ctx.pauses == []


def test_a_deployment_that_serves_again_stays_and_is_named():
    _, output = retired(retire_deployment=[{"kept": "taxi-model-5 has 100 % again"}, {}])
    assert output == {"kept": ["taxi-model-5 has 100 % again"]}


def test_deleting_is_looked_at_until_it_is_done():
    ctx, _ = retired(retire_deployment=[{"settled": False}, {}, {}])
    assert len(ctx.called("retire_deployment")) == 3


def test_a_deployment_that_cannot_be_removed_is_recorded_and_the_others_still_go():
    no = {"failed": {"reason": "Azure refuses."}}
    ctx, output = retired(retire_deployment=[no, {}])
    assert output == {"kept": ["Azure refuses."]}
    assert ctx.recorded() == ["retirement_failed"]
    assert len(ctx.called("retire_deployment")) == 2


def test_what_was_replaced_again_in_the_meantime_is_left_to_that_retirement():
    ctx, output = retired(**{"turn.retire": [["taxi-model-6"]]})
    assert [order["previous"] for order in ctx.called("retire_deployment")] == ["taxi-model-6"]
    assert output == {"kept": []}


def test_retirement_takes_its_turn_on_the_endpoint():
    ctx, _ = retired()
    assert ctx.names()[:2] == ["lock", "turn.retire"]
