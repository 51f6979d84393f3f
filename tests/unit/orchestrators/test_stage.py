from datetime import UTC, datetime, timedelta

import pytest
from unit.builders import POLICY, a_candidate, a_promotion
from unit.orchestrators.durable import After, Event, FakeContext, run
from unit.orchestrators.test_batch_delivery import BATCH
from unit.orchestrators.test_promote import judged

from promotion.core.steps.orchestrations import StageOrder
from promotion.core.waits.decision import Origin
from promotion.orchestrators.stage import stage

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)  # a Monday
ASSET = "azureml://registries/the-registry/models/taxi-model/versions/7"
ROLLED_OUT = {"stage": "prod", "status": "succeeded", "replaced": ["taxi-model-6"]}
HOUR = 3600.0
SERVING = {"scene": {"traffic": {"taxi-model-7": 100}}}
ALLOWED = POLICY.replace("smoke_test: {", "smoke_test: {failures_allowed: 3, ")
ROLLED_BACK = {"scene": {"traffic": {"taxi-model-6": 100}}}


def staged(*gates: str, events=(), served=None, policy=POLICY, **answers):
    """The stage prod with these gates: the context and the output."""
    listed = "".join(f"\n          - {gate}" for gate in gates) or " []"
    text = POLICY.replace("        online:", f"        gates:{listed}\n        online:")
    # An earlier stage, for soaks.
    qa = policy[policy.index("      - name: prod") :].replace("name: prod\n", "name: qa\n", 1)
    promotion = a_promotion(text.replace("      - name: prod", f"{qa}      - name: prod", 1))
    prod = promotion.plan.stages[-1]
    order = StageOrder(
        context=promotion.context.model_copy(update={"stage": "prod"}),
        plan=promotion.plan.only(prod),
        asset_id=ASSET,
        origin=Origin(registrant="ada@x.com"),
        served=served or {},
    )
    ctx = FakeContext(
        {
            "line.arrive": {},
            "gather_evidence": {"candidate": a_candidate().to_json()},
            "evaluate_gates": judged(a_candidate(), prod.gates),
            "deliver": ROLLED_OUT,
            "look_at_scene": SERVING,
            "smoke_test": {"latency_ms": 1.0},
        }
        | answers,
        events=list(events),
        instance_id="p-1-prod",
    )
    return ctx, run(stage, ctx, order.to_json())


def gates_of(*gates: str):
    """The gates of a stage with these."""
    listed = f"        gates: [{', '.join(gates)}]\n        online:"
    return a_promotion(POLICY.replace("        online:", listed)).plan.stages[0].gates


def decided(hours: float, who: str, decision: str = "approve", **more) -> Event:
    at = (NOON + timedelta(hours=hours)).isoformat()
    said = {"who": who, "roles": ["Promotion.Approver"], "decision": decision, "at": at, **more}
    return Event(hours * HOUR, "decision", said)


def waited(ctx: FakeContext) -> float:
    """Hours from the beginning to the end."""
    return (ctx.now - ctx.started).total_seconds() / HOUR


# -- delivery


def test_a_stage_without_gates_begins_at_once_and_retires_what_it_replaced():
    ctx, output = staged()
    assert ctx.names() == [
        *("line.arrive", "guard.come", "guard.come", "guard.begin"),
        *("line.leave", "deliver", "retire", "guard.leave", "guard.leave"),
    ]
    assert output["status"] == "succeeded"
    assert output["since"] == "2026-03-02T12:00:00Z"
    assert ctx.called("retire")[0]["instance_id"].endswith("-prod--retire")


def test_a_rollout_that_was_taken_back_ends_the_stage_so():
    back = {"stage": "prod", "status": "rolled_back", "failure": {"reason": "No."}}
    ctx, output = staged(deliver=back)
    assert output["status"] == "rolled_back"
    assert "since" not in output
    assert "retire" not in ctx.names()
    assert ctx.statuses[-2:] == ["rolling_back", "rolled_back"]


