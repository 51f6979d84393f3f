"""Figures as sentences have them."""

import math


def told(value: float, *beside: float) -> str:
    """``value`` in as few digits as tell it from each value ``beside`` it.

    ``5.0000001`` beside ``5`` is not told as ``5``: who reads "5, at most 5" looks for the fault
    elsewhere.
    """
    if math.isnan(value):
        return "NaN"
    for digits in range(6, 18):
        text = f"{value:.{digits}g}"
        if all(value == other or text != f"{other:.{digits}g}" for other in beside):
            return text
    return repr(value)
