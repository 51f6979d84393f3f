"""The base of every gate: one question to one candidate."""

from abc import abstractmethod
from typing import Any, ClassVar, Self, get_args

from pydantic import BaseModel, ConfigDict, Field

from promotion.core.candidate import Candidate
from promotion.core.verdict import Change, Doubt, Mode, Outcome, Verdict


class Gate(BaseModel):
    """A gate as the policy states it. A subclass declares ``kind: Literal["…"]`` and ``answer``."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    kinds: ClassVar[dict[str, type["Gate"]]] = {}
    """Every kind of gate by its name; a subclass enters itself."""

    kind: str
    mode: Mode = Field(
        default=Mode.ENFORCE,
        description="enforce: refuse the version; warn: record only; off: do not ask.",
    )
    inconclusive: Doubt = Field(
        default=Doubt.FAIL,
        description="When the evidence is missing: fail: as a gate that failed; hold: wait, and "
        "ask again.",
    )

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        """Enter the subclass under the literal of its ``kind``; an intermediate class has none."""
        super().__pydantic_init_subclass__(**kwargs)
        for kind in get_args(cls.model_fields["kind"].annotation):
            Gate.kinds[kind] = cls

    @property
    def champion_of(self) -> str | None:
        """The stage whose champion must be known to answer; None for most gates."""
        return None

    @property
    def needs_size(self) -> bool:
        """Whether the size of the model must be known to answer: it costs a request a file."""
        return False

    def at(self, stage: str | None) -> Self:  # noqa: ARG002
        """The gate as it stands where ``stage`` is meant unless the gate names another."""
        return self

    @property
    @abstractmethod
    def label(self) -> str:
        """How verdicts call this gate, for instance ``metric rmse``."""

    @abstractmethod
    def answer(self, candidate: Candidate) -> Verdict:
        """The verdict. Pure: the same candidate always gets the same answer."""

    def evaluate(self, candidate: Candidate) -> Verdict:
        """The verdict; a gate that breaks gives ``error``, so that the others still count."""
        try:
            return self.answer(candidate)
        except (
            Exception,
            SystemExit,
        ) as error:  # a gate must never take the others' answers with it
            return self.verdict(
                Outcome.ERROR,
                f"The gate {self.label} could not be evaluated: {type(error).__name__}: {error}.",
                remedy="Report this as a fault of the gate.",
            )

    def verdict(
        self,
        outcome: Outcome,
        reason: str,
        *,
        remedy: str | None = None,
        change: Change | None = None,
        observed: float | str | None = None,
        threshold: str | None = None,
    ) -> Verdict:
        """A verdict in this gate's name."""
        return Verdict(
            gate=self.label,
            kind=self.kind,
            mode=self.mode,
            doubt=self.inconclusive,
            outcome=outcome,
            reason=reason,
            remedy=remedy,
            change=change,
            observed=observed,
            threshold=threshold,
        )
