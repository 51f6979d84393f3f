from unit.builders import POLICY, a_promotion
from unit.orchestrators.durable import FakeContext, run

from promotion.core.assets import Asset, InlineEnvironment, Use
from promotion.core.errors import Terminal
from promotion.core.plan import Plan
from promotion.core.status import Status
from promotion.orchestrators.sharing import share_assets
from promotion.orchestrators.work import Work

SKLEARN = Asset(kind="environment", name="sklearn-env", version="3")
INLINE = InlineEnvironment(definition='{"image": "minimal:1"}', path="deployment.yml")
QA = POLICY[POLICY.index("      - name: prod") :].replace("name: prod", "name: qa", 1)


def plan_with(*stages: tuple[Use, ...]) -> Plan:
    """A plan whose stages use those assets."""
    text = POLICY + "".join(QA.replace("name: qa", f"name: s{n}") for n in range(len(stages) - 1))
    plan = a_promotion(text).plan
    used = zip(plan.stages, stages, strict=True)
    changed = tuple(stage.model_copy(update={"assets": uses}) for stage, uses in used)
    return plan.model_copy(update={"stages": changed})


def shared(plan: Plan, **answers):
    """The context, and the plan that comes of it or why none does."""
    ctx = FakeContext(answers)

    def story(ctx, _):
        work = Work(ctx, a_promotion().context, plan.timing, Status.COPYING)
        try:
            return (yield from share_assets(work, plan))
        except Terminal as error:
            return error.failure

    return ctx, run(story, ctx, {})


def named(order) -> dict:
    return {"reference": f"azureml://{order['what'].get('name', 'promotion-1')}"}


def test_a_plan_that_names_nothing_stays_as_it_is():
    plan = plan_with(())
    ctx, found = shared(plan)
    assert found == plan
    assert ctx.names() == []


def test_every_stage_gets_the_registrys_reference_and_each_asset_is_shared_once():
    both = (Use(field="environment", what=SKLEARN), Use(field="jobs.a.environment", what=INLINE))
    ctx, found = shared(plan_with(both, both[:1]), share_asset=named)
    assert ctx.names() == ["share_asset", "share_asset"]
    first, second = found.stages
    assert first.references == {
        "environment": "azureml://sklearn-env",
        "jobs.a.environment": "azureml://promotion-1",
    }
    assert second.references == {"environment": "azureml://sklearn-env"}
    assert Plan.model_validate(found.to_json()) == found


def test_sharing_that_takes_long_is_asked_for_again_with_the_operation_under_way():
    under_way = {"settled": False, "operation": "https://op/1"}
    plan = plan_with((Use(field="environment", what=SKLEARN),))
    ctx, _ = shared(plan, share_asset=[under_way, under_way, {"reference": "azureml://e"}])
    operations = [order.get("operation") for order in ctx.called("share_asset")]
    assert operations == [None, "https://op/1", "https://op/1"]
    assert ctx.pauses == [10.0, 15.0]


def test_sharing_that_never_ends_fails_with_what_it_waits_for():
    plan = plan_with((Use(field="environment", what=SKLEARN),))
    under_way = {"settled": False, "note": "sharing environment sklearn-env:3"}
    _, failure = shared(plan, share_asset=under_way)
    assert "sharing environment sklearn-env:3" in failure.reason
    assert "PROMOTION_COPY_LIMIT" in failure.remedy


def test_an_asset_that_cannot_be_shared_ends_the_promotion_before_any_stage():
    plan = plan_with((Use(field="environment", what=SKLEARN), Use(field="a", what=INLINE)))
    ctx, failure = shared(plan, share_asset={"failed": {"reason": "There is none."}})
    assert failure.reason == "There is none."
    assert ctx.names() == ["share_asset"]
