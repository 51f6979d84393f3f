"""Verification while a rollout is under way: three states, patience, and what ends it."""

import pytest
from unit.builders import POLICY
from unit.orchestrators.durable import Event
from unit.orchestrators.test_online_delivery import ASKED, LIVE, WRONG, rolled_out

METRIC = "{kind: azure_metric, metric: RequestLatency_P95, at_most: 500%s}"
HTTP = "{kind: http, name: drift, url: 'https://drift.contoso.com/judge'%s}"


def a_policy(check: str = METRIC % "", more: str = "canary: {steps: [25], every: 10m}") -> str:
    text = POLICY.replace("registry:", "hosts: [drift.contoso.com]\nregistry:")
    return text.replace("online:\n", f"online:\n          verify: [{check}]\n          {more}\n")


def found(outcome: str, reason: str = "P95 is 812 ms.", **more) -> dict:
    one = {"check": "a check", "kind": "azure_metric", "outcome": outcome, "reason": reason}
    return {"findings": [one | more]}


MINUTE = 60.0
"""Seconds until there are figures of a share that has just been written."""
PASSED, FAILED, UNCLEAR = found("passed"), found("failed"), found("inconclusive", "3 requests.")


def shares(ctx) -> list[int]:
    """The share of the traffic at each look."""
    return [order["moment"].get("share", 0) for order in ctx.called("verify")]


def test_figures_are_looked_at_when_a_step_is_over_and_after_the_last():
    ctx, output = rolled_out(a_policy(), verify=PASSED)
    assert shares(ctx) == [25, 100]
    assert ctx.pauses == [600.0, MINUTE]
    assert output["status"] == "succeeded"


def test_a_look_knows_since_when_the_share_is_what_it_is_and_what_served_before():
    (first, last) = rolled_out(a_policy(), verify=PASSED)[0].called("verify")
    assert first["moment"]["since"] == "2026-03-02T12:00:00Z"
    assert first["moment"]["as_of"] == "2026-03-02T12:10:00Z"
    assert last["moment"]["since"] == "2026-03-02T12:10:00Z"
    assert {first["moment"]["live"], last["moment"]["live"]} == {"taxi-model-6"}


def test_a_service_is_asked_before_any_traffic_too():
    ctx, _ = rolled_out(a_policy(HTTP % ""), verify=PASSED)
    assert shares(ctx) == [0, 25, 100]


def test_a_failed_check_takes_the_rollout_back_with_its_figures():
    ctx, output = rolled_out(a_policy(), verify=FAILED)
    assert output["status"] == "rolled_back"
    assert output["failure"]["reason"] == "P95 is 812 ms."
    assert ctx.called("undo")[0]["restore"] == LIVE
    assert shares(ctx) == [25]


def test_every_check_that_failed_is_named_the_smoke_test_among_them():
    two = {"findings": [*found("failed", "A.")["findings"], *found("failed", "B.")["findings"]]}
    policy = a_policy(f"{METRIC % ''}, {METRIC % ''}")
    _, output = rolled_out(policy, smoke_test=[ASKED, WRONG], verify=two)
    assert output["failure"]["reason"] == "It answered -31. A. B."
    assert output["failure"]["code"] == "VerificationFailed"


def test_what_is_inconclusive_waits_at_its_step_and_looks_again():
    ctx, output = rolled_out(a_policy(), verify=[UNCLEAR, UNCLEAR, PASSED, PASSED])
    assert shares(ctx) == [25, 25, 25, 100]
    assert [order.get("number", 0) for order in ctx.called("verify")] == [0, 1, 2, 0]
    assert ctx.pauses == [600.0, 10.0, 15.0, MINUTE + 35]
    assert ctx.recorded() == ["waiting"]
    assert output["status"] == "succeeded"


