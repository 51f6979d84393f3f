"""Asks the new deployment alone: before anybody else does, and while its traffic grows."""

import time
from collections.abc import Iterator
from statistics import median
from typing import Final

from promotion import audit
from promotion.azureml.scoring import Answer, Route, route_to
from promotion.core.errors import Failure
from promotion.core.smoke import summary, too_slow, wrong_body, wrong_status
from promotion.core.steps.verification import SmokeTestOrder, SmokeTestReceipt
from promotion.core.ways.online import Sample, SmokeTestPlan

_LONGEST: Final = 300.0
"""Seconds after which no more requests are sent: a step is no place to wait."""


def smoke_test(order: SmokeTestOrder) -> SmokeTestReceipt:
    """Whether the deployment gives the expected answers to the team's sample requests."""
    deployment, test = order.target.deployment, order.test
    answers: list[Answer] = []
    with route_to(order.target) as route:
        wrong = list(_asked(route, deployment, test, answers))
    latencies = [answer.latency_ms for answer in answers]
    if test.max_latency_ms is not None and (slow := too_slow(latencies, test.max_latency_ms)):
        wrong.append(slow)
    failure = _failure(deployment, summary(list(dict.fromkeys(wrong)))) if wrong else None
    _record(order, answers, failure)
    return SmokeTestReceipt(latency_ms=median(latencies), failure=failure)


def _record(order: SmokeTestOrder, answers: list[Answer], failure: Failure | None) -> None:
    latencies = [answer.latency_ms for answer in answers]
    again = [str(number) for number in (order.mirrored, order.number) if number]
    audit.emit(
        "smoke_tested",
        order.context,
        failure=failure,
        measurements={
            "latency_ms": median(latencies),
            "slowest_ms": max(latencies),
            "requests": len(answers),
            "status": answers[-1].status,
            "traffic": order.share,
        },
        # It is asked before its traffic grows, and once more when it has all of it.
        key="/".join([str(order.share), *again]),
        outcome="failed" if failure else "passed",
        deployment=order.target.deployment,
    )


def _failure(deployment: str, wrong: str) -> Failure:
    return Failure(
        reason=f"The deployment {deployment} failed its smoke test: {wrong}.",
        remedy="Mend the model or the expected response, and register a new version.",
        code="SmokeTestFailed",
    )


def _asked(
    route: Route, deployment: str, test: SmokeTestPlan, answers: list[Answer]
) -> Iterator[str]:
    """What is wrong with the answers, which are added to ``answers``."""
    began = time.monotonic()
    for number, sample in enumerate(test.samples, start=1):
        which = f"request {number}: " if len(test.samples) > 1 else ""
        for _ in range(test.repeats):
            if answers and time.monotonic() - began > _LONGEST:
                total = len(test.samples) * test.repeats
                yield f"only {len(answers)} of {total} answers came within {_LONGEST:g} s"
                return
            answer = route.ask(sample.request, test.timeout, sample.status)
            answers.append(answer)
            if wrong := _wrong(answer, deployment, sample):
                yield f"{which}{wrong}"


def _wrong(answer: Answer, deployment: str, sample: Sample) -> str | None:
    """What is wrong with the answer, None when nothing is."""
    if answer.deployment not in (None, deployment):
        return f"the deployment {answer.deployment} answered instead"
    return wrong_status(answer.status, sample.status, answer.body) or wrong_body(
        answer.body,
        response=sample.response,
        schema=sample.response_schema,
        tolerance=sample.tolerance,
    )
