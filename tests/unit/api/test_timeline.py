import json
from datetime import timedelta
from pathlib import Path

import pytest
from durabletask.history import TaskCompletedEvent, TaskFailedEvent, TaskScheduledEvent
from unit.api.builders import FakeEngine, a_person, an_instance, ask, told
from unit.builders import NOON, a_promotion

import promotion.activities
from promotion.api.engine import Done
from promotion.api.facts import _FACTS, facts_of
from promotion.api.timeline import MOST
from promotion.core.names import child_id
from promotion.core.steps.orchestrations import PromotionResult, StageResult
from promotion.triggers.durable_engine import done_of

VERA = a_person("Promotion.Viewer")
ONE = a_promotion()
VERDICT = {"gate": "metric rmse", "kind": "metric", "outcome": "failed", "reason": "rmse is 6."}


def done(activity, minutes=1, order=None, **receipt):
    return Done(NOON + timedelta(minutes=minutes), activity, receipt, order)


def shown(*at_promotion, stage=(), delivery=(), **known):
    engine = FakeEngine(an_instance(ONE.id, **{"input": ONE.to_json(whole=True)} | known))
    engine.histories = {
        ONE.id: list(at_promotion),
        child_id(ONE.id, "prod"): list(stage),
        child_id(ONE.id, "prod", "delivery"): list(delivery),
    }
    return told(ask("GET", f"promotions/{ONE.id}", who=VERA, engine=engine))


def test_the_histories_of_a_promotion_and_its_stages_are_one_timeline_oldest_first():
    found = shown(
        done("evaluate_gates", 1, judgement={"verdicts": [VERDICT]}),
        done("copy_to_registry", 2, settled=False),
        done("copy_to_registry", 3, asset_id="azureml://x"),
        delivery=[done("create_deployment", 4), done("look_at_deployment", 6)],
        stage=[done("record", 5, order={"name": "waiting", "details": {"reason": "It is late."}})],
    )
    told_of = [(one["what"], one["stage"]) for one in found["timeline"]]
    assert told_of == [
        ("requested", None),
        ("evidence", None),
        ("gate_evaluated", None),
        ("copied", None),
        ("deploying", "prod"),
        ("waiting", "prod"),
        ("deployed", "prod"),
    ]
    assert found["timeline"][2]["reason"] == "rmse is 6."
    assert found["timeline"][5]["reason"] == "It is late."


def test_who_decided_is_told():
    order = {"name": "approved", "details": {"by": "bob@contoso.com", "comment": "good"}}
    entry = shown(stage=[done("record", order=order)])["timeline"][1]
    assert (entry["by"], entry["details"]) == ("bob@contoso.com", {"comment": "good"})


def test_the_end_is_told_once_and_last():
    failed = StageResult(stage="prod", status="rolled_back", failure={"reason": "It was wrong."})
    result = PromotionResult(status="rolled_back", stages=(failed,))
    found = shown(
        done("record", order={"name": "rolled_back"}),
        runtime="completed",
        shown={"status": "rolled_back"},
        output=result.to_json(),
        updated=NOON + timedelta(minutes=9),
    )
    end = found["timeline"][-1]
    assert (end["what"], end["stage"], end["reason"]) == ("rolled_back", "prod", "It was wrong.")
    assert len(found["timeline"]) == 2


def test_a_check_that_finds_the_same_again_is_told_once():
    same = {"findings": [{"check": "latency", "outcome": "passed", "reason": "It is 5 ms."}]}
    other = {"findings": [{"check": "latency", "outcome": "failed", "reason": "It is 9 ms."}]}
    looks = [done("verify", n, **one) for n, one in enumerate((same, same, other, same))]
    assert len(shown(delivery=looks)["timeline"]) == 1 + 3


@pytest.mark.parametrize(
    ("activity", "receipt"),
    [
        ("record", {}),
        ("smoke_test", {"failed": {"reason": "Azure is gone."}}),
        ("look_at_job", {"settled": False, "state": "Running"}),
        ("look_at_deployment", {"failure": {"reason": "no quota"}}),
        ("undo", {"settled": False}),
        ("a_newer_activity", {"anything": 1}),
    ],
)
def test_what_did_not_happen_or_cannot_be_known_is_not_told(activity, receipt):
    assert not list(facts_of(activity, receipt))


def test_a_test_that_failed_says_why():
    (fact,) = facts_of("smoke_test", {"latency_ms": 5.0, "failure": {"reason": "$[0] is 1.7"}})
    assert (fact.reason, fact.details["outcome"]) == ("$[0] is 1.7", "failed")


def test_the_oldest_of_a_long_timeline_is_left_out():
    found = shown(*(done("share_asset", n, reference=str(n)) for n in range(MOST + 10)))
    assert (len(found["timeline"]), found["truncated"]) == (MOST, True)
    assert found["timeline"][-1]["details"] == {"reference": str(MOST + 9)}


def test_long_texts_are_cut():
    order = {"name": "waiting", "details": {"reason": "x" * 9_000}}
    entry = shown(stage=[done("record", order=order)])["timeline"][1]
    assert len(entry["reason"]) == 1_001


ELSEWHERE = {
    *("mark_hold", "record_rollback"),  # of operations, which are no promotions
    *("retire_deployment", "retire_batch_deployment"),  # after the end
    *("notify_webhook", "publish", "write_back"),  # beside the promotion, which they do not touch
    "cancel_job",  # its receipt does not say whether there was a job
}


def test_every_activity_that_writes_a_record_is_told_of():
    (folder,) = map(Path, promotion.activities.__path__)
    writing = {one.stem for one in folder.glob("*.py") if "audit.emit(" in one.read_text()}
    assert writing == set(_FACTS) | ELSEWHERE


def test_a_history_gives_what_was_done_and_not_what_broke():
    def scheduled(number, text):
        return TaskScheduledEvent(number, NOON, "record", input=text)

    events = [
        scheduled(1, '{"name": "waiting"}'),
        scheduled(2, None),
        scheduled(3, "no JSON"),
        TaskFailedEvent(-1, NOON, 3),
        TaskCompletedEvent(-1, NOON.replace(tzinfo=None), 1, None),
        TaskCompletedEvent(-1, NOON, 2, json.dumps({"settled": False})),
        TaskCompletedEvent(-1, NOON, 99, "{}"),
    ]
    assert list(done_of(events)) == [
        Done(NOON, "record", {}, {"name": "waiting"}),
        Done(NOON, "record", {"settled": False}, None),
    ]