def test_a_rollout_that_was_terminated_fails_the_stage_with_the_endpoint():
    _, output = staged(deliver=RuntimeError("terminated"))
    assert output["status"] == "failed"
    assert "taxi-fare" in output["failure"]["remedy"]


# -- gates


def test_gates_of_a_stage_are_asked_when_the_version_gets_there():
    signed = a_candidate(tags={"signed": "yes"})
    gate = "{kind: tag, name: signed}"
    ctx, output = staged(gate, evaluate_gates=judged(signed, gates_of(gate)))
    assert ctx.names()[:3] == ["gather_evidence", "evaluate_gates", "line.arrive"]
    assert output["judgement"]["verdicts"][0]["gate"] == "tag signed"
    assert output["status"] == "succeeded"


def test_a_version_that_a_gate_refuses_is_not_deployed():
    ctx, output = staged("{kind: tag, name: signed}")
    assert output["status"] == "rejected"
    assert "no tag signed" in output["failure"]["reason"]
    assert "deliver" not in ctx.names()
    assert "line.arrive" not in ctx.names()  # a version that may not go on supersedes nobody


def test_a_gate_that_holds_the_version_can_be_overtaken():
    newer = Event(HOUR, "superseded", "8")
    _, output = staged("{kind: tag, name: signed, inconclusive: hold}", events=[newer])
    assert output["status"] == "superseded"
    assert "taxi-model:8, which is newer" in output["failure"]["reason"]


# -- the line


def test_who_waits_with_an_older_version_is_told_that_it_is_superseded():
    ctx, output = staged(**{"line.arrive": {"older": ["p-0-prod"]}})
    assert ctx.sent == [("p-0-prod", "superseded", "7")]
    assert output["status"] == "succeeded"


def test_a_version_that_comes_after_a_newer_one_is_superseded():
    ctx, output = staged("{kind: approval}", **{"line.arrive": {"newer": "8"}})
    assert output["status"] == "superseded"
    assert "deliver" not in ctx.names()


def test_a_version_that_waits_is_superseded_when_a_newer_one_comes():
    ctx, output = staged("{kind: approval}", events=[Event(HOUR, "superseded", "8")])
    assert output["status"] == "superseded"
    assert waited(ctx) == 1


# -- approval


def test_an_approval_is_asked_for_and_waited_for_without_any_request():
    ctx, output = staged("{kind: approval}", events=[decided(30, "bob@x.com")])
    assert output["status"] == "succeeded"
    assert waited(ctx) == 30
    assert ctx.recorded() == ["approval_requested", "approved"]
    assert ctx.pauses == []


def test_while_it_waits_it_shows_for_what():
    shown = []
    ctx, _ = staged(
        "{kind: approval, time_limit: 1d}", record=lambda given: shown.append(given) or {}
    )
    assert "waiting" in ctx.statuses
    asked = shown[0]["details"]
    assert (asked["by"], asked["quorum"]) == ("Promotion.Approver", "1")
    assert asked["until"] == "2026-03-03T12:00:00+00:00"


def test_who_is_to_approve_gets_every_verdict():
    gates = ("{kind: tag, name: signed, mode: warn}", "{kind: approval}")
    warned = judged(a_candidate(), gates_of(gates[0]))
    ctx, _ = staged(*gates, evaluate_gates=warned, events=[decided(1, "bob@x.com")])
    (asked,) = [given for given in ctx.called("record") if given["name"] == "approval_requested"]
    assert "inconclusive tag signed: taxi-model:7 has no tag signed" in asked["details"]["verdicts"]
    assert asked["details"]["plan"].splitlines() == [
        "deploy: taxi-model-7 at taxi-fare, prod-ws",
        "ask: it the sample request",
        "switch: give it all traffic; what served before is kept 1d",
    ]


def test_the_registrant_cannot_approve_and_it_is_recorded_why():
    ada, bob = decided(1, "ada@x.com"), decided(2, "bob@x.com")
    ctx, output = staged("{kind: approval}", events=[ada, bob])
    assert output["status"] == "succeeded"
    assert ctx.recorded() == ["approval_requested", "decision_refused", "approved"]
    refused = ctx.called("record")[1]["details"]
    assert refused["by"] == "ada@x.com"
    assert "registered the model" in refused["reason"]


