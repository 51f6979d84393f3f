"""The base of every check: one question about a new deployment while its rollout is under way."""

from abc import abstractmethod
from datetime import timedelta
from enum import StrEnum
from typing import Any, ClassVar, get_args

from pydantic import BaseModel, ConfigDict, Field

from promotion.core.checks.serving import Serving
from promotion.core.policy.duration import Duration
from promotion.core.value import Value
from promotion.core.verdict import Mode, Outcome


class Unclear(StrEnum):
    """What the policy makes of a check that is still inconclusive after ``wait_at_most``."""

    FAIL = "fail"
    """The rollout is taken back."""
    HOLD = "hold"
    """The rollout stays where it is, and the check is asked again, for PROMOTION_HOLD_LIMIT."""
    GO_ON = "pass"
    """The rollout goes on; the finding is recorded."""


class Finding(Value):
    """The answer of one check about one deployment at one moment."""

    check: str
    """What records call it, for instance ``azure_metric RequestLatency_P95``."""
    kind: str
    mode: Mode = Mode.ENFORCE
    outcome: Outcome
    reason: str
    """One sentence with the figures."""
    remedy: str | None = None
    figures: dict[str, float] = {}
    """What it saw, by name."""
    threshold: str | None = None
    """What the policy wants."""

    @property
    def refuses(self) -> bool:
        """Whether this look at the deployment counts as failed."""
        missed = self.outcome in (Outcome.FAILED, Outcome.ERROR)
        return missed and self.mode is Mode.ENFORCE

    @property
    def waits(self) -> bool:
        """Whether the rollout waits until more is known."""
        return self.outcome is Outcome.INCONCLUSIVE and self.mode is Mode.ENFORCE


class Check(BaseModel):
    """A check as the policy states it. A subclass declares ``kind: Literal["…"]`` and ``answer``.

    Checks stand under `verify` of an online stage.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    kinds: ClassVar[dict[str, type["Check"]]] = {}
    """Every kind of check by its name; a subclass enters itself."""

    kind: str
    mode: Mode = Field(
        default=Mode.ENFORCE,
        description="enforce: take the rollout back; warn: record only; off: do not ask.",
    )
    failures_allowed: int = Field(
        default=0,
        ge=0,
        le=20,
        description="How many looks of one verification may fail before it counts.",
    )
    wait_at_most: Duration = Field(
        default=timedelta(minutes=30),
        description="How long one verification waits for an answer that is not known yet.",
    )
    inconclusive: Unclear = Field(
        default=Unclear.FAIL,
        description="After that time: fail: take the rollout back; hold: stay where it is and go "
        "on asking; pass: go on.",
    )

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        """Enter the subclass under the literal of its ``kind``; an intermediate class has none."""
        super().__pydantic_init_subclass__(**kwargs)
        for kind in get_args(cls.model_fields["kind"].annotation):
            Check.kinds[kind] = cls

    @property
    @abstractmethod
    def label(self) -> str:
        """How records and people call this check."""

    @property
    def reads(self) -> frozenset[str]:
        """Names of the figures that must be read of Azure Monitor to answer."""
        return frozenset()

    def is_asked(self, share: int, mirrored: int) -> bool:
        """Whether it can be answered with so many percent of the traffic, real or mirrored."""
        return bool(share or mirrored) or not self.reads

    @abstractmethod
    def answer(self, serving: Serving) -> Finding:
        """The finding. Pure: the same deployment at the same moment gets the same answer."""

    def evaluate(self, serving: Serving) -> Finding:
        """The finding; a check that breaks gives ``error``, so that the others still count."""
        try:
            return self.answer(serving)
        except Exception as error:  # a check must never take the others' answers with it
            return self.finding(
                Outcome.ERROR,
                f"The check {self.label} could not be evaluated: {type(error).__name__}: {error}.",
                remedy="Report this as a fault of the check.",
            )

    def finding(
        self,
        outcome: Outcome,
        reason: str,
        *,
        remedy: str | None = None,
        figures: dict[str, float] | None = None,
        threshold: str | None = None,
    ) -> Finding:
        """A finding in this check's name."""
        return Finding(
            check=self.label,
            kind=self.kind,
            mode=self.mode,
            outcome=outcome,
            reason=reason,
            remedy=remedy,
            figures=figures or {},
            threshold=threshold,
        )
