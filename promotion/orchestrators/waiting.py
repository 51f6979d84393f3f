"""The waits of a stage: one after the other, until all of them are over at the same moment."""

from collections.abc import Sequence
from datetime import datetime

from promotion.core.errors import Failure
from promotion.core.notices.making import of_approval
from promotion.core.notices.notice import worst_first
from promotion.core.steps.orchestrations import StageOrder
from promotion.core.verdict import Judgement, Verdict
from promotion.core.waits import Wait
from promotion.core.waits.approval import ApprovalWait
from promotion.core.waits.decision import Decision
from promotion.core.waits.soak import SoakWait
from promotion.core.waits.window import WindowWait
from promotion.orchestrators.attention import Attention, ignore
from promotion.orchestrators.notify import tell
from promotion.orchestrators.soaking import NotSoaked, soak
from promotion.orchestrators.work import Steps, Work


class Rejected(Exception):
    """An approval was refused, or did not come in time."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.reason)
        self.failure = failure


class Waiting:
    """What a stage waits for on behalf of one promotion."""

    def __init__(self, work: Work, attention: Attention, order: StageOrder) -> None:
        self._work = work
        self._attention = attention
        self._order = order
        self._origin = order.origin
        self._verdicts: tuple[Verdict, ...] = ()
        self._approvals = 0
        self._decisions: list[Decision] = []
        """Those that count, and those that came before they were asked for."""

    def over(self, waits: Sequence[Wait], judgement: Judgement) -> Steps[None]:
        """Wait for each. ``judgement`` is that of the stage's own gates, for who approves.

        Raises Rejected, Superseded, Stopped.
        """
        self._verdicts = (*self._order.judgement.verdicts, *judgement.verdicts)
        for wait in waits:
            match wait:
                case ApprovalWait():
                    yield from self._approval(wait)
                case SoakWait():
                    yield from self._soak(wait)
                case WindowWait():
                    yield from self._window(wait)
                case _:
                    raise TypeError(f"nobody knows how to wait for {wait.label}")

    def free(self, waits: Sequence[Wait]) -> Steps[None]:
        """Wait until nobody holds the place and all windows are open, at the same moment.

        A window may have closed, and somebody may have held the place, while another wait took
        long. Raises Superseded, Stopped.
        """
        windows = [wait for wait in waits if isinstance(wait, WindowWait)]
        while True:
            if self._attention.holds.why:
                yield from self._hold()
            elif closed := next((w for w in windows if w.why_closed(self._work.now)), None):
                yield from self._window(closed)
            else:
                yield from self._ignore()
                return

    def _ignore(self) -> Steps[None]:
        """What nobody has asked for up to now is asked for no more."""
        late, self._decisions = self._decisions, []
        for decision in late:
            yield from ignore(self._work, decision)

    def _hold(self) -> Steps[None]:
        told = ""
        while why := self._attention.holds.why:
            if why != told:
                self._work.wait_for("hold", reason=why)
                yield from self._work.record("waiting", waiting_for="hold", reason=why)
                told = why
            yield from self._listen(None)

    def _approval(self, wait: ApprovalWait) -> Steps[None]:
        since = self._work.now
        until = wait.until(since)
        early, self._decisions = self._decisions, []
        yield from self._tell_approval(wait, until)
        for decision in early:
            yield from self._decide(wait, decision)
        while not (standing := wait.standing(self._decisions, self._origin)).decided:
            if until is not None and self._work.now >= until:
                standing = wait.timed_out(standing)
                if standing.decided:
                    break
                yield from self._work.record("waiting", waiting_for="approval", overdue="true")
                until = None
            given = yield from self._attention.until(until)
            if given is not None:
                yield from self._decide(wait, given)
        self._decisions = []  # another approval is decided anew
        if standing.status == "rejected":
            remedy = "Register a version that can be approved, or promote this one again."
            raise Rejected(Failure(reason=standing.reason, remedy=remedy, code="ApprovalRejected"))

    def _decide(self, wait: ApprovalWait, decision: Decision) -> Steps[None]:
        reply = wait.reply(decision, self._decisions, self._origin)
        if reply.accepted:
            self._decisions.append(decision)
            name = "approved" if decision.decision == "approve" else "approval_rejected"
        else:
            name = "decision_refused"
        yield from self._work.record(
            name,
            by=decision.who,
            comment=decision.comment,
            decided_at=decision.at.isoformat(),
            reason=reply.reason,
        )

    def _window(self, wait: WindowWait) -> Steps[None]:
        while why := wait.why_closed(self._work.now):
            opens = wait.opens(self._work.now)
            yield from self._tell("window", f"{why[:1].upper()}{why[1:]}.", opens)
            yield from self.rest(opens)
            if self._attention.holds.why:
                return  # more is closed than this window

    def _soak(self, wait: SoakWait) -> Steps[None]:
        try:
            yield from soak(self._work, self._order, wait)
        except NotSoaked as error:
            raise Rejected(error.failure) from None

    def rest(self, until: datetime) -> Steps[None]:
        """Wait until then; a decision that comes while nobody asks for one is kept for who will.

        Raises Superseded, Stopped.
        """
        while self._work.now < until:
            yield from self._listen(until)

    def checkpoint(self) -> Steps[None]:
        """A stage that has not begun to deliver waits at its own time."""
        yield from ()

    def _listen(self, until: datetime | None) -> Steps[None]:
        decision = yield from self._attention.until(until)
        if decision is not None:
            self._decisions.append(decision)

    def _tell(self, what: str, reason: str, until: datetime) -> Steps[None]:
        self._work.wait_for(what, reason=reason, until=until.isoformat())
        yield from self._work.record(
            "waiting", waiting_for=what, reason=reason, until=until.isoformat()
        )

    def _notify(self, wait: ApprovalWait, until: datetime | None) -> None:
        self._approvals += 1
        notice = of_approval(
            self._order,
            wait,
            number=self._approvals,
            verdicts=self._verdicts,
            at=self._work.now,
            until=until,
        )
        tell(self._work.ctx, self._order.plan.audience, notice, self._work.timing)

    def _tell_approval(self, wait: ApprovalWait, until: datetime | None) -> Steps[None]:
        ends = until.isoformat() if until else ""
        reason = f"It waits for {wait.in_words}."
        self._work.wait_for("approval", reason=reason, until=ends, by=list(wait.by))
        self._notify(wait, until)
        yield from self._work.record(
            "approval_requested",
            reason=reason,
            by=", ".join(wait.by),
            quorum=str(wait.quorum),
            until=ends,
            registered_by=self._origin.registrant or "",
            registry_path=self._order.asset_id,
            plan="\n".join(f"{verb}: {what}" for verb, what in self._order.stage.doing()),
            # For the approver to read; a record holds 8 KB, the promotion has all of it.
            verdicts="\n".join(
                f"{verdict.outcome} {verdict.gate}: {verdict.reason}"
                for verdict in worst_first(self._verdicts)
            ),
        )