def test_a_quorum_needs_different_people():
    events = [decided(1, "bob@x.com"), decided(2, "bob@x.com"), decided(3, "eve@x.com")]
    ctx, _ = staged("{kind: approval, quorum: 2}", events=events)
    assert waited(ctx) == 3


def test_a_rejection_ends_the_stage_with_who_and_why():
    no = decided(1, "bob@x.com", "reject", comment="Not before the audit.")
    ctx, output = staged("{kind: approval}", events=[no])
    assert output["status"] == "rejected"
    assert output["failure"]["reason"] == "Rejected by bob@x.com: Not before the audit."
    assert "deliver" not in ctx.names()


def test_an_approval_that_does_not_come_in_time_rejects_the_version():
    ctx, output = staged("{kind: approval, time_limit: 3d}")
    assert output["status"] == "rejected"
    assert output["failure"]["reason"] == "0 of 1 approvals came within 3d."
    assert waited(ctx) == 72


def test_or_it_is_waited_for_on_if_the_policy_says_so():
    gate = "{kind: approval, time_limit: 1d, on_timeout: wait}"
    ctx, output = staged(gate, events=[decided(50, "bob@x.com")])
    assert output["status"] == "succeeded"
    assert ctx.recorded() == ["approval_requested", "waiting", "approved"]


def test_a_decision_that_comes_before_it_is_asked_for_counts():
    gates = ("{kind: soak, stage: qa, for: 2h}", "{kind: approval}")
    ctx, output = staged(*gates, events=[decided(1, "bob@x.com")], served={"qa": NOON})
    assert output["status"] == "succeeded"
    assert waited(ctx) == 2


# -- time


def test_a_soak_counts_from_when_the_earlier_stage_began_to_serve():
    early = NOON - timedelta(hours=20)
    ctx, _ = staged("{kind: soak, stage: qa, for: 24h}", served={"qa": early})
    assert waited(ctx) == 4
    assert ctx.recorded() == ["waiting"]
    assert ctx.called("record")[0]["details"]["until"] == "2026-03-02T16:00:00+00:00"


def test_a_window_is_waited_for():
    ctx, _ = staged("{kind: window, hours: 20:00-22:00}")
    assert waited(ctx) == 8
    assert "Outside 20:00-22:00 UTC." in ctx.called("record")[0]["details"]["reason"]


def test_an_open_window_is_no_wait():
    ctx, _ = staged("{kind: window, hours: 09:00-17:00}")
    assert waited(ctx) == 0
    assert ctx.recorded() == []


def test_a_window_that_closes_while_an_approval_takes_long_is_waited_for_again():
    gates = ("{kind: window, hours: 09:00-17:00}", "{kind: approval}")
    ctx, output = staged(*gates, events=[decided(9, "bob@x.com")])
    assert output["status"] == "succeeded"
    assert waited(ctx) == 21  # nine in the morning of the next day


def test_a_promotion_that_waits_can_be_cancelled():
    stop = Event(HOUR, "cancel", {"by": "bob@x.com", "reason": "the wrong model"})
    ctx, output = staged("{kind: approval}", events=[stop])
    assert output["status"] == "cancelled"
    assert output["failure"]["reason"] == "Cancelled by bob@x.com: the wrong model"
    assert ctx.names()[-1] == "line.leave"


# -- what comes at a bad moment, or wrong


HOLD = "{kind: tag, name: signed, inconclusive: hold}"


def test_a_decision_that_comes_while_a_gate_holds_counts_when_it_is_asked_for():
    signed = judged(a_candidate(tags={"signed": "yes"}), gates_of(HOLD))
    missing = judged(a_candidate(), gates_of(HOLD))
    no = decided(0.001, "bob@x.com", "reject", comment="No.")
    _, output = staged(
        HOLD, "{kind: approval}", events=[no], evaluate_gates=[missing, missing, signed]
    )
    assert output["status"] == "rejected"
    assert output["failure"]["reason"] == "Rejected by bob@x.com: No."


