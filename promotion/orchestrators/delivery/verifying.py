"""Asks whether a deployment does what it should, before and after each change of its traffic."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta

from promotion.core.checks import Check, Finding
from promotion.core.checks.base import Unclear
from promotion.core.checks.serving import Moment
from promotion.core.errors import Failure, Terminal
from promotion.core.policy.duration import in_words
from promotion.core.rollout import Weights
from promotion.core.status import Status
from promotion.core.steps.orchestrations import DeliveryOrder
from promotion.core.steps.verification import (
    SmokeTestOrder,
    SmokeTestReceipt,
    VerifyOrder,
    VerifyReceipt,
)
from promotion.core.verdict import Outcome
from promotion.core.ways.online import OnlinePlan
from promotion.orchestrators.work import Steps, Work

_LOOKS_A_LIMIT = 24
"""The longest pause between two looks is this part of the limit, as with gates that hold."""


def verify(
    work: Work,
    order: DeliveryOrder,
    stage: OnlinePlan,
    share: int = 0,
    *,
    mirrored: int = 0,
    before: Weights | None = None,
    since: datetime | None = None,
    first: int = 0,
) -> Steps[None]:
    """Returns when all is well with the deployment, which has that share of the traffic.

    ``before`` is the traffic before the rollout if there is one, ``since`` when the deployment
    got its share, ``first`` numbers the looks, where there are several verifications at one
    share. While something is inconclusive it looks again, as long as the policy says. What it
    waits is not part of what the delivery may take. Raises Terminal with everything that is not
    well.
    """
    work.become(Status.VERIFYING)
    moment = Moment(
        endpoint=stage.target.endpoint,
        deployment=stage.target.deployment,
        live=_most(before or {}, stage.target.deployment),
        share=share,
        mirrored=mirrored,
        since=since or work.now,
        as_of=work.now,
        grain=work.timing.metric_grain,
    )
    # Nobody is served worse than before by a first version: its figures are waited for by nobody.
    alone = before is not None and moment.live is None
    checks = [
        check
        for check in stage.verify
        if check.is_asked(share, mirrored) and not (alone and check.reads)
    ]
    yield from _Verification(work, order, stage, moment, checks=checks, first=first).run()


def _most(before: Weights, deployment: str) -> str | None:
    """The deployment with most of the traffic but this one."""
    others = [name for name, share in before.items() if name != deployment and share]
    return min(others, key=lambda name: (-before[name], name), default=None)


class _Verification:
    """One verification: looks, until one of them decides."""

    def __init__(
        self,
        work: Work,
        order: DeliveryOrder,
        stage: OnlinePlan,
        moment: Moment,
        *,
        checks: list[Check],
        first: int,
    ) -> None:
        self._work = work
        self._order = order
        self._stage = stage
        self._moment = moment
        self._started = work.now
        self._number = first
        self._failed: Counter[int | None] = Counter()
        """Looks that failed, by number of the check; None is the smoke test."""
        self._findings: tuple[Finding, ...] = ()
        self._tested = stage.smoke_test is None
        self._untested = ""
        """Why the last smoke test failed."""
        self._checks = checks
        self._told = ""

    def run(self) -> Steps[None]:
        """All looks that it takes."""
        pause = self._work.timing.poll_first
        while True:
            wrong = yield from self._test()
            if not wrong:
                yield from self._until_there_are_figures()
            wrong += yield from self._look()
            if wrong:
                raise _failure(wrong)
            if self._tested and not self._open():
                return
            yield from self._pause(pause)
            pause = min(pause * self._work.timing.poll_growth, self._longest_pause)
            self._number += 1

    def _test(self) -> Steps[list[Failure]]:
        test = self._stage.smoke_test
        if self._tested or test is None:
            return []
        tested = yield from self._work.perform(
            SmokeTestOrder(
                context=self._order.context,
                target=self._stage.target,
                test=test,
                share=self._moment.share,
                mirrored=self._moment.mirrored,
                number=self._number,
            ),
            SmokeTestReceipt,
        )
        self._tested = tested.failure is None
        self._untested = tested.failure.reason if tested.failure else ""
        if tested.failure is None or self._again(None, test.failures_allowed):
            return []
        return [tested.failure]

    def _until_there_are_figures(self) -> Steps[None]:
        """Azure Monitor has none that would count before a minute with this share is over."""
        if not any(check.reads for check in self._checks):
            return
        over = self._moment.first_figures + timedelta(seconds=self._moment.grain)
        if (now := self._work.now) < over:
            yield from self._work.rest(over)
            self._work.parked += self._work.now - now

    def _look(self) -> Steps[list[Failure]]:
        """What is not well for good, after one more look at all of them."""
        if not self._checks:
            return []
        moment = self._moment.model_copy(update={"as_of": self._work.now})
        receipt = yield from self._work.perform(
            VerifyOrder(
                context=self._order.context,
                target=self._stage.target,
                checks=tuple(self._checks),
                moment=moment,
                candidate=self._order.candidate,
                hosts=self._stage.hosts,
                number=self._number,
                told=self._known(),
            ),
            VerifyReceipt,
        )
        self._findings = receipt.findings
        return [
            Failure(reason=self._reason(finding), remedy=finding.remedy, code="VerificationFailed")
            for number, (check, finding) in enumerate(self._asked())
            if self._counts(number, check, finding)
        ]

    def _known(self) -> tuple[str, ...]:
        """Outcomes that need not be recorded again. What the last look finds always is."""
        return tuple(
            "" if self._waited >= check.wait_at_most else finding.outcome
            for check, finding in self._asked()
        )

    def _asked(self) -> Iterable[tuple[Check, Finding]]:
        return zip(self._checks, self._findings, strict=False)  # none before the first look

    def _reason(self, finding: Finding) -> str:
        waited = f" It stayed so for {in_words(self._waited)}." if finding.waits else ""
        return finding.reason + waited

    def _counts(self, number: int, check: Check, finding: Finding) -> bool:
        """Whether the finding ends the rollout."""
        if finding.refuses:
            broken = finding.outcome is Outcome.ERROR
            return broken or not self._again(number, check.failures_allowed)
        limit = self._limit(check)
        return finding.waits and limit is not None and self._waited >= limit

    def _open(self) -> list[Finding]:
        """Findings for which it has to look again."""
        return [
            finding
            for check, finding in self._asked()
            if finding.refuses or (finding.waits and not self._goes_on(check))
        ]

    def _goes_on(self, check: Check) -> bool:
        return check.inconclusive is Unclear.GO_ON and self._waited >= check.wait_at_most

    def _limit(self, check: Check) -> timedelta | None:
        """After what time of waiting an inconclusive check ends the rollout; None is never."""
        match check.inconclusive:
            case Unclear.FAIL:
                return check.wait_at_most
            case Unclear.HOLD:
                held = timedelta(seconds=self._work.timing.hold_limit)
                return max(check.wait_at_most, held)
            case Unclear.GO_ON:
                return None

    def _again(self, number: int | None, allowed: int) -> bool:
        self._failed[number] += 1
        return self._failed[number] <= allowed

    @property
    def _waited(self) -> timedelta:
        return self._work.now - self._started

    @property
    def _longest_pause(self) -> float:
        limits = [self._limit(check) or check.wait_at_most for check in self._checks]
        longest = max(limits, default=timedelta(0)).total_seconds() / _LOOKS_A_LIMIT
        return max(longest, self._work.timing.poll_longest)

    def _pause(self, pause: float) -> Steps[None]:
        """Until the next look, or until something has waited long enough."""
        open_ = self._open()
        reason = " ".join([*filter(None, [self._untested]), *(one.reason for one in open_)])
        yield from self._tell(reason)
        now = self._work.now
        ends = [
            self._started + limit
            for check, finding in self._asked()
            if finding.waits
            for limit in (check.wait_at_most, self._limit(check))
            if limit is not None and self._started + limit > now
        ]
        until = min([now + timedelta(seconds=pause), *ends])
        yield from self._work.rest(until)
        self._work.parked += self._work.now - now
        self._work.become(Status.VERIFYING)

    def _tell(self, reason: str) -> Steps[None]:
        """Show why it waits; and write it down, once a verification, and once more for a hold."""
        held = any(
            check.inconclusive is Unclear.HOLD and self._waited >= check.wait_at_most
            for check, finding in self._asked()
            if finding.waits
        )
        what = "hold" if held else "verification"
        if held:
            self._work.wait_for(what, reason=reason)
        else:
            self._work.become(Status.VERIFYING, reason=reason)
        if what != self._told:
            yield from self._work.record("waiting", waiting_for=what, reason=reason)
            self._told = what


def _failure(wrong: list[Failure]) -> Terminal:
    """Everything that is wrong, in one."""
    if len(wrong) == 1:
        return Terminal.of(wrong[0])
    return Terminal(
        " ".join(failure.reason for failure in wrong),
        remedy=" ".join(dict.fromkeys(one.remedy for one in wrong if one.remedy)) or None,
        code="VerificationFailed",
    )
