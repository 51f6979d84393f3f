"""Stages side by side may end badly for different reasons: people are told all of them."""

import json
from itertools import permutations

import pytest
from unit.builders import NOON, a_candidate, a_promotion

from promotion.core.errors import Failure
from promotion.core.gates import judge
from promotion.core.notices.body import body_for
from promotion.core.notices.links import Links
from promotion.core.notices.making import of_promotion
from promotion.core.status import Status
from promotion.core.steps.orchestrations import PromotionResult, StageResult

PROMOTION = a_promotion()
JUDGEMENT = judge(a_candidate(metrics={"rmse": 6.81}), PROMOTION.plan.gates)
GATES = "rmse is 6.81; the policy wants at most 5."
BY_GATES = StageResult(
    stage="eu",
    status=Status.REJECTED,
    failure=Failure(reason=GATES, remedy="Train it better.", code="GateFailed"),
    judgement=JUDGEMENT,
)
BY_EVA = StageResult(
    stage="us",
    status=Status.REJECTED,
    failure=Failure(
        reason="Rejected by eva@contoso.com: not before the fair",
        remedy="Promote it again.",
        code="ApprovalRejected",
    ),
)
BROKEN = StageResult(
    stage="asia", status=Status.FAILED, failure=Failure(reason="No quota.", code="OutOfQuota")
)


def notice(*stages: StageResult):
    first = stages[0]
    result = PromotionResult(
        status=first.status, failure=first.failure, judgement=JUDGEMENT, stages=stages
    )
    return of_promotion(PROMOTION, result, NOON)


def shown(kind: str, *stages: StageResult) -> str:
    told = notice(*stages)
    body = body_for(kind, told, Links.of(told, None, "AzureCloud"))
    return json.dumps(json.loads(body), ensure_ascii=False)


@pytest.mark.parametrize("kind", ["teams", "slack", "json"])
@pytest.mark.parametrize("stages", permutations([BY_GATES, BY_EVA]))
def test_a_rejection_by_a_person_is_told_beside_the_refusal_by_gates(kind, stages):
    said = shown(kind, *stages)
    assert "At us: Rejected by eva@contoso.com: not before the fair." in said
    assert "metric rmse" in said
    assert GATES in said
    assert "Train it better." in said
    assert "Promote it again." in said


@pytest.mark.parametrize("kind", ["teams", "slack", "json"])
def test_a_long_list_of_gates_does_not_cut_off_what_a_person_said(kind):
    failure = BY_GATES.failure.model_copy(update={"reason": f"{GATES} " * 100})
    said = shown(kind, BY_GATES.model_copy(update={"failure": failure}), BY_EVA)
    assert "Rejected by eva@contoso.com: not before the fair." in said


def test_a_stage_that_failed_is_told_beside_one_that_was_rejected():
    told = notice(BY_EVA, BROKEN)
    assert told.reason == (
        "At us: Rejected by eva@contoso.com: not before the fair. At asia: No quota."
    )
    assert told.code == "ApprovalRejected"


def test_a_card_says_once_what_gates_say():
    assert shown("teams", BY_GATES).count(GATES) == 1
    assert shown("teams", BY_GATES, BY_EVA).count(GATES) == 1


def test_one_reason_is_told_without_its_stage_however_many_have_it():
    alone = notice(BROKEN)
    twin = BROKEN.model_copy(update={"stage": "eu"})
    assert alone.reason == notice(BROKEN, twin).reason == "No quota."


def test_who_cancels_everything_is_told_once():
    failures = (Failure(reason=f"Cancelled by ada: {why}", code="Cancelled") for why in "ab")
    stages = [
        StageResult(stage=name, status=Status.CANCELLED, failure=failure)
        for name, failure in zip(("eu", "us"), failures, strict=True)
    ]
    assert notice(*stages).reason == "Cancelled by ada: a"
