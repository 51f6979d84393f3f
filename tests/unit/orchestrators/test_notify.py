"""Telling people: nobody waits for it, and nobody who is down keeps the others waiting."""

import json
from datetime import timedelta

import pytest
from unit.builders import NOON, POLICY, a_candidate, a_promotion
from unit.orchestrators.durable import After, FakeContext, run
from unit.orchestrators.test_promote import BAD, told
from unit.orchestrators.test_roll_back import back
from unit.orchestrators.test_stage import decided

from promotion.core.errors import Retryable
from promotion.core.notices.audience import Audience
from promotion.core.notices.making import of_promotion
from promotion.core.policy.notify import Webhook
from promotion.core.status import Status
from promotion.core.steps.notices import NotifyOrder
from promotion.core.steps.orchestrations import PromotionResult, StageOrder
from promotion.core.timing import Timing
from promotion.core.waits.decision import Origin
from promotion.orchestrators.notify import notify
from promotion.orchestrators.stage import stage

TEAMS = Webhook(kind="teams", url_setting="TEAMS_WEBHOOK")
SLACK = Webhook(kind="slack", url_setting="SLACK_WEBHOOK")
NOTIFY = POLICY.replace(
    "    gates:\n", "    notify: [{kind: teams, url_setting: TEAMS_WEBHOOK}]\n    gates:\n", 1
)
DOWN = {"settled": False, "note": "The webhook in TEAMS_WEBHOOK answered 503.", "code": "503"}
HOUR = 3600.0


ONE = Audience(webhooks=(TEAMS,))


def notified(audience=ONE, limit=6 * HOUR, **answers):
    promotion = a_promotion()
    notice = of_promotion(promotion, PromotionResult(status=Status.FAILED), NOON)
    timing = Timing(notice_limit=limit)
    order = NotifyOrder(notice=notice, audience=audience, timing=timing)
    ctx = FakeContext(answers)
    return ctx, run(notify, ctx, order.to_json(whole=True))


def test_everybody_is_told():
    audience = Audience(webhooks=(TEAMS, SLACK), publish=True, write_back=True)
    ctx, output = notified(audience)
    assert ctx.names() == ["publish", "notify_webhook", "notify_webhook", "write_back"]
    assert output == {"told": 4, "given_up": 0}
    assert ctx.recorded() == []


def test_who_is_down_is_told_later_with_growing_pauses():
    ctx, output = notified(notify_webhook=[DOWN, DOWN, DOWN, {}])
    assert ctx.pauses == [5.0, 10.0, 20.0]
    assert output == {"told": 1, "given_up": 0}


def test_who_is_down_keeps_nobody_else_waiting():
    def answer(order):
        return DOWN if order["webhook"]["kind"] == "teams" else {}

    ctx, output = notified(Audience(webhooks=(TEAMS, SLACK)), notify_webhook=answer)
    kinds = [order["webhook"]["kind"] for order in ctx.called("notify_webhook")]
    assert kinds[:3] == ["teams", "slack", "teams"]
    assert kinds.count("slack") == 1
    assert output == {"told": 1, "given_up": 1}


def test_who_is_slow_keeps_nobody_else_waiting_for_longer_than_one_request():
    answers = [After(20, DOWN), {}, {}]
    ctx, _ = notified(Audience(webhooks=(TEAMS, SLACK)), notify_webhook=answers)
    assert (ctx.now - ctx.started).total_seconds() == 25


def test_who_wants_to_be_left_alone_is():
    later = (NOON + timedelta(minutes=30)).isoformat()
    ctx, _ = notified(notify_webhook=[DOWN | {"not_before": later}, {}])
    assert ctx.pauses == [1800.0]


def test_who_is_down_for_ever_is_given_up_with_a_record():
    ctx, output = notified(notify_webhook=lambda _: DOWN)
    assert output == {"told": 0, "given_up": 1}
    assert ctx.recorded() == ["notice_failed"]
    (record,) = ctx.called("record")
    assert record["failure"]["reason"] == (
        "The webhook in TEAMS_WEBHOOK answered 503. Given up after 17 tries in 5h 55m."
    )
    assert record["failure"]["remedy"]
    assert record["details"] == {
        "notice": "taxi-taxi-model-7-4c52a755-end--notice-failed",
        "occasion": "failed",
        "kind": "teams",
        "setting": "TEAMS_WEBHOOK",
    }
    assert len(ctx.called("notify_webhook")) + len(ctx.pauses) < 40  # the history stays short


