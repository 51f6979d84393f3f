"""Check ``azure_metric``: is a figure of the deployment in Azure Monitor good enough?"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Literal, Self

from pydantic import ConfigDict, Field, model_validator

from promotion.core.checks.base import Finding
from promotion.core.checks.figures import KNOWN, FigureName
from promotion.core.checks.measuring import MeasuringCheck
from promotion.core.checks.serving import Serving
from promotion.core.gates.metric import Figure, exact
from promotion.core.verdict import Outcome

_LIMITS = ("at_most", "at_least", "above_live", "above_live_percent")


class AzureMetricCheck(MeasuringCheck):
    """Is a figure of the deployment in Azure Monitor good enough?

    Compares one figure of the new deployment with a limit, with the live deployment, or with both:
    then all of it must be so. It is asked once the deployment has traffic, real or mirrored.
    Latencies are in milliseconds and weighted with the requests of each minute; `ErrorRate` is the
    percent of the requests that were answered with 4xx or 5xx, `ErrorRate_5xx` that of the latter
    alone. A model that raises is 424 to whoever asked, and so among the 4xx.

    Azure Monitor is some minutes late, and there may be few requests. Until there are at least
    `min_requests` the check is *inconclusive*, and so it is when the live deployment is compared
    with and has fewer. A first version, beside which nothing serves, is not asked: nobody is
    served worse by it. Requests of the smoke test count like any other.
    """

    model_config = ConfigDict(
        json_schema_extra={"anyOf": [{"required": [limit]} for limit in _LIMITS]}
    )

    kind: Literal["azure_metric"]
    metric: FigureName = Field(
        description=f"Name of the figure, one of {', '.join(f'`{name}`' for name in KNOWN)}."
    )
    at_most: Figure | None = Field(
        default=None, description="The largest figure that passes.", allow_inf_nan=False
    )
    at_least: Figure | None = Field(
        default=None, description="The smallest figure that passes.", allow_inf_nan=False
    )
    above_live: Figure | None = Field(
        default=None,
        ge=0,
        allow_inf_nan=False,
        description="By how much it may be above the live deployment's figure, in its unit.",
    )
    above_live_percent: Figure | None = Field(
        default=None,
        ge=0,
        allow_inf_nan=False,
        description="By how many percent of the live deployment's figure it may be above it.",
    )
    aggregation: Literal["average", "maximum"] = Field(
        default="average", description="What the minutes come to: average or maximum."
    )

    @model_validator(mode="after")
    def _has_a_limit(self) -> Self:
        if all(getattr(self, limit) is None for limit in _LIMITS):
            *most, last = _LIMITS
            raise ValueError(f"an azure_metric check needs {', '.join(most)} or {last}")
        if self.above_live is not None and self.above_live_percent is not None:
            raise ValueError("an azure_metric check takes one of above_live and above_live_percent")
        low, high = self.at_least, self.at_most
        if low is not None and high is not None and low > high:
            raise ValueError(f"no figure can be at least {exact(low)} and at most {exact(high)}")
        return self

    @property
    def label(self) -> str:
        return f"azure_metric {self.metric}"

    @property
    def reads(self) -> frozenset[str]:
        return frozenset({self.metric})

    def answer(self, serving: Serving) -> Finding:
        if early := self.too_early(serving):
            return early
        value = serving.new.figure(self.metric, serving.window(self.over), self.aggregation)
        if value is None:
            return self._missing(serving, serving.deployment)
        other = self._of_live(serving)
        if self._compares(serving) and other is None:
            return self._missing(serving, str(serving.live))
        limits = list(self._limits(other))
        passed = all(self._holds(value, word, limit) for word, limit, _ in limits)
        return self._told(serving, value, other, limits, passed)

    @property
    def with_live(self) -> bool:
        return self.above_live is not None or self.above_live_percent is not None

    def _compares(self, serving: Serving) -> bool:
        return self.with_live and serving.live is not None

    def _of_live(self, serving: Serving) -> float | None:
        """The live deployment's figure, if it is asked for and of enough requests."""
        window = serving.live_window(self.over)
        if not self._compares(serving) or serving.beside.counted(window) < self.min_requests:
            return None
        return serving.beside.figure(self.metric, window, self.aggregation)

    def _limits(self, other: float | None) -> Iterator[tuple[str, float, str]]:
        """Each as its word, the figure that just passes, and where that comes from."""
        if self.at_least is not None:
            yield "at least", self.at_least, ""
        if self.at_most is not None:
            yield "at most", self.at_most, ""
        if other is not None:
            # As people compute: for floats 1.1 times 0.3 is more than 0.33.
            percent = abs(Decimal(repr(other))) * Decimal(repr(self.above_live_percent or 0)) / 100
            more = percent + Decimal(repr(self.above_live or 0))
            by = (
                f"{exact(self.above_live)} {self._unit}"
                if self.above_live is not None
                else f"{exact(self.above_live_percent or 0)} %"
            )
            yield "at most", float(Decimal(repr(other)) + more), f", {by} above that"

    @staticmethod
    def _holds(value: float, word: str, limit: float) -> bool:
        return value >= limit if word == "at least" else value <= limit

    def _told(
        self,
        serving: Serving,
        value: float,
        other: float | None,
        limits: list[tuple[str, float, str]],
        passed: bool,
    ) -> Finding:
        beside = [limit for _, limit, _ in limits]
        wish = " and ".join(
            f"{word} {self.shown(limit, value)} {self._unit}{why}" for word, limit, why in limits
        )
        than = (
            f"; {serving.live} has {self.shown(other, value)} {self._unit}"
            if other is not None
            else ""
        )
        wants = f", and the policy wants {wish}" if than else f"; the policy wants {wish}"
        if not limits:
            wants = "; nothing else serves that it could be compared with"
        count = serving.new.counted(serving.window(self.over))
        figures = {"observed": value, "requests": count}
        return self.finding(
            Outcome.PASSED if passed else Outcome.FAILED,
            f"{self.metric} of {serving.deployment} is {self.shown(value, *beside)} {self._unit} "
            f"{self.meant(serving)}, over {_counted(count)}{than}{wants}.",
            remedy=None if passed else self._remedy,
            figures=figures | ({"live": other} if other is not None else {}),
            threshold=wish or None,
        )

    @property
    def _unit(self) -> str:
        return KNOWN[self.metric].unit

    @property
    def _remedy(self) -> str:
        if KNOWN[self.metric].of == "resources":
            return "Give the deployment more or larger instances, or the model less to do."
        return "Look for the reason in the logs of the deployment, and register a new version."

    def _missing(self, serving: Serving, deployment: str) -> Finding:
        return self.finding(
            Outcome.INCONCLUSIVE,
            f"Azure Monitor has not enough of {self.metric} of {deployment} {self.meant(serving)}.",
            remedy="Raise wait_at_most if it comes later, or lower min_requests.",
        )


def _counted(requests: float) -> str:
    return "1 request" if requests == 1 else f"{exact(requests)} requests"
