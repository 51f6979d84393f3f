import pytest
from unit.builders import POLICY, a_promotion
from unit.orchestrators.durable import Event, FakeContext, run

from promotion.core.steps.orchestrations import DeliveryOrder
from promotion.orchestrators.deliver import deliver

WAY = """\
        time_limit: 1h
        azure_pipeline: {organization: contoso, project: mlops, pipeline: 42}
"""
HANDOVER = POLICY[: POLICY.index("        online:")] + WAY
RUN = {"id": 7, "link": "https://dev.azure.com/run/7"}
STARTED = {"run": RUN}
SENT = {"at": "2026-03-02T12:00:00Z", "accepted": True}
UNSEEN = {"settled": False, "sent": SENT, "note": "the run is not listed"}
BUSY = {"settled": False, "state": "inProgress", "note": "the run is inProgress"}
DONE = {"state": "succeeded"}
CANCELLED = {"run": RUN, "outcome": "cancelled"}
WHO = {"by": "eve", "reason": "wrong data"}


def an_order():
    """To hand over version 7."""
    promotion = a_promotion(HANDOVER)
    order = DeliveryOrder(
        context=promotion.context.model_copy(update={"stage": "prod"}),
        stage=promotion.plan.stages[0],
        asset_id="azureml://the-copy",
        timing=promotion.plan.timing,
    )
    return order.to_json()


def handed_over(events=(), **answers):
    """The context and the output of handing over version 7."""
    given = {"start_pipeline": STARTED, "look_at_pipeline": DONE, "cancel_pipeline": CANCELLED}
    ctx = FakeContext(given | answers, events=list(events))
    return ctx, run(deliver, ctx, an_order())


def test_a_pipeline_that_succeeds_is_a_stage_that_does():
    ctx, output = handed_over()
    assert ctx.names() == ["lock", "start_pipeline", "look_at_pipeline"]
    assert output == {"stage": "prod", "status": "succeeded"}


def test_the_run_is_told_which_version_it_has_and_is_called_after_promotion_and_stage():
    (order,) = handed_over()[0].called("start_pipeline")
    assert order["name"].endswith("-prod")
    assert order["parameters"]["promotionId"] == order["name"]
    assert order["parameters"]["registryPath"] == "azureml://the-copy"
    assert order["parameters"]["modelVersion"] == "7"


def test_people_see_the_link_while_the_run_goes_on():
    ctx, shown = FakeContext({"start_pipeline": STARTED}), []

    def look(_):
        shown.append(ctx.shown["link"])
        return DONE

    ctx.answers["look_at_pipeline"] = look
    run(deliver, ctx, an_order())
    assert shown == [RUN["link"]]


def test_a_run_that_is_being_stopped_is_not_called_a_rollback():
    ctx, _ = handed_over(look_at_pipeline=BUSY)
    assert ctx.statuses == ["waiting", "deploying", "deploying", "deploying", "failed"]


def test_it_is_asked_with_growing_pauses():
    ctx, _ = handed_over(look_at_pipeline=[BUSY, BUSY, BUSY, DONE])
    assert ctx.pauses == [10.0, 15.0, 22.5]


def test_what_is_known_of_a_start_travels_to_the_next_try():
    ctx, output = handed_over(start_pipeline=[UNSEEN, STARTED])
    assert [order.get("sent") for order in ctx.called("start_pipeline")] == [None, SENT]
    assert output["status"] == "succeeded"


@pytest.mark.parametrize("activity", ["start_pipeline", "look_at_pipeline"])
def test_a_service_that_wants_to_be_left_alone_is_told_so_in_the_next_order(activity):
    until = "2026-03-02T12:30:00Z"
    done = {"start_pipeline": STARTED, "look_at_pipeline": DONE}[activity]
    ctx, _ = handed_over(**{activity: [{"settled": False, "not_before": until}, done]})
    assert [order.get("not_before") for order in ctx.called(activity)] == [None, until]


def test_a_run_that_failed_fails_the_stage_with_its_reason_and_stops_nothing():
    why = {"reason": "The run failed: https://…", "code": "PipelineFailed"}
    ctx, output = handed_over(look_at_pipeline={"state": "failed", "failure": why})
    assert (output["status"], output["failure"]) == ("failed", why)
    assert "cancel_pipeline" not in ctx.names()


