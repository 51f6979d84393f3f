"""Gate ``champion``: is the model better than what the stage serves now?"""

import math
from typing import Literal, Self

from pydantic import Field, model_validator

from promotion.core.candidate import Candidate, Champion, Metric
from promotion.core.figures import told
from promotion.core.gates.base import Gate
from promotion.core.verdict import Change, Doubt, Outcome, Verdict


class ChampionGate(Gate):
    """Is the model better than the champion, which is what the stage serves now?

    Compares the last value that each of their runs logged of one metric. Without a margin being
    as good is enough; with one the model must be better by at least so much. A version that
    serves already passes.

    Figures are only comparable when they were computed on the same data: name a tag or a parameter
    that says which, and versions for which it differs are *inconclusive*.
    """

    kind: Literal["champion"]
    metric: str = Field(min_length=1, description="Name of the metric that is compared.")
    better: Literal["higher", "lower"] = Field(description="Which value is the better one.")
    by: float | None = Field(
        default=None,
        ge=0,
        allow_inf_nan=False,
        description="Margin in the units of the metric.",
    )
    by_percent: float | None = Field(
        default=None,
        ge=0,
        allow_inf_nan=False,
        description="Margin in percent of the champion's figure.",
    )
    no_champion: Literal["pass", "hold"] = Field(
        default="pass",
        description="When the stage serves nothing yet: pass; hold: wait until somebody has "
        "brought a first version there.",
    )
    same_tag: str | None = Field(
        default=None, min_length=1, description="A tag that must be equal on both."
    )
    same_param: str | None = Field(
        default=None, min_length=1, description="A parameter of the runs that must be equal."
    )
    stage: str | None = Field(
        default=None,
        description="The stage whose champion is meant; the one where the gate stands, or the "
        "route's only stage, unless stated.",
    )

    @model_validator(mode="after")
    def _has_one_margin(self) -> Self:
        if self.by is not None and self.by_percent is not None:
            raise ValueError("a champion gate takes one of by and by_percent")
        if self.same_tag is not None and self.same_param is not None:
            raise ValueError("a champion gate takes one of same_tag and same_param")
        return self

    @property
    def label(self) -> str:
        return f"champion {self.metric}"

    @property
    def champion_of(self) -> str | None:
        return self.stage

    def at(self, stage: str | None) -> Self:
        return self.model_copy(update={"stage": self.stage or stage})

    def answer(self, candidate: Candidate) -> Verdict:
        if self.stage not in candidate.champions:
            reason = f"It was not looked up what {self.stage or 'the stage'} serves."
            return self._open(reason, "Report this as a fault of the service.")
        champion = candidate.champions[self.stage]
        if champion is None:
            return self._without()
        if champion.model == candidate.model:
            return self.verdict(
                Outcome.PASSED, f"{self.stage} serves {candidate.model} itself already."
            )
        if champion.trouble is not None:
            remedy = f"Compare by hand, or bring a version of this team to {self.stage} first."
            return self._open(champion.trouble, remedy)
        if (doubt := self._other_data(candidate, champion)) is not None:
            return doubt
        return self._compared(candidate, champion)

    def _without(self) -> Verdict:
        reason = f"{self.stage} serves nothing yet, so there is nothing to compare with."
        if self.no_champion == "pass":
            return self.verdict(Outcome.PASSED, reason)
        verdict = self._open(reason, f"Bring a first version to {self.stage}.")
        return verdict.model_copy(update={"doubt": Doubt.HOLD})

    def _other_data(self, candidate: Candidate, champion: Champion) -> Verdict | None:
        """Doubt whether the two figures can be compared at all."""
        if self.same_tag is not None:
            what, name = "tag", self.same_tag
            own, other = candidate.tags.get(name), champion.tags.get(name)
        elif self.same_param is not None:
            what, name = "parameter", self.same_param
            own, other = candidate.params.get(name), champion.params.get(name)
        else:
            return None
        if own is not None and own == other:
            return None
        values = " and ".join(
            "missing" if value is None else f"'{value}'" for value in (own, other)
        )
        return self._open(
            f"The {what} {name} of {candidate.model} and {_named(champion)} should be equal, to "
            f"compare like with like; they are {values}.",
            f"Evaluate the model on the champion's data, and note it down as the {what} {name}.",
        )

    def _compared(self, candidate: Candidate, champion: Champion) -> Verdict:
        own, other = candidate.metrics.get(self.metric), champion.metrics.get(self.metric)
        if own is None or other is None or math.isnan(other.value):
            return self._incomparable(candidate, champion, own, other)
        enough = self._enough(other.value)
        value = own.value
        # NaN is never better than anything.
        passed = value >= enough if self.better == "higher" else value <= enough
        figures = (other.value, enough)
        reason = (
            f"{self.metric} is {told(value, *figures)}; {_named(champion)}, which serves in "
            f"{self.stage}, has {told(other.value, value, enough)}, and the policy wants "
            f"{self._wish(enough, value)}."
        )
        return self.verdict(
            Outcome.PASSED if passed else Outcome.FAILED,
            reason,
            remedy=None
            if passed
            else f"A model whose {self.metric} is {told(enough, value)} would pass.",
            change=None
            if passed
            else Change(
                what=f"metric {self.metric}",
                seen="NaN" if math.isnan(value) else value,
                enough=enough,
            ),
            observed="NaN" if math.isnan(value) else value,
            threshold=self._wish(enough, value),
        )

    def _enough(self, other: float) -> float:
        """The figure that just passes."""
        if math.isinf(other):
            return other
        margin = abs(other) * (self.by_percent or 0) / 100 + (self.by or 0)
        return other + margin if self.better == "higher" else other - margin

    def _wish(self, enough: float, value: float) -> str:
        word = "at least" if self.better == "higher" else "at most"
        wish = f"{word} {told(enough, value)}"
        if self.by_percent:
            return f"{wish}, {self.by_percent:g} % {self.better}"
        return f"{wish}, {self.by:g} {self.better}" if self.by else wish

    def _incomparable(
        self, candidate: Candidate, champion: Champion, own: Metric | None, other: Metric | None
    ) -> Verdict:
        if own is None:
            reason = f"{candidate.model} has no metric {self.metric}"
        elif other is None:
            reason = (
                f"{_named(champion)}, which serves in {self.stage}, has no metric {self.metric}"
            )
        else:
            reason = f"{self.metric} of {_named(champion)} was logged as NaN"
        remedy = f'Log it in the training script: mlflow.log_metric("{self.metric}", …).'
        return self._open(f"{reason}, so the two cannot be compared.", remedy)

    def _open(self, reason: str, remedy: str) -> Verdict:
        return self.verdict(Outcome.INCONCLUSIVE, reason, remedy=remedy)


def _named(champion: Champion) -> str:
    return str(champion.model or champion.deployment)
