"""Looks at a new deployment with every check of the policy, and writes down what each found."""

from concurrent.futures import ThreadPoolExecutor
from typing import Final

from promotion import audit
from promotion.azureml.monitor import read_minutes
from promotion.core.candidate import Answer, Candidate
from promotion.core.checks import Finding, look
from promotion.core.checks.http import HttpCheck
from promotion.core.checks.measuring import MeasuringCheck
from promotion.core.checks.minutes import Minutes, Window
from promotion.core.checks.serving import Observed, Serving, Told
from promotion.core.steps.verification import VerifyOrder, VerifyReceipt
from promotion.handoff.services import ask

_AT_ONCE: Final = 8


def verify(order: VerifyOrder) -> VerifyReceipt:
    """Every check's finding; each is recorded when it is not what it was at the look before."""
    serving = Serving(**dict(order.moment), candidate=order.candidate)
    measuring = [check for check in order.checks if isinstance(check, MeasuringCheck)]
    if any(check.reads for check in measuring):
        serving = _read(order, serving, measuring)
    findings = look(_heard(order, serving), order.checks)
    for number, finding in enumerate(findings):
        before = order.told[number] if number < len(order.told) else None
        if finding.outcome != before:
            _record(order, number, finding)
    return VerifyReceipt(findings=findings)


def _read(order: VerifyOrder, serving: Serving, checks: list[MeasuringCheck]) -> Serving:
    """With the figures that some check asks about, of the longest time that one asks about."""
    names = {name for check in checks for name in check.reads}
    asking = [check for check in checks if check.reads]

    def minutes(deployment: str, windows: list[Window]) -> Minutes:
        whole = (min(start for start, _ in windows), max(end for _, end in windows))
        target = order.target
        return read_minutes(target.workspace, target.endpoint, deployment, names, whole)

    new = minutes(serving.deployment, [serving.window(check.over) for check in asking])
    beside = Minutes()
    if serving.live is not None and any(check.with_live for check in asking):
        windows = [serving.live_window(check.over) for check in asking]
        beside = minutes(serving.live, windows)
    return serving.model_copy(update={"new": new, "beside": beside})


def _heard(order: VerifyOrder, serving: Serving) -> Serving:
    """With the answers of every service that some check asks."""
    asking = [check for check in order.checks if isinstance(check, HttpCheck)]
    if not asking or order.candidate is None:
        return serving
    about = _observed(order.candidate, serving, frozenset(n for c in order.checks for n in c.reads))

    def answered(check: HttpCheck) -> Answer:
        return ask(check.gate, about, order.hosts)

    with ThreadPoolExecutor(min(len(asking), _AT_ONCE)) as pool:
        answers = zip(asking, pool.map(answered, asking), strict=True)
        heard = {check.gate.question: answer for check, answer in answers}
    return serving.model_copy(update={"answers": heard})


def _observed(candidate: Candidate, serving: Serving, names: frozenset[str]) -> Observed:
    moment = {
        name: getattr(serving, name) for name in Told.model_fields if name in Serving.model_fields
    }
    told = Told(
        **moment,
        figures=serving.new.figures(serving.window(None), names),
        live_figures=serving.beside.figures(serving.live_window(None), names),
    )
    return Observed(**dict(candidate), serving=told)


def _record(order: VerifyOrder, number: int, finding: Finding) -> None:
    moment = order.moment
    audit.emit(
        "verified",
        order.context,
        reason=finding.reason,
        measurements={
            **finding.figures,
            "traffic": moment.share,
            "mirrored": moment.mirrored,
        },
        # Each look of each verification is of other figures.
        key=f"{number} {moment.share} {moment.mirrored} {moment.since} {order.number}",
        check=finding.check,
        kind=finding.kind,
        mode=finding.mode,
        outcome=finding.outcome,
        threshold=finding.threshold,
        remedy=finding.remedy,
        endpoint=moment.endpoint,
        deployment=moment.deployment,
        live=moment.live,
    )