def test_a_pipeline_that_cannot_be_started_needs_no_stopping():
    why = {"reason": "There is no pipeline 42."}
    ctx, output = handed_over(start_pipeline={"failed": why})
    assert (output["status"], output["failure"]) == ("failed", why)
    assert ctx.names() == ["lock", "start_pipeline"]


def test_a_run_that_takes_too_long_is_stopped_and_what_it_did_is_left():
    ctx, output = handed_over(look_at_pipeline=BUSY)
    assert output["status"] == "failed"
    reason = output["failure"]["reason"]
    assert reason.startswith("The time limit has passed, after 1h")
    assert f"({RUN['link']}) was stopped; what it had done by then was left as it is." in reason
    assert ctx.called("cancel_pipeline")[0]["run"] == RUN


def test_a_run_that_succeeds_before_it_is_stopped_has_delivered():
    late = {"run": RUN, "outcome": "succeeded"}
    _, output = handed_over(look_at_pipeline=BUSY, cancel_pipeline=late)
    assert output == {"stage": "prod", "status": "succeeded"}


def test_a_run_that_was_asked_for_and_never_seen_is_looked_for_before_giving_up():
    never = {"failed": {"reason": "None of its runs has that name.", "code": "RunNotFound"}}
    ctx, output = handed_over(start_pipeline=[UNSEEN, never], cancel_pipeline={})
    assert ctx.called("cancel_pipeline")[0]["sent"] == SENT
    assert output["failure"]["code"] == "RunNotFound"


def test_a_worker_that_died_at_the_start_may_have_started_a_run():
    died = RuntimeError("the worker is gone")
    ctx, output = handed_over(start_pipeline=[died, UNSEEN, STARTED])
    first, second, third = [order.get("sent") for order in ctx.called("start_pipeline")]
    assert (first, third) == (None, SENT)
    assert second == {"at": "2026-03-02T12:00:00Z", "accepted": False}
    assert output["status"] == "succeeded"


def test_a_start_that_was_accepted_stays_so_when_a_worker_dies():
    died = RuntimeError("the worker is gone")
    ctx, _ = handed_over(start_pipeline=[UNSEEN, died, STARTED])
    assert [order.get("sent") for order in ctx.called("start_pipeline")] == [None, SENT, SENT]


def test_a_start_that_never_comes_through_is_given_up_and_its_run_looked_for():
    ctx, output = handed_over(start_pipeline=RuntimeError("no memory"), cancel_pipeline={})
    assert len(ctx.called("start_pipeline")) == 10
    assert ctx.called("cancel_pipeline")[0]["sent"]["accepted"] is False
    assert output["status"] == "failed"
    assert "no memory (tried 10 times)" in output["failure"]["reason"]


def test_whoever_cancels_stops_the_run():
    ctx, output = handed_over([Event(60, "cancel", WHO)], look_at_pipeline=BUSY)
    assert output["status"] == "cancelled"
    assert output["failure"]["reason"] == "Cancelled by eve: wrong data"
    assert ctx.called("cancel_pipeline")[0]["reason"] == "Cancelled by eve: wrong data"


def test_what_a_pipeline_did_cannot_be_taken_back():
    _, output = handed_over([Event(60, "take_back", WHO)], look_at_pipeline=BUSY)
    assert output["status"] == "failed"
    assert "what it had done by then was left as it is" in output["failure"]["reason"]


def test_whoever_cancels_before_the_start_stops_nothing():
    waiting = {"settled": False, "note": "Azure DevOps answered 429."}
    ctx, output = handed_over([Event(5, "cancel", WHO)], start_pipeline=waiting)
    assert output["status"] == "cancelled"
    assert "cancel_pipeline" not in ctx.names()


def test_a_run_is_stopped_once_even_if_somebody_cancels_meanwhile():
    stopping = {"settled": False, "run": RUN}
    _, output = handed_over(
        [Event(3600 + 300, "cancel", WHO)],
        look_at_pipeline=BUSY,
        cancel_pipeline=[*[stopping] * 9, CANCELLED],
    )
    assert output["status"] == "failed"
    assert output["failure"]["code"] == "TimeLimit"


def test_a_run_that_cannot_be_stopped_is_told_with_its_link():
    no = {"failed": {"reason": "Azure DevOps does not accept our token."}}
    _, output = handed_over(look_at_pipeline=BUSY, cancel_pipeline=no)
    assert "could not be stopped: Azure DevOps does not accept" in output["failure"]["reason"]
    assert RUN["link"] in output["failure"]["remedy"]
