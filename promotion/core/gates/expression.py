"""Gate ``expression``: is what the team wrote down in CEL true?"""

import math
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final, Literal, Self

from pydantic import Field, field_validator

from promotion.core.candidate import Candidate, Champion, Metric
from promotion.core.expressions import NotComputable, NotKnown, checked, condition
from promotion.core.gates.base import Gate
from promotion.core.gates.text import shown
from promotion.core.verdict import Outcome, Verdict

_TEXTS: Final = "map<string,string>"
_NUMBERS: Final = "map<string,double>"

VARIABLES: Final[Mapping[str, str]] = {
    "now": "timestamp",
    "model.name": "string",
    "model.version": "string",
    "model.type": "string",
    "model.description": "string",
    "model.tags": _TEXTS,
    "model.properties": _TEXTS,
    "model.registered_by": "string",
    "model.registered_at": "timestamp",
    "model.trained_at": "timestamp",
    "model.size": "int",
    "model.signature": "bool",
    "model.flavors": "list<string>",
    "job.name": "string",
    "job.status": "string",
    "job.experiment": "string",
    "job.environment": "string",
    "job.parent": "string",
    "job.properties": _TEXTS,
    "metrics": _NUMBERS,
    "params": _TEXTS,
    "champion.exists": "bool",
    "champion.name": "string",
    "champion.version": "string",
    "champion.tags": _TEXTS,
    "champion.metrics": _NUMBERS,
    "champion.params": _TEXTS,
}
"""Type in CEL by name of variable; docs/reference/expressions.md says what each means."""


_AMONG_ALL: Final = re.compile(
    r"(?<![\w.])metrics\s*(?:\.(?:all|exists|exists_one|filter|map|size)\s*\(|(?![\s.\[]))"
)
"""Where an expression asks about metrics that it does not name."""


class ExpressionGate(Gate):
    """Is what the team wrote down in CEL, the Common Expression Language, true?

    For what the other kinds do not ask: several figures at once, a condition that holds for some
    models only. [Expressions](../expressions.md) lists what it may use. It is *inconclusive* when
    it needs something that is not known; a metric that was logged as NaN is not known.
    """

    kind: Literal["expression"]
    name: str = Field(min_length=1, max_length=64, description="What verdicts call it.")
    expression: str = Field(
        min_length=1, description="What must be true, for instance `metrics.rmse < 5.0`."
    )
    message: str | None = Field(
        default=None, description="What to do when it is not true, for the data scientist."
    )
    stage: str | None = Field(
        default=None,
        description="The stage whose champion is meant; the route's only stage unless stated.",
    )

    @field_validator("expression")
    @classmethod
    def _is_a_condition(cls, text: str) -> str:
        return checked(text, VARIABLES)

    @property
    def label(self) -> str:
        return f"expression {self.name}"

    @property
    def champion_of(self) -> str | None:
        return self.stage if "champion" in self.expression else None

    @property
    def needs_size(self) -> bool:
        return "model.size" in self.expression

    def at(self, stage: str | None) -> Self:
        return self.model_copy(update={"stage": self.stage or stage})

    def answer(self, candidate: Candidate) -> Verdict:
        values = dict(_values(candidate, self.stage))
        if broken := self._broken(candidate):
            reason = f"{self._quoted} needs {broken}, which {_absence(broken, candidate)}."
            return self.verdict(Outcome.INCONCLUSIVE, reason, remedy=self.message)
        try:
            passed = condition(self.expression, VARIABLES).holds(values)
        except NotKnown as missing:
            reason = f"{self._quoted} needs {missing}, which {_absence(str(missing), candidate)}."
            return self.verdict(Outcome.INCONCLUSIVE, reason, remedy=self.message)
        except NotComputable as error:
            reason = f"{self._quoted} cannot be computed: {error}."
            return self.verdict(Outcome.ERROR, reason, remedy="Mend the expression in the policy.")
        return self.verdict(
            Outcome.PASSED if passed else Outcome.FAILED,
            f"{self._quoted} is {'true' if passed else 'not true'}{self._figures(values)}.",
            remedy=None if passed else self.message,
            threshold=self.expression,
        )

    def _broken(self, candidate: Candidate) -> str | None:
        """A metric without a figure that the expression may ask about, by name or among all.

        To leave it out is not enough: that it is not there would be an answer, too.
        """
        among_all = _AMONG_ALL.search(self.expression) is not None
        return next(
            (
                name
                for name, metric in candidate.metrics.items()
                if not math.isfinite(metric.value)
                if among_all or re.search(rf"(?<!\w){re.escape(name)}(?!\w)", self.expression)
            ),
            None,
        )

    @property
    def _quoted(self) -> str:
        return f"'{' '.join(self.expression.split())}'"

    def _figures(self, values: Mapping[str, Any]) -> str:
        """What the expression used of what is known, so that a verdict explains itself."""
        told = [
            f"{name} is {value:g}" if isinstance(value, int | float) else f"{name} is '{value}'"
            for name, value in _flat(values)
            if re.search(rf"(?<![\w.]){re.escape(name)}(?![\w.])", self.expression)
        ]
        return f": {', '.join(told)}" if told else ""


