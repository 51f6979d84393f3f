"""A backtest as people read it: one policy, or two side by side."""

from collections.abc import Iterator

from promotion.core.backtest import Replay

type Key = tuple[str, str]
"""A route, and a version with its workspace where versions come from several."""


def in_words(before: tuple[Replay, ...] | None, after: tuple[Replay, ...]) -> Iterator[str]:
    """Line by line: each version on each route, then how many would have been promoted."""
    old, new = _by_key(before or ()), _by_key(after)
    keys = sorted({**old, **new}, key=lambda key: (key[0], _when({**old, **new}[key]), key[1]))
    if not keys:
        yield "No version was registered in that time that a route wants."
        return
    width = max(len(version) for _, version in keys)
    route = None
    for key in keys:
        if key[0] != route:
            route = key[0]
            yield from ("", f"route {route}") if route != keys[0][0] else (f"route {route}",)
        yield from _row(key[1].ljust(width), old.get(key), new.get(key), before is not None)
    yield ""
    yield _sum(old, new) if before is not None else f"{_promoted(new)} would have been promoted."


def _row(version: str, old: Replay | None, new: Replay | None, compares: bool) -> Iterator[str]:
    known = new or old
    when = f"{known.registered_at:%Y-%m-%d}" if known and known.registered_at else " " * 10
    if not compares:
        yield f"  {version}  {when}  {_ending(new)}"
    else:
        differs = "*" if _ending(old) != _ending(new) else " "
        yield f"{differs} {version}  {when}  {_ending(old):<16} -> {_ending(new)}"
    if (new is not None and new.reason) or (compares and _ending(old) != _ending(new)):
        reason = (new.reason if new else "") or (f"Before: {old.reason}" if old else "")
        if reason:
            yield f"  {' ' * len(version)}  {reason}"


def _ending(replay: Replay | None) -> str:
    return replay.ending if replay is not None else "not wanted"


def _sum(old: dict[Key, Replay], new: dict[Key, Replay]) -> str:
    differ = sum(_ending(old.get(key)) != _ending(new.get(key)) for key in {**old, **new})
    return (
        f"{_promoted(new)} would have been promoted, "
        f"{sum(one.promoted for one in old.values())} by the policy in force; {differ} differ (*)."
    )


def _promoted(replays: dict[Key, Replay]) -> str:
    return f"{sum(one.promoted for one in replays.values())} of {len(replays)}"


def _by_key(replays: tuple[Replay, ...]) -> dict[Key, Replay]:
    several = len({one.source for one in replays}) > 1
    return {
        (one.route, f"{one.source}/{one.model}" if several else str(one.model)): one
        for one in replays
    }


def _when(replay: Replay) -> str:
    return replay.registered_at.isoformat() if replay.registered_at else ""
