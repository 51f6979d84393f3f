"""By how much one figure must be better than another."""

import math
from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal
from typing import Final, Literal

from promotion.core.gates.metric import exact
from promotion.core.value import Value

_LARGEST: Final = math.nextafter(math.inf, 0)
_FINITE: Final = "a finite figure"


class Margin(Value):
    """What is better than a champion's figure, and by how much."""

    better: Literal["higher", "lower"]
    by: float = 0
    """In the units of the figures."""
    by_percent: float = 0
    """Of the size of the champion's figure."""

    def enough(self, champion: float) -> float:
        """The figure that just passes. Whatever is finite is better than a champion that is not."""
        worst = -math.inf if self.better == "higher" else math.inf
        if math.isinf(champion):
            return math.nextafter(champion, 0) if champion == worst else champion
        # As people compute: for floats 0.7 and 0.1 more is less than 0.8.
        figure = Decimal(repr(champion))
        percent = abs(figure) * Decimal(repr(self.by_percent)) / 100
        margin = percent + Decimal(repr(self.by))
        return float(figure + margin if self.better == "higher" else figure - margin)

    def passes(self, value: float, enough: float) -> bool:
        """Whether ``value`` is at least as good as ``enough``; NaN never is."""
        return value >= enough if self.better == "higher" else value <= enough

    def told(self, enough: float, value: float) -> str:
        """``at most 3.6, 10 % lower``: what passes, in words that fit ``value``."""
        if (figure := self.just(enough, value)) == _FINITE:
            return figure
        wish = f"{'at least' if self.better == 'higher' else 'at most'} {figure}"
        if self.by_percent:
            return f"{wish}, {exact(self.by_percent)} % {self.better}"
        return f"{wish}, {exact(self.by)} {self.better}" if self.by else wish

    def just(self, enough: float, value: float) -> str:
        """A figure of few digits that passes; in all its digits if ``value`` would not fit it."""
        if abs(enough) == _LARGEST:
            return _FINITE
        side = ROUND_CEILING if self.better == "higher" else ROUND_FLOOR
        short = float(Context(prec=6, rounding=side).create_decimal(repr(enough)))
        fits = self.passes(value, short) == self.passes(value, enough)
        return exact(short if fits else enough)
