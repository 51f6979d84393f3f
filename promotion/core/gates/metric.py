"""Gate ``metric``: is a metric of the training run good enough?"""

import math
from typing import Literal, Self

from pydantic import Field, model_validator

from promotion.core.candidate import Candidate
from promotion.core.gates.base import Gate
from promotion.core.verdict import Outcome, Verdict


class MetricGate(Gate):
    """Is a metric of the run that made the model at least, or at most, a given value?

    The last value that the run logged counts, in the units it was logged in.
    """

    kind: Literal["metric"]
    name: str = Field(min_length=1, description="Name of the metric, as the run logged it.")
    at_least: float | None = Field(
        default=None, description="The smallest value that passes.", allow_inf_nan=False
    )
    at_most: float | None = Field(
        default=None, description="The largest value that passes.", allow_inf_nan=False
    )

    @model_validator(mode="after")
    def _has_a_threshold(self) -> Self:
        if self.at_least is None and self.at_most is None:
            raise ValueError("a metric gate needs at_least or at_most, or both")
        if self.at_least is not None and self.at_most is not None and self.at_least > self.at_most:
            raise ValueError(
                f"no value can be at least {self.at_least:g} and at most {self.at_most:g}"
            )
        return self

    @property
    def label(self) -> str:
        return f"metric {self.name}"

    @property
    def threshold(self) -> str:
        """What passes, in words: ``at least 0.8 and at most 1``."""
        bounds = (("at least", self.at_least), ("at most", self.at_most))
        return " and ".join(f"{word} {bound:g}" for word, bound in bounds if bound is not None)

    def answer(self, candidate: Candidate) -> Verdict:
        value = candidate.metrics.get(self.name)
        if value is None:
            return self._missing(candidate)
        if math.isnan(value):
            return self.verdict(
                Outcome.FAILED,
                f"{self.name} was logged as NaN, which is not {self.threshold}.",
                remedy="Find out why the run could not compute it.",
                observed="NaN",
                threshold=self.threshold,
            )
        low = -math.inf if self.at_least is None else self.at_least
        high = math.inf if self.at_most is None else self.at_most
        passed = low <= value <= high
        bound = high if value > high else low
        return self.verdict(
            Outcome.PASSED if passed else Outcome.FAILED,
            f"{self.name} is {value:g}; the policy wants {self.threshold}.",
            remedy=None if passed else f"A model whose {self.name} is {bound:g} would pass.",
            observed=value,
            threshold=self.threshold,
        )

    def _missing(self, candidate: Candidate) -> Verdict:
        if candidate.run is None:
            reason = f"No run is known for {candidate.model}, so {self.name} cannot be read."
            remedy = (
                "Register the model from its job's output "
                "(path azureml://jobs/<job>/outputs/artifacts/paths/<folder>/)."
            )
        else:
            logged = ", ".join(sorted(candidate.metrics)[:10]) or "no metrics"
            reason = f"The run {candidate.run} logged no metric {self.name}; it logged {logged}."
            remedy = f'Log it in the training script: mlflow.log_metric("{self.name}", …).'
        return self.verdict(Outcome.INCONCLUSIVE, reason, remedy=remedy, threshold=self.threshold)
