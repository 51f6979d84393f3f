"""How traffic moves to a new deployment: every distribution on the way there."""

from collections.abc import Iterable

type Weights = dict[str, int]
"""Percent of the traffic by deployment; deployments without any are left out."""


def with_share(before: Weights, deployment: str, share: int) -> Weights:
    """``share`` percent for ``deployment``, the rest to the others in their proportions.

    The sum is always 100. Whole percents are given by the largest remainder, so that nobody who
    had traffic loses more than one percent to rounding; ties go by name.
    """
    others = {name: weight for name, weight in before.items() if name != deployment and weight}
    total = sum(others.values())
    if not total or share >= 100:
        return {deployment: 100}
    rest = 100 - share
    exact = {name: weight * rest / total for name, weight in others.items()}
    given = {name: int(part) for name, part in exact.items()}
    by_remainder = sorted(exact, key=lambda name: (given[name] - exact[name], name))
    for name in by_remainder[: rest - sum(given.values())]:
        given[name] += 1
    shares = {name: part for name, part in given.items() if part}
    return shares | ({deployment: share} if share else {})


def path(before: Weights, deployment: str, steps: Iterable[int] = ()) -> tuple[Weights, ...]:
    """Every distribution after ``before``, with the steps of a canary; the last is all traffic.

    Steps that the deployment is beyond already are left out, and so are all when nothing else
    serves: there is nobody to be careful for.
    """
    others = any(weight for name, weight in before.items() if name != deployment)
    start = before.get(deployment, 0)
    shares = [share for share in steps if others and start < share < 100]
    return tuple(with_share(before, deployment, share) for share in (*shares, 100))
