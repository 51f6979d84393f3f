"""A gate of our own: is a model as good for one group of people as for another?"""

import math

from pydantic import Field

from promotion.plugin import Candidate, Finding, OwnGate


class FairnessGate(OwnGate):
    """Holds the largest gap of a metric between groups, such as ``approval_rate_group_a``."""

    metric: str = Field(min_length=1)
    """The beginning of the metrics' names, before ``_group_``."""
    max_gap: float = Field(gt=0)
    """The largest gap that passes, in the metric's own units."""

    def judge(self, candidate: Candidate) -> Finding:
        start = f"{self.metric}_group_"
        groups = {
            name.removeprefix(start): metric.value
            for name, metric in candidate.metrics.items()
            if name.startswith(start) and math.isfinite(metric.value)
        }
        if len(groups) < 2:
            return self.inconclusive(
                f"The run logged {start}… for {len(groups)} of at least 2 groups.",
                remedy=f'Log it for each group: mlflow.log_metric("{start}a", …).',
            )
        low, high = min(groups, key=groups.__getitem__), max(groups, key=groups.__getitem__)
        # Rounded: 0.65 - 0.6 is a little more than 0.05 to a computer.
        gap = round(groups[high] - groups[low], 9)
        reason = (
            f"{self.metric} is {groups[high]:g} for group {high} and {groups[low]:g} for group "
            f"{low}, a gap of {gap:g}; the policy wants at most {self.max_gap:g}."
        )
        if gap <= self.max_gap:
            return self.passed(reason, observed=gap, threshold=f"at most {self.max_gap:g}")
        return self.failed(
            reason,
            remedy=f"Look at the training data of group {low}.",
            observed=gap,
            threshold=f"at most {self.max_gap:g}",
        )