def test_a_decision_counts_for_one_approval_only():
    gates = ("{kind: approval, by: [bob@x.com, eve@x.com]}", "{kind: approval, by: [bob@x.com]}")
    events = [decided(1, "bob@x.com"), decided(5, "bob@x.com")]
    ctx, output = staged(*gates, events=events)
    assert output["status"] == "succeeded"
    assert waited(ctx) == 5


def asked_again(*answers: str | None) -> dict:
    """What the smoke test finds each time; None is nothing wrong."""
    failures = [a and {"reason": a} for a in answers]
    return {"smoke_test": [{"latency_ms": 1.0} | ({"failure": f} if f else {}) for f in failures]}


def soaked(*answers: str | None, scene=None, **more):
    return staged(
        "{kind: soak, stage: qa, for: 4h, every: 2h}",
        served={"qa": NOON},
        **{"look_at_scene": scene or SERVING} | asked_again(*answers) | more,
    )


def test_while_a_version_soaks_it_is_asked_again():
    ctx, output = soaked(None, None)
    assert (output["status"], waited(ctx)) == ("succeeded", 4)
    assert [order["context"]["stage"] for order in ctx.called("smoke_test")] == ["qa", "qa"]


def test_a_verification_that_fails_meanwhile_starts_the_soak_anew():
    ctx, output = soaked(None, "It answered -31.", None, None)
    assert (output["status"], waited(ctx)) == ("succeeded", 8)
    told = [given["details"]["reason"] for given in ctx.called("record")]
    assert told[-1] == "It soaks at qa anew: It answered -31."


def test_a_version_that_was_rolled_back_meanwhile_does_not_soak():
    _, output = soaked(None, scene=[SERVING, ROLLED_BACK])
    assert (output["status"], output["failure"]["code"]) == ("rejected", "NotSoaked")
    assert "no longer serves at qa" in output["failure"]["reason"]


def test_who_cancels_a_soak_is_heard():
    ctx, output = soaked(None, events=[said(3, "cancel")])
    assert (output["status"], waited(ctx)) == ("cancelled", 3)


def test_a_version_that_is_superseded_while_it_is_asked_again_ends_as_superseded():
    newer = Event(2 * HOUR + 5, "superseded", "8")
    _, output = soaked("503 for a moment", events=[newer], policy=ALLOWED)
    assert output["status"] == "superseded"


def test_a_version_that_is_no_longer_the_default_of_a_batch_endpoint_does_not_soak():
    ctx, output = soaked(scene=ROLLED_BACK, policy=BATCH)
    assert output["failure"]["code"] == "NotSoaked"
    assert ctx.called("look_at_scene")[0]["batch"]


def test_a_soak_at_a_stage_that_does_not_serve_the_version_is_no_soak():
    _, output = staged("{kind: soak, stage: qa, for: 1h}")
    assert output["status"] == "rejected"
    assert "does not serve at qa" in output["failure"]["reason"]


def test_a_decision_that_is_none_is_passed_over():
    wrong = Event(HOUR, "decision", {"who": "bob@x.com"})
    _, output = staged("{kind: approval}", events=[wrong, decided(2, "bob@x.com")])
    assert output["status"] == "succeeded"


@pytest.mark.parametrize("payload", [None, {}, "stop", []])
def test_a_stop_is_a_stop_however_it_is_told(payload):
    ctx, output = staged("{kind: approval}", events=[Event(HOUR, "cancel", payload)])
    assert output["status"] == "cancelled"
    assert ctx.names()[-1] == "line.leave"


# -- holds

GUARD = a_promotion(POLICY).plan.stages[0].guarded("taxi")

HELD = {"hold": {"by": "ada", "reason": "complaints", "since": "2026-03-02T11:00:00Z"}}