def test_the_smoke_test_is_not_repeated_while_figures_are_waited_for():
    ctx, _ = rolled_out(a_policy(), verify=[UNCLEAR, UNCLEAR, PASSED, PASSED])
    assert len(ctx.called("smoke_test")) == 3


def test_what_stays_inconclusive_too_long_takes_the_rollout_back():
    ctx, output = rolled_out(a_policy(METRIC % ", wait_at_most: 2h"), verify=UNCLEAR)
    assert output["status"] == "rolled_back"
    assert output["failure"]["reason"] == "3 requests. It stayed so for 2h."
    assert sum(ctx.pauses) == 600 + 7200
    assert len(ctx.called("verify")) < 40


def test_what_stays_inconclusive_may_pass_if_the_policy_says_so():
    check = METRIC % ", wait_at_most: 1h, inconclusive: pass"
    ctx, output = rolled_out(a_policy(check), verify=UNCLEAR)
    assert output["status"] == "succeeded"
    assert sum(ctx.pauses) == 600 + 2 * 3600


def test_a_held_one_waits_as_long_as_gates_do_and_says_so():
    check = METRIC % ", wait_at_most: 1h, inconclusive: hold"
    ctx, output = rolled_out(a_policy(check), verify=UNCLEAR)
    assert output["status"] == "rolled_back"
    assert "It stayed so for 1d." in output["failure"]["reason"]
    assert "waiting" in ctx.statuses[2:]
    assert [given["details"]["waiting_for"] for given in ctx.called("record")] == [
        "verification",
        "hold",
    ]


def test_a_check_that_cannot_be_evaluated_is_not_asked_again():
    ctx, output = rolled_out(a_policy(METRIC % ", failures_allowed: 3"), verify=found("error"))
    assert len(ctx.called("verify")) == 1
    assert output["status"] == "rolled_back"


@pytest.mark.parametrize(
    ("looks", "status", "asked"),
    [
        ([FAILED, PASSED, PASSED], "succeeded", 3),
        ([FAILED, FAILED, PASSED, PASSED], "succeeded", 4),
        ([FAILED, FAILED, FAILED], "rolled_back", 3),
        ([FAILED, UNCLEAR, FAILED, UNCLEAR, FAILED], "rolled_back", 5),
        ([FAILED, FAILED, PASSED, FAILED, FAILED, PASSED], "succeeded", 6),
    ],
)
def test_as_many_looks_may_fail_in_one_verification_as_the_policy_allows(looks, status, asked):
    ctx, output = rolled_out(a_policy(METRIC % ", failures_allowed: 2"), verify=looks)
    assert output["status"] == status
    assert len(ctx.called("verify")) == asked


def test_as_many_smoke_tests_may_fail_as_the_policy_allows():
    text = POLICY.replace("tolerance: 2", "tolerance: 2, failures_allowed: 1")
    _, output = rolled_out(text, smoke_test=[WRONG, ASKED, ASKED])
    assert output["status"] == "succeeded"
    _, output = rolled_out(text, smoke_test=[WRONG, WRONG])
    assert output["failure"]["reason"] == "It answered -31."


def test_a_check_that_only_warns_keeps_nobody_waiting():
    verify = [found("failed", mode="warn"), found("inconclusive", mode="warn")]
    ctx, output = rolled_out(a_policy(METRIC % ", mode: warn"), verify=verify)
    assert output["status"] == "succeeded"
    assert ctx.pauses == [600.0, MINUTE]


def test_waiting_for_figures_is_not_what_may_take_too_long():
    text = a_policy(METRIC % ", wait_at_most: 5h").replace(
        "        online:", "        time_limit: 1h\n        online:"
    )
    busy = {"settled": False, "written": True}
    _, output = rolled_out(
        text, verify=[UNCLEAR] * 16 + [PASSED] * 2, shift_traffic=[{}, *[busy] * 9, {}]
    )
    assert output["status"] == "succeeded"


