"""One notice: what happened, in as many words as a message can hold."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Final, Literal

from pydantic import AfterValidator

from promotion.core.context import Context
from promotion.core.notices.occasion import Occasion
from promotion.core.notices.text import clean
from promotion.core.references import WorkspaceRef
from promotion.core.value import Value
from promotion.core.verdict import Mode, Outcome, Verdict

MAX_REASON: Final = 800
MAX_VERDICTS: Final = 8
MAX_NAMES: Final = 200
_MAX_SAID: Final = 200
"""Characters of what one gate says; the promotion itself has all of it."""
_MAX_GATE: Final = 60
_WARNS: Final = " (warn)"
"""What follows the name of a gate that refuses nobody."""


def _reason(text: str) -> str:
    return clean(text, MAX_REASON)


def _said(text: str) -> str:
    return clean(text, _MAX_SAID)


def _names(text: str) -> str:
    return clean(text, MAX_NAMES)


Reason = Annotated[str, AfterValidator(_reason)]
Said = Annotated[str, AfterValidator(_said)]
Names = Annotated[str, AfterValidator(_names)]


class Answer(Value):
    """What one gate answered."""

    gate: Annotated[str, AfterValidator(lambda text: clean(text, _MAX_GATE))]
    outcome: Outcome
    reason: Said


class Wanted(Value):
    """The approval that is wanted."""

    by: Names
    """Who may give it."""
    quorum: int
    until: datetime | None = None
    registered_by: Names = ""
    comment: Literal["required", "optional"] = "optional"
    """Whether a decision needs a comment."""


class Notice(Value):
    """What happened to a version, for people and for other systems.

    It travels in durable messages and is shown in others' products: its texts are short, and hold
    no character that is not seen.
    """

    id: str
    """The same whenever, and to whomever, it is sent."""
    occasion: Occasion
    context: Context
    """Which promotion it is about, and at which stage."""
    source: WorkspaceRef
    """Where the version is registered."""
    at: datetime
    reason: Reason = ""
    beside_gates: Reason = ""
    """The part of the reason that no answer of a gate says; for cards, which show the answers."""
    remedy: Reason = ""
    code: Names = ""
    by: Names = ""
    """Who rolled back by hand, or tried."""
    answers: tuple[Answer, ...] = ()
    """Of gates: those that did not let it pass, or all where people are to decide."""
    left_out: int = 0
    """How many more answers there are."""
    wanted: Wanted | None = None
    """On the occasion of an approval."""
    registry_path: Names = ""
    stages: tuple[Names, ...] = ()
    """Where the version serves now, on the occasion of a success."""

    @property
    def model(self) -> str:
        """Name and version."""
        return clean(str(self.context.model), MAX_NAMES)

    @property
    def approve(self) -> str | None:
        """The command that approves, on the occasion of an approval."""
        return self._command("approve")

    @property
    def reject(self) -> str | None:
        """The command that rejects, on the occasion of an approval."""
        return self._command("reject")

    def _command(self, verb: str) -> str | None:
        if self.wanted is None or self.context.stage is None:
            return None
        command = f"promote {verb} {self.context.promotion_id} --stage {self.context.stage}"
        return command + (' --comment "WHY"' if self.wanted.comment == "required" else "")


def answered(verdicts: tuple[Verdict, ...]) -> dict[str, object]:
    """The verdicts, as fields of a notice."""
    first = [
        Answer(gate=_named(one), outcome=one.outcome, reason=one.reason)
        for one in worst_first(verdicts)[:MAX_VERDICTS]
    ]
    return {"answers": tuple(first), "left_out": max(len(verdicts) - MAX_VERDICTS, 0)}


def worst_first(verdicts: Iterable[Verdict]) -> list[Verdict]:
    """The verdicts that did not pass before those that did: whatever is cut off, it is not they."""
    return sorted(verdicts, key=lambda one: one.outcome is Outcome.PASSED)


def _named(verdict: Verdict) -> str:
    if verdict.mode is not Mode.WARN:
        return verdict.gate
    return clean(verdict.gate, _MAX_GATE - len(_WARNS)) + _WARNS
