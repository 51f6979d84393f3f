"""Gate ``metric``: is a figure of the model good enough?"""

import math
import re
from typing import Annotated, Final, Literal, Self

from pydantic import BeforeValidator, ConfigDict, Field, model_validator

from promotion.core.candidate import Candidate
from promotion.core.gates.base import Gate
from promotion.core.gates.text import shown
from promotion.core.verdict import Change, Outcome, Verdict

_NUMBER: Final = re.compile(
    r"[+-]?(?:nan|inf(?:inity)?|(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)", re.IGNORECASE | re.ASCII
)
"""Narrower than ``float()``, for which ``1_0`` is ten."""


def _no_truth_value(written: object) -> object:
    if isinstance(written, bool):
        raise ValueError("expected a number")
    return written


Figure = Annotated[float, BeforeValidator(_no_truth_value)]
"""A number; pydantic alone would take ``true`` for 1."""


def exact(bound: float) -> str:
    """``bound`` in as few digits as say all of it: what is told must pass."""
    short = f"{bound:g}"
    return short if float(short) == bound else repr(bound).removesuffix(".0")


def figure(value: float, *beside: float) -> str:
    """``value`` in six digits, or as many as it takes to stand to those ``beside`` as it does."""
    for digits in range(6, 17):
        text = f"{value:.{digits}g}"
        if all(_stands(float(text), other) == _stands(value, other) for other in beside):
            return text
    return repr(value)


def _stands(value: float, other: float) -> tuple[bool, bool]:
    return value < other, value > other


def sendable(value: float) -> float | str:
    """``value`` as it is after it has travelled: JSON has neither NaN nor infinities."""
    return value if math.isfinite(value) else f"{value:g}".replace("nan", "NaN")