def _values(candidate: Candidate, stage: str | None) -> Iterator[tuple[str, Any]]:
    """What is known of the variables; what is not is left out, so that asking for it is noticed."""
    job, contents = candidate.job, candidate.contents
    known: dict[str, Any] = {
        "now": candidate.as_of,
        "model.name": candidate.model.name,
        "model.version": candidate.model.version,
        "model.type": candidate.type,
        "model.description": candidate.description,
        "model.tags": candidate.tags,
        "model.properties": candidate.properties,
        "model.registered_by": candidate.registered_by,
        "model.registered_at": candidate.registered_at,
        "model.trained_at": candidate.trained_at,
        "model.size": contents.size,
        "model.signature": contents.signature,
        "model.flavors": None if contents.flavors is None else list(contents.flavors),
        "job.name": job and job.name,
        "job.status": job and job.status,
        "job.experiment": job and job.experiment,
        "job.environment": job and job.environment,
        "job.parent": job and job.parent,
        "job.properties": job and job.properties,
        "metrics": _numbers(candidate.metrics),
        "params": candidate.params,
    }
    yield from ((name, value) for name, value in known.items() if value is not None)
    if stage in candidate.champions:
        yield from _of_champion(candidate.champions[stage])


def _of_champion(champion: Champion | None) -> Iterator[tuple[str, Any]]:
    yield "champion.exists", champion is not None
    if champion is not None and champion.model is not None:
        yield "champion.name", champion.model.name
        yield "champion.version", champion.model.version
    if champion is not None and champion.trouble is None:
        yield "champion.tags", champion.tags
        yield "champion.metrics", _numbers(champion.metrics)
        yield "champion.params", champion.params


def _numbers(metrics: Mapping[str, Metric]) -> dict[str, float]:
    # NaN would turn "not greater than" true: it is no figure that anything can be said of.
    return {name: m.value for name, m in metrics.items() if math.isfinite(m.value)}


def _absence(name: str, candidate: Candidate) -> str:
    logged = candidate.metrics.get(name)
    if logged is None or math.isfinite(logged.value):
        return "is not known"
    return "was logged as NaN" if math.isnan(logged.value) else "was logged as infinite"


def _flat(values: Mapping[str, Any]) -> Iterator[tuple[str, float | str]]:
    for name, value in values.items():
        if isinstance(value, dict):
            yield from _flat({f"{name}.{key}": inner for key, inner in value.items()})
        elif isinstance(value, bool):
            yield name, "true" if value else "false"
        elif isinstance(value, int | float):
            yield name, value
        elif isinstance(value, str):
            yield name, shown(value)
