"""Check ``expression``: is what the team wrote down in CEL true of the deployment?"""

import math
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final, Literal

from pydantic import Field, field_validator

from promotion.core.checks.base import Finding
from promotion.core.checks.figures import KNOWN
from promotion.core.checks.measuring import MeasuringCheck
from promotion.core.checks.serving import Serving
from promotion.core.expressions import NotComputable, NotKnown, checked, condition
from promotion.core.verdict import Outcome

_OF_BOTH: Final = ("requests", *KNOWN)

VARIABLES: Final[Mapping[str, str]] = {
    "share": "int",
    "mirrored": "int",
    "model.name": "string",
    "model.version": "string",
    "model.tags": "map<string,string>",
    "metrics": "map<string,double>",
    "live.exists": "bool",
    **{f"{whose}.{name}": "double" for whose in ("new", "live") for name in _OF_BOTH},
}
"""Type in CEL by name of variable; docs/reference/expressions.md says what each means."""

_FIGURE: Final = re.compile(rf"(?<![\w.])(?:new|live)\s*\.\s*({'|'.join(_OF_BOTH)})(?!\w)")


class ExpressionCheck(MeasuringCheck):
    """Is what the team wrote down in CEL, the Common Expression Language, true of the deployment?

    For what one figure alone does not say, such as
    `new.RequestLatency_P95 < 50.0 || new.RequestLatency_P95 < 1.2 * live.RequestLatency_P95`.
    [Expressions](../expressions.md) lists what it may use. It is *inconclusive* when it needs
    something that is not known, and while there are fewer than `min_requests`; one that names no
    figure is asked before any traffic too. A first version is not asked about figures.
    """

    kind: Literal["expression"]
    name: str = Field(min_length=1, max_length=64, description="What records call it.")
    expression: str = Field(
        min_length=1, description="What must be true, for instance `new.ErrorRate_5xx < 0.5`."
    )
    message: str | None = Field(default=None, description="What to do when it is not true.")

    @field_validator("expression")
    @classmethod
    def _is_a_condition(cls, text: str) -> str:
        return checked(text, VARIABLES)

    @property
    def label(self) -> str:
        return f"expression {self.name}"

    @property
    def reads(self) -> frozenset[str]:
        named = set(_FIGURE.findall(self.expression))
        # Whoever only counts requests reads what they are counted from.
        return frozenset({"RequestsPerMinute" if one == "requests" else one for one in named})

    @property
    def with_live(self) -> bool:
        return re.search(r"(?<![\w.])live\s*\.\s*(?!exists)", self.expression) is not None

    def answer(self, serving: Serving) -> Finding:
        if self.reads and (early := self.too_early(serving)):
            return early
        values = dict(self._values(serving))
        quoted = f"'{' '.join(self.expression.split())}'"
        try:
            passed = condition(self.expression, VARIABLES).holds(values)
        except NotKnown as missing:
            reason = f"{quoted} needs {missing}, which is not known {self.meant(serving)}."
            return self.finding(Outcome.INCONCLUSIVE, reason, remedy=self.message)
        except NotComputable as error:
            reason = f"{quoted} cannot be computed: {error}."
            return self.finding(Outcome.ERROR, reason, remedy="Mend the expression in the policy.")
        used = {
            name: float(value)
            for name, value in values.items()
            if isinstance(value, int | float) and not isinstance(value, bool) and self._names(name)
        }
        told = ", ".join(f"{name} is {value:g}" for name, value in used.items())
        return self.finding(
            Outcome.PASSED if passed else Outcome.FAILED,
            f"{quoted} is {'true' if passed else 'not true'} of {serving.deployment} "
            f"{self.meant(serving)}{f': {told}' if told else ''}.",
            remedy=None if passed else self.message,
            figures=used,
            threshold=self.expression,
        )

    def _names(self, variable: str) -> bool:
        return bool(re.search(rf"(?<![\w.]){re.escape(variable)}(?!\w)", self.expression))

    def _values(self, serving: Serving) -> Iterator[tuple[str, Any]]:
        """What is known of the variables; what is not is left out, so that asking is noticed."""
        yield "share", serving.share
        yield "mirrored", serving.mirrored
        yield "live.exists", serving.live is not None
        window, before = serving.window(self.over), serving.live_window(self.over)
        yield "new.requests", serving.new.counted(window)
        for name, value in serving.new.figures(window, self.reads).items():
            yield f"new.{name}", value
        if serving.live is not None:
            yield "live.requests", serving.beside.counted(before)
            for name, value in serving.beside.figures(before, self.reads).items():
                yield f"live.{name}", value
        if (candidate := serving.candidate) is not None:
            yield "model.name", candidate.model.name
            yield "model.version", candidate.model.version
            yield "model.tags", candidate.tags
            # As in gates: NaN is no figure that anything can be said of.
            metrics = candidate.metrics.items()
            yield "metrics", {name: m.value for name, m in metrics if math.isfinite(m.value)}