def test_an_outcome_that_was_recorded_is_not_recorded_at_each_look():
    ctx, _ = rolled_out(a_policy(METRIC % ", wait_at_most: 2m"), verify=UNCLEAR)
    told = [order.get("told", [""]) for order in ctx.called("verify")]
    assert told[0] == [""]
    assert told[1] == ["inconclusive"]


def test_whoever_cancels_need_not_wait_for_figures():
    cancel = Event(700, "cancel", {"by": "bob", "reason": "Enough."})
    ctx, output = rolled_out(
        a_policy(METRIC % ", wait_at_most: 5h"), verify=UNCLEAR, events=[cancel]
    )
    assert output["status"] == "cancelled"
    assert ctx.called("undo")


SHADOW = "shadow: {mirror: 20, for: 1h}"


def mirrors(ctx) -> list[tuple[int, int]]:
    """Percents that were mirrored before and were wanted, at each order."""
    orders = ctx.called("mirror_traffic")
    return [(order.get("expected", 0), order.get("wanted", 0)) for order in orders]


def test_a_shadow_is_looked_at_when_its_time_is_over_then_the_traffic_is_switched():
    ctx, output = rolled_out(a_policy(more=SHADOW), verify=PASSED)
    assert ctx.names()[4:] == [
        "smoke_test",
        "mirror_traffic",
        "smoke_test",
        "verify",
        "mirror_traffic",
        "shift_traffic",
        "smoke_test",
        "verify",
    ]
    assert mirrors(ctx) == [(0, 20), (20, 0)]
    assert ctx.called("verify")[0]["moment"]["mirrored"] == 20
    assert ctx.pauses == [3600.0, MINUTE]
    assert output["status"] == "succeeded"


def test_a_shadow_that_fails_never_gets_traffic():
    ctx, output = rolled_out(a_policy(more=SHADOW), verify=FAILED)
    assert output["status"] == "rolled_back"
    assert "shift_traffic" not in ctx.names()
    assert ctx.names()[-1] == "undo"


def test_a_shadow_may_be_followed_by_a_canary():
    more = f"{SHADOW}\n          canary: {{steps: [25], every: 10m}}"
    ctx, _ = rolled_out(a_policy(more=more), verify=PASSED)
    assert ctx.pauses == [3600.0, 600.0, MINUTE]
    assert shares(ctx) == [0, 25, 100]


@pytest.mark.parametrize("before", [{}, {"taxi-model-6": 50, "taxi-model-7": 50}])
def test_without_other_traffic_or_with_its_own_a_deployment_is_no_shadow(before):
    ctx, output = rolled_out(
        a_policy(more=SHADOW), verify=PASSED, ensure_endpoint={"traffic": before}
    )
    assert mirrors(ctx) == []
    assert output["status"] == "succeeded"


def test_nobody_waits_for_figures_of_a_first_version():
    policy = a_policy(f"{METRIC % ''}, {HTTP % ''}")
    ctx, output = rolled_out(policy, verify=PASSED, ensure_endpoint={})
    asked = [[check["kind"] for check in order["checks"]] for order in ctx.called("verify")]
    assert asked == [["http"], ["http"]]
    assert output["status"] == "succeeded"


def test_that_the_mirror_was_written_travels_to_the_next_step():
    pending = {"settled": False, "written": True}
    ctx, _ = rolled_out(a_policy(more=SHADOW), verify=PASSED, mirror_traffic=[pending, {}, {}])
    written = [order.get("written", False) for order in ctx.called("mirror_traffic")]
    assert written == [False, True, False]


def test_the_status_of_a_shadow_follows_the_table():
    ctx, _ = rolled_out(a_policy(more=SHADOW), verify=PASSED)
    steps = [b for a, b in zip(["", *ctx.statuses], ctx.statuses, strict=False) if a != b]
    assert steps == [
        *("waiting", "deploying", "verifying", "shifting", "verifying"),
        *("shifting", "verifying", "succeeded"),
    ]
