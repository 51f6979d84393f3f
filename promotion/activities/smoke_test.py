"""Asks the new deployment alone: before anybody else does, and while its traffic grows."""

import json

from promotion import audit
from promotion.azureml.scoring import Answer, ask_deployment
from promotion.core.errors import Failure
from promotion.core.smoke import differences, summary
from promotion.core.steps.online import SmokeTestOrder, SmokeTestReceipt
from promotion.core.ways.online import SmokeTestPlan

_SHOWN = 300
"""Characters of an unexpected answer that are shown."""


def smoke_test(order: SmokeTestOrder) -> SmokeTestReceipt:
    """Whether the deployment gives the expected answer to the team's sample request."""
    answer = ask_deployment(order.target, order.test.request, order.test.timeout)
    wrong = _wrong(answer, order.target.deployment, order.test)
    failure = _failure(order.target.deployment, wrong) if wrong else None
    audit.emit(
        "smoke_tested",
        order.context,
        failure=failure,
        measurements={
            "latency_ms": answer.latency_ms,
            "status": answer.status,
            "traffic": order.share,
        },
        # It is asked before its traffic grows, and once more when it has all of it.
        key=str(order.share),
        outcome="failed" if failure else "passed",
        deployment=order.target.deployment,
    )
    return SmokeTestReceipt(latency_ms=answer.latency_ms, failure=failure)


def _failure(deployment: str, wrong: str) -> Failure:
    return Failure(
        reason=f"The deployment {deployment} failed its smoke test: {wrong}.",
        remedy="Mend the model or the expected response, and register a new version.",
        code="SmokeTestFailed",
    )


def _wrong(answer: Answer, deployment: str, test: SmokeTestPlan) -> str | None:
    """What is wrong with the answer, None when nothing is."""
    if answer.deployment not in (None, deployment):
        return f"the deployment {answer.deployment} answered instead"
    if answer.status != 200:
        return f"it answered {answer.status}: {answer.body[:_SHOWN]}"
    if test.response is None:
        return None
    try:
        body = json.loads(answer.body)
    except ValueError:
        return f"its answer is not JSON: {answer.body[:_SHOWN]}"
    return summary(list(differences(json.loads(test.response), body, test.tolerance))) or None
