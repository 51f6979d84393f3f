"""What the checks that look at figures of Azure Monitor have in common."""

from abc import abstractmethod

from pydantic import Field

from promotion.core.checks.base import Check, Finding
from promotion.core.checks.serving import Serving
from promotion.core.gates.metric import exact, figure
from promotion.core.policy.duration import Span, in_words
from promotion.core.verdict import Outcome


class MeasuringCheck(Check):
    """A check on figures; the subclass says which."""

    over: Span | None = Field(
        default=None,
        description="The last so long counts, but never a time with another share of the traffic; "
        "without it all since the share changed. The minute in which it changed does not count.",
    )
    min_requests: int = Field(
        default=20,
        ge=0,
        description="With fewer requests it is inconclusive: a figure of few says little.",
    )

    @property
    @abstractmethod
    def with_live(self) -> bool:
        """Whether it looks at the live deployment, too."""

    def too_early(self, serving: Serving) -> Finding | None:
        """Why nothing can be said of the figures yet; None when something can."""
        for minutes in (serving.new, *([serving.beside] if self.with_live else [])):
            if minutes.trouble is not None:
                outcome = Outcome.ERROR if minutes.lasting else Outcome.INCONCLUSIVE
                return self.finding(outcome, minutes.trouble, remedy=minutes.remedy)
        count = serving.new.counted(serving.window(self.over))
        if count >= self.min_requests:
            return None
        return self.finding(
            Outcome.INCONCLUSIVE,
            f"{self.label}: Azure Monitor knows of {exact(count)} requests to {serving.deployment} "
            f"{self.meant(serving)}; the policy wants at least {self.min_requests}.",
            remedy="Lower min_requests, or raise wait_at_most, if there is never more traffic.",
            figures={"requests": count},
        )

    def meant(self, serving: Serving) -> str:
        """The time and the share that figures are about: ``in 10m with 25 % of the traffic``."""
        return f"in {in_words(serving.span(self.over))} with {serving.traffic}"

    @staticmethod
    def shown(value: float, *beside: float) -> str:
        """``value`` in few digits that stand to those ``beside`` as it does."""
        short = f"{value:.4g}"
        kept = all((float(short) <= one) == (value <= one) for one in beside)
        return exact(float(short)) if kept else figure(value, *beside)