class MetricGate(Gate):
    """Is a metric of the run that made the model at least, or at most, a given value?

    The last value that the run logged counts, in the units it was logged in. What the run itself
    did not log is looked for in the pipeline around it. With `of` the figure may also stand in a
    tag or a property of the model version.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "anyOf": [{"required": [bound]} for bound in ("at_least", "at_most", "between")]
        }
    )

    kind: Literal["metric"]
    name: str = Field(min_length=1, description="Name of the metric, as the run logged it.")
    of: Literal["run", "tag", "property"] = Field(
        default="run", description="Where the figure stands: run, tag or property."
    )
    at_least: Figure | None = Field(
        default=None, description="The smallest value that passes.", allow_inf_nan=False
    )
    at_most: Figure | None = Field(
        default=None, description="The largest value that passes.", allow_inf_nan=False
    )
    between: tuple[Figure, Figure] | None = Field(
        default=None,
        description="The smallest and the largest value that pass, instead of both: [0.8, 0.95].",
    )
    unit: str | None = Field(
        default=None, min_length=1, max_length=32, description="To be said with the figures."
    )

    @model_validator(mode="after")
    def _has_a_threshold(self) -> Self:
        if self.between is not None:
            if self.at_least is not None or self.at_most is not None:
                raise ValueError("between says both; leave at_least and at_most out")
            if not all(map(math.isfinite, self.between)):
                raise ValueError("between takes two finite numbers")
        elif self.at_least is None and self.at_most is None:
            raise ValueError("a metric gate needs at_least or at_most, or both, or between")
        if self.low > self.high:
            raise ValueError(
                f"no value can be at least {exact(self.low)} and at most {exact(self.high)}"
            )
        return self

    @property
    def low(self) -> float:
        """The smallest value that passes."""
        if self.between is not None:
            return self.between[0]
        return -math.inf if self.at_least is None else self.at_least

    @property
    def high(self) -> float:
        """The largest value that passes."""
        if self.between is not None:
            return self.between[1]
        return math.inf if self.at_most is None else self.at_most

    @property
    def label(self) -> str:
        return f"metric {self.name}"

    @property
    def threshold(self) -> str:
        """What passes, in words: ``at least 0.8 and at most 1``."""
        bounds = (("at least", self.low), ("at most", self.high))
        wishes = [f"{word} {exact(to)}" for word, to in bounds if math.isfinite(to)]
        return " and ".join(wishes) + self._unit

    def excludes(self, other: "MetricGate") -> bool:
        """Whether no value passes both."""
        return self.low > other.high or other.low > self.high

    def answer(self, candidate: Candidate) -> Verdict:
        value = self._value(candidate)
        if value is None:
            return self._missing(candidate)
        if not math.isfinite(value):
            return self._not_a_number(value)
        passed = self.low <= value <= self.high
        enough = self.high if value > self.high else self.low
        is_now = f"{figure(value, self.low, self.high)}{self._unit}"
        would = f"{exact(enough)}{self._unit}"
        return self.verdict(
            Outcome.PASSED if passed else Outcome.FAILED,
            f"{self.name} is {is_now}{self._origin(candidate)}; the policy wants {self.threshold}.",
            remedy=None if passed else f"A model whose {self.name} is {would} would pass.",
            change=None if passed else self._change(sendable(value), enough),
            observed=sendable(value),
            threshold=self.threshold,
        )

    def _not_a_number(self, value: float) -> Verdict:
        nan = sendable(value)
        where = f"was logged as {nan}" if self.of == "run" else f"is {nan} in the {self._what}"
        return self.verdict(
            Outcome.FAILED,
            f"{self.name} {where}, which is not {self.threshold}.",
            remedy="Find out why the run could not compute it.",
            change=self._change(nan, self.low if math.isinf(self.high) else self.high),
            observed=nan,
            threshold=self.threshold,
        )

    def _change(self, seen: float | str, enough: float) -> Change:
        return Change(what=self._what, seen=seen, enough=enough)

    def _value(self, candidate: Candidate) -> float | None:
        if self.of == "run":
            metric = candidate.metrics.get(self.name)
            return metric.value if metric is not None else None
        written = self._texts(candidate).get(self.name, "").strip()
        return float(written) if _NUMBER.fullmatch(written) else None

    def _texts(self, candidate: Candidate) -> dict[str, str]:
        return candidate.tags if self.of == "tag" else candidate.properties

    def _origin(self, candidate: Candidate) -> str:
        """Whose figure it is, when it is not the candidate's own run's."""
        metric = candidate.metrics.get(self.name) if self.of == "run" else None
        if metric is None or metric.run in (None, candidate.run):
            return f" in the {self.of} {self.name}" if self.of != "run" else ""
        return f", logged by {metric.run}, the pipeline around {candidate.run}"

    @property
    def _what(self) -> str:
        return f"{'metric' if self.of == 'run' else self.of} {self.name}"

    @property
    def _unit(self) -> str:
        return f" {self.unit}" if self.unit else ""

    def _missing(self, candidate: Candidate) -> Verdict:
        if self.of != "run":
            reason, remedy = self._missing_text(candidate)
        elif candidate.run is None:
            reason = f"No run is known for {candidate.model}, so {self.name} cannot be read."
            remedy = (
                "Register the model from its job's output "
                "(path azureml://jobs/<job>/outputs/artifacts/paths/<folder>/)."
            )
        else:
            logged = ", ".join(map(shown, sorted(candidate.metrics)[:10])) or "no metrics"
            reason = f"The run {candidate.run} logged no metric {self.name}; it logged {logged}."
            remedy = f'Log it in the training script: mlflow.log_metric("{self.name}", …).'
        return self.verdict(Outcome.INCONCLUSIVE, reason, remedy=remedy, threshold=self.threshold)

    def _missing_text(self, candidate: Candidate) -> tuple[str, str]:
        written = self._texts(candidate).get(self.name)
        if written is None:
            reason = f"{candidate.model} has no {self._what}; the policy wants {self.threshold}."
        else:
            reason = f"The {self._what} is '{shown(written)}', which is no number."
        return reason, f"Register the model with a number in the {self._what}."
