"""Gate ``champion``: is the model better than what the stage serves now?"""

import math
from typing import Literal, Self

from pydantic import Field, model_validator

from promotion.core.candidate import Candidate, Champion, Metric
from promotion.core.gates.base import Gate
from promotion.core.gates.margin import Margin
from promotion.core.gates.metric import Figure, figure, sendable
from promotion.core.gates.text import shown
from promotion.core.verdict import Change, Doubt, Outcome, Verdict


class ChampionGate(Gate):
    """Is the model better than the champion, which is what the stage serves now?

    Compares the last value that each of their runs logged of one metric. Without a margin being
    as good is enough; with one the model must be better by at least so much. NaN is never good
    enough. A version that serves already passes.

    Figures are only comparable when they were computed on the same data: name a tag or a parameter
    that says which, and versions for which it differs are *inconclusive*.
    """

    kind: Literal["champion"]
    metric: str = Field(min_length=1, description="Name of the metric that is compared.")
    better: Literal["higher", "lower"] = Field(description="Which value is the better one.")
    by: Figure | None = Field(
        default=None,
        ge=0,
        allow_inf_nan=False,
        description="Margin in the units of the metric.",
    )
    by_percent: Figure | None = Field(
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
        if champion is not None and champion.model == candidate.model:
            return self.verdict(
                Outcome.PASSED, f"{self.stage} serves {candidate.model} itself already."
            )
        own = candidate.metrics.get(self.metric)
        if own is not None and not math.isfinite(own.value):
            return self._not_a_number(own.value)
        return self._without() if champion is None else self._against(candidate, champion)

    def _against(self, candidate: Candidate, champion: Champion) -> Verdict:
        if champion.trouble is not None:
            remedy = f"Compare by hand, or bring a version of this team to {self.stage} first."
            return self._open(champion.trouble, remedy)
        return self._other_data(candidate, champion) or self._compared(candidate, champion)

    def _not_a_number(self, value: float) -> Verdict:
        logged = sendable(value)
        return self.verdict(
            Outcome.FAILED,
            f"{self.metric} was logged as {logged}, which is not better than anything.",
            remedy="Find out why the run could not compute it.",
            observed=logged,
        )

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
            "missing" if value is None else f"'{shown(value)}'" for value in (own, other)
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
        margin, value = self._margin, own.value
        enough = margin.enough(other.value)
        wish = margin.told(enough, value)
        reason = (
            f"{self.metric} is {figure(value, other.value, enough)}; {_named(champion)}, "
            f"which serves in {self.stage}, has {figure(other.value, value, enough)}, "
            f"and the policy wants {wish}."
        )
        if margin.passes(value, enough):
            return self.verdict(Outcome.PASSED, reason, observed=sendable(value), threshold=wish)
        change = Change(what=f"metric {self.metric}", seen=sendable(value), enough=sendable(enough))
        return self.verdict(
            Outcome.FAILED,
            reason,
            remedy=f"A model whose {self.metric} is {margin.just(enough, value)} would pass.",
            change=change,
            observed=sendable(value),
            threshold=wish,
        )

    @property
    def _margin(self) -> Margin:
        return Margin(better=self.better, by=self.by or 0, by_percent=self.by_percent or 0)

    def _incomparable(
        self, candidate: Candidate, champion: Champion, own: Metric | None, other: Metric | None
    ) -> Verdict:
        remedy = "Compare by hand; with mode: warn the gate lets the version pass."
        if own is None:
            remedy = f'Log it in the training script: mlflow.log_metric("{self.metric}", …).'
            reason = f"{candidate.model} has no metric {self.metric}"
        elif other is None:
            reason = (
                f"{_named(champion)}, which serves in {self.stage}, has no metric {self.metric}"
            )
        else:
            reason = f"{self.metric} of {_named(champion)} was logged as NaN"
        return self._open(f"{reason}, so the two cannot be compared.", remedy)

    def _open(self, reason: str, remedy: str) -> Verdict:
        return self.verdict(Outcome.INCONCLUSIVE, reason, remedy=remedy)


def _named(champion: Champion) -> str:
    return str(champion.model or champion.deployment)
