"""The timeline of a promotion, in words."""

import json
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC
from typing import Final

from promotion.cli.client import Json
from promotion.cli.states import in_words, wait_in_words
from promotion.cli.times import moment


def told(happening: Json) -> str:
    """What happened, who did it and why; without the time and the stage."""
    what = str(happening.get("what"))
    details: Json = happening.get("details") or {}
    if what in ("waiting", "approval_requested"):
        wait = {"waiting_for": "approval", **details, "reason": happening.get("reason")}
        return wait_in_words(wait)
    if what in _DECIDED:
        said = f": {details['comment']}" if details.get("comment") else ""
        return f"{_DECIDED[what]} by {happening.get('by')}{said}"
    if what in _DID_NOT_COUNT:
        noun = _NOUNS.get(str(details.get("decision")), "decision")
        said = f" ({details['comment']})" if details.get("comment") else ""
        return f"{noun} by {happening.get('by')} did not count: {happening.get('reason')}{said}"
    words = _WORDS.get(what, _plainly)(details)
    by = f"by {happening['by']}" if happening.get("by") else ""
    begin = " ".join(filter(None, (_NAMES.get(what, in_words(what)), by, words)))
    return f"{begin}: {happening['reason']}" if happening.get("reason") else begin


def timed(happenings: Sequence[Json]) -> Iterator[tuple[str, Json]]:
    """Each with its time of day, and with its day where they are of several."""
    form = "%m-%d %H:%M:%S" if len(_days(happenings)) > 1 else "%H:%M:%S"
    for one in happenings:
        at = moment(one.get("at"))
        yield f"{at.astimezone(UTC):{form}}" if at else "", one


def days(happenings: Sequence[Json]) -> str:
    """When that was, as it ends a heading."""
    found = _days(happenings)
    if len(found) > 1:
        return f"from {found[0]} to {found[-1]} (UTC)"
    return f"on {found[0]} (UTC)" if found else ""


def asset_of(promotion: Json) -> str | None:
    """The copy in the registry, also while the promotion goes on."""
    copies = (
        one["details"].get("asset_id")
        for one in promotion.get("timeline") or []
        if one.get("what") == "copied" and one.get("details")
    )
    return promotion.get("asset_id") or next(filter(None, copies), None)


def _days(happenings: Sequence[Json]) -> list[str]:
    moments = filter(None, (moment(one.get("at")) for one in happenings))
    return sorted({f"{at.astimezone(UTC):%Y-%m-%d}" for at in moments})


def _plainly(details: Json) -> str:
    return ", ".join(f"{name.replace('_', ' ')} {text}" for name, text in details.items())


def _answered(details: Json) -> str:
    warning = " (warning only)" if details.get("mode") == "warn" else ""
    asked = details.get("gate") or details.get("check") or ""
    return f"{asked} {details.get('outcome')}{warning}".lstrip()


def _smoke(details: Json) -> str:
    share = f"at {details['share']} % of the traffic" if details.get("share") else ""
    latency = f"in {details['latency_ms']} ms" if details.get("latency_ms") else ""
    return " ".join(filter(None, (details.get("outcome"), share, latency)))


def _copied(details: Json) -> str:
    return f"to {details['asset_id']}" if details.get("asset_id") else ""


def _shares(details: Json) -> str:
    try:
        weights = json.loads(details.get("after") or details.get("restore") or "{}")
        shares = [f"{name} {share} %" for name, share in weights.items() if share]
    except (ValueError, AttributeError):
        return _plainly(details)
    return "to " + (", ".join(shares) or "nothing")


def _nothing(_: Json) -> str:
    return ""


_WORDS: Final[dict[str, Callable[[Json], str]]] = {
    "gate_evaluated": _answered,
    "verified": _answered,
    "traffic_shifted": _shares,
    "evidence": _nothing,
    "smoke_tested": _smoke,
    "copied": _copied,
}
"""For those whose details say something in a way of their own."""
_NAMES: Final = {
    "gate_evaluated": "gate",
    "verified": "check",
    "smoke_tested": "smoke test",
    "evidence": "evidence read",
}
_DECIDED: Final = {"approved": "approved", "approval_rejected": "rejected"}
_DID_NOT_COUNT: Final = ("decision_refused", "decision_ignored")
_NOUNS: Final = {"approve": "approval", "reject": "rejection"}
