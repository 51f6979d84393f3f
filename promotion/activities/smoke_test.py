"""Asks the new deployment alone: before anybody else does, and while its traffic grows."""

import time
from collections.abc import Iterator
from statistics import median
from typing import Final

from promotion import audit
from promotion.azureml.scoring import Answer, Route, route_to
from promotion.core.errors import Failure, Retryable
from promotion.core.smoke import summary, too_slow, wrong_body, wrong_status
from promotion.core.steps.verification import SmokeTestOrder, SmokeTestReceipt
from promotion.core.ways.online import Sample

_LONGEST: Final = 300.0
"""Seconds after which no more requests are sent: a step is no place to wait."""


def smoke_test(order: SmokeTestOrder) -> SmokeTestReceipt:
    """Whether the deployment gives the expected answers to the team's sample requests."""
    deployment, test = order.target.deployment, order.test
    answers: list[Answer] = []
    with route_to(order.target) as route:
        wrong = list(_asked(route, order, answers))
    latencies = [answer.latency_ms for answer in answers]
    if test.max_latency_ms is not None and (slow := too_slow(latencies, test.max_latency_ms)):
        wrong.append(slow)
    failure = _failure(deployment, summary(list(dict.fromkeys(wrong)))) if wrong else None
    _record(order, answers, failure)
    return SmokeTestReceipt(latency_ms=_median(latencies), failure=failure)


def _median(latencies: list[float]) -> float | None:
    """None when nothing was answered."""
    return median(latencies) if latencies else None


def _measured(answers: list[Answer]) -> dict[str, float]:
    latencies = [answer.latency_ms for answer in answers]
    if not latencies:
        return {}
    status = answers[-1].status
    return {"latency_ms": median(latencies), "slowest_ms": max(latencies), "status": status}


def _record(order: SmokeTestOrder, answers: list[Answer], failure: Failure | None) -> None:
    audit.emit(
        "smoke_tested",
        order.context,
        failure=failure,
        measurements=_measured(answers) | {"requests": len(answers), "traffic": order.share},
        # It is asked before its traffic grows, and once more when it has all of it.
        key=f"{order.share}/{order.mirrored}/{order.number}",
        outcome="failed" if failure else "passed",
        deployment=order.target.deployment,
    )


def _failure(deployment: str, wrong: str) -> Failure:
    return Failure(
        reason=f"The deployment {deployment} failed its smoke test: {wrong}.",
        remedy="Mend the model or the expected response, and register a new version.",
        code="SmokeTestFailed",
    )


def _asked(route: Route, order: SmokeTestOrder, answers: list[Answer]) -> Iterator[str]:
    """What is wrong with the answers, which are added to ``answers``."""
    deployment, test = order.target.deployment, order.test
    began = time.monotonic()
    for number, sample in enumerate(test.samples, start=1):
        which = f"request {number}: " if len(test.samples) > 1 else ""
        for _ in range(test.repeats):
            if answers and time.monotonic() - began > _LONGEST:
                total = len(test.samples) * test.repeats
                yield f"only {len(answers)} of {total} answers came within {_LONGEST:g} s"
                return
            try:
                answer = _answer(route, sample, order)
            except Retryable as error:
                if not _serves(order):
                    raise  # its containers have just started: the step is tried again later
                yield f"{which}{_lower(error.failure.reason)}"
                continue
            answers.append(answer)
            if wrong := _wrong(answer, deployment, sample):
                yield f"{which}{wrong}"


def _serves(order: SmokeTestOrder) -> bool:
    """Whether people depend on it already, so that not answering is wrong."""
    return bool(order.share or order.mirrored)


def _answer(route: Route, sample: Sample, order: SmokeTestOrder) -> Answer:
    """What it answers; one that serves is asked once more, as any client would."""
    timeout = order.test.timeout
    try:
        return route.ask(sample.request, timeout, sample.status)
    except Retryable:
        if not _serves(order):
            raise
    return route.ask(sample.request, timeout, sample.status)


def _lower(sentence: str) -> str:
    """As a part of another sentence."""
    return f"{sentence[:1].lower()}{sentence[1:]}".rstrip(".")


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