def said(hours: float, name: str, **told: str) -> Event:
    return Event(hours * HOUR, name, {"by": "ada", "reason": "complaints", **told})


def resumed(hours: float, where: str) -> Event:
    return Event(hours * HOUR, "resume", {"where": where})


def test_a_stage_that_is_held_waits_until_somebody_resumes():
    ctx, output = staged(events=[resumed(3, "everything")], **{"guard.come": [{}, HELD]})
    assert output["status"] == "succeeded"
    assert waited(ctx) == 3
    (told,) = ctx.called("record")
    assert told["details"] == {"waiting_for": "hold", "reason": "Held by ada: complaints"}


def test_what_was_taken_back_elsewhere_while_it_waited_does_not_concern_it():
    events = [said(1, "take_back"), resumed(3, "everything")]
    ctx, _ = staged(events=events, **{"guard.come": [{}, HELD]})
    assert ctx.sent == []


def test_a_window_that_closed_while_it_was_held_is_waited_for_again():
    window = "{kind: window, hours: '09:00-17:00', time_zone: UTC}"
    ctx, _ = staged(window, events=[resumed(8, "everything")], **{"guard.come": [{}, HELD]})
    assert waited(ctx) == 21  # until nine the next day


def test_a_held_stage_is_superseded_all_the_same():
    _, output = staged(events=[Event(HOUR, "superseded", "8")], **{"guard.come": [{}, HELD]})
    assert output["status"] == "superseded"


@pytest.mark.parametrize("name", ["cancel", "hold", "resume", "take_back"])
def test_what_is_said_during_the_delivery_is_told_to_it(name):
    event = said(1, name)
    ctx, _ = staged(events=[event], deliver=After(2 * HOUR, ROLLED_OUT))
    ((child, told, data),) = ctx.sent
    assert child.endswith("-prod--delivery")
    assert (told, data) == (name, event.payload)


def test_a_newer_version_does_not_disturb_a_delivery():
    ctx, output = staged(
        events=[Event(HOUR, "superseded", "8")], deliver=After(2 * HOUR, ROLLED_OUT)
    )
    assert (ctx.sent, output["status"]) == ([], "succeeded")


def test_who_cancels_while_a_gate_holds_the_version_is_heard():
    gate = "{kind: tag, name: team, inconclusive: hold}"
    waiting = judged(a_candidate(), gates_of(gate))
    _, output = staged(gate, events=[said(1, "cancel")], evaluate_gates=waiting)
    assert output["failure"] == {"reason": "Cancelled by ada: complaints", "code": "Cancelled"}


def test_a_hold_that_comes_as_the_stage_is_about_to_begin_stops_it():
    """Whoever rolls back there must know of every delivery, so the guard has the last word."""
    ctx, output = staged(
        events=[Event(3 * HOUR, "resume", {"where": GUARD, "change": 2})],
        **{"guard.begin": [HELD | {"changes": 1}, {}]},
    )
    assert (output["status"], waited(ctx)) == ("succeeded", 3)
    assert ctx.names().count("guard.begin") == 2


def test_a_hold_whose_end_was_told_first_is_over():
    """Messages between orchestrations come in any order."""
    late = Event(2 * HOUR, "hold", {"where": "x", "by": "ada", "reason": "old", "change": 1})
    early = Event(HOUR, "resume", {"where": "x", "change": 2})
    ctx, _ = staged("{kind: window, days: [tue], time_zone: UTC}", events=[early, late])
    assert waited(ctx) == 12


def test_a_decision_that_comes_second_is_written_down_though_it_counts_no_more():
    late = decided(1, "bob@x.com", "reject", comment="Stop!")
    ctx, output = staged("{kind: approval}", events=[decided(1, "carol@x.com"), late])
    assert output["status"] == "succeeded"
    (ignored,) = [
        one["details"] for one in ctx.called("record") if one["name"] == "decision_ignored"
    ]
    assert (ignored["by"], ignored["decision"], ignored["comment"]) == (
        "bob@x.com",
        "reject",
        "Stop!",
    )