def test_what_trying_again_cannot_mend_is_given_up_at_once():
    no = {"failed": {"reason": "It is gone.", "remedy": "Make it again.", "code": "404"}}
    ctx, _ = notified(notify_webhook=no)
    assert len(ctx.called("notify_webhook")) == 1
    assert ctx.called("record")[0]["failure"]["reason"] == "It is gone."


def test_a_write_back_that_is_not_allowed_has_a_record_of_its_own():
    no = {"failed": {"reason": "Not allowed.", "remedy": "Give the role.", "code": "403"}}
    ctx, _ = notified(Audience(write_back=True), write_back=no)
    assert ctx.recorded() == ["write_back_failed"]
    assert ctx.called("record")[0]["details"]["workspace"] == "dev-ws"


def test_a_worker_that_dies_meanwhile_is_no_reason_to_give_up():
    lost = Retryable(json.dumps({"reason": "no answer"}))
    _, output = notified(notify_webhook=[lost, RuntimeError("died"), {}])
    assert output == {"told": 1, "given_up": 0}


def test_not_even_a_record_that_cannot_be_written_is_waited_for_for_ever():
    gone = {"failed": {"reason": "It is gone."}}
    _, output = notified(notify_webhook=gone, record=gone)
    assert output == {"told": 0, "given_up": 1}


# -- who starts it


@pytest.mark.parametrize("candidate", [BAD, a_candidate(metrics={"rmse": 3.0})])
def test_a_promotion_does_not_wait_until_people_are_told(candidate):
    ctx, output = told(candidate, NOTIFY, notify=After(1_000_000, {}))
    (order,) = ctx.called("notify")
    occasion = "refused" if candidate is BAD else "succeeded"
    assert order["instance_id"] == f"taxi-taxi-model-7-4c52a755-end--notice-{occasion}"
    assert order["notice"]["occasion"] == occasion
    assert (ctx.now - ctx.started).total_seconds() == 0
    assert output["status"] in ("rejected", "succeeded")


def test_a_promotion_does_not_fail_because_telling_does():
    _, output = told(policy=NOTIFY, notify=RuntimeError("a fault of ours"))
    assert output["status"] == "succeeded"


def test_where_nobody_wants_to_know_nothing_is_started():
    ctx, _ = told()
    assert ctx.called("notify") == []


def at_a_stage(*gates: str) -> FakeContext:
    """A version that waits for two approvals, one after the other."""
    listed = "".join(f"\n          - {gate}" for gate in gates)
    promotion = a_promotion(
        NOTIFY.replace("        online:", f"        gates:{listed}\n        online:")
    )
    (prod,) = promotion.plan.stages
    order = StageOrder(
        context=promotion.context.model_copy(update={"stage": "prod"}),
        plan=promotion.plan.only(prod),
        asset_id="azureml://the-copy",
        origin=Origin(registrant="ada@x.com"),
    )
    delivered = {"stage": "prod", "status": "succeeded"}
    answers = {"line.arrive": {}, "deliver": delivered, "notify": After(1_000_000, {})}
    events = [decided(1, "bob@x.com"), decided(2, "bob@x.com")]
    ctx = FakeContext(answers, events=events)
    run(stage, ctx, order.to_json())
    return ctx


def test_each_approval_that_a_stage_waits_for_is_told_and_not_waited_for():
    ctx = at_a_stage("{kind: approval}", "{kind: approval, by: [bob@x.com]}")
    first, second = ctx.called("notify")
    assert [first["instance_id"], second["instance_id"]] == [
        "taxi-taxi-model-7-4c52a755-prod--notice-approval-1",
        "taxi-taxi-model-7-4c52a755-prod--notice-approval-2",
    ]
    assert first["notice"]["wanted"]["by"] == "Promotion.Approver"
    assert (ctx.now - ctx.started).total_seconds() == 2 * HOUR


def test_a_rollback_by_hand_is_told_on_behalf_of_the_version_that_went():
    ctx, output = back(policy=f"{NOTIFY}          canary: {{steps: [25], every: 10m}}\n")
    (order,) = ctx.called("notify")
    notice = order["notice"]
    assert order["instance_id"] == notice["id"] == "rollback-1--notice"
    assert (notice["by"], notice["code"]) == ("ada", "RolledBackByHand")
    assert notice["context"]["model"] == {"name": "taxi-model", "version": "7"}
    assert notice["remedy"].startswith("taxi-model:6 serves again")
    assert output["status"] == "succeeded"
