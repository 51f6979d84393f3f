"""What every message says, in the same words wherever it is read."""

from collections.abc import Iterator
from typing import Final, NamedTuple

from promotion.core.notices.links import Links
from promotion.core.notices.notice import MAX_NAMES, Notice
from promotion.core.notices.occasion import Occasion
from promotion.core.notices.text import clean
from promotion.core.verdict import Outcome

_TITLES: Final = {
    Occasion.APPROVAL: "{model} waits for your approval",
    Occasion.REFUSED: "{model} was refused",
    Occasion.SUCCEEDED: "{model} was promoted",
    Occasion.ROLLED_BACK: "{model} was rolled back",
    Occasion.FAILED: "The promotion of {model} failed",
    Occasion.CANCELLED: "The promotion of {model} was cancelled",
    Occasion.SUPERSEDED: "{model} was superseded",
}
_NOT_BACK: Final = "{model} could not be rolled back"
_MARKS: Final = {
    Outcome.PASSED: "✓",
    Outcome.FAILED: "✗",
    Outcome.INCONCLUSIVE: "?",
    Outcome.ERROR: "!",
}


class Fact(NamedTuple):
    """One named thing."""

    name: str
    text: str


def title(notice: Notice) -> str:
    """What happened, in one line."""
    where = f" at {notice.context.stage}" if notice.context.stage else ""
    by_hand = notice.occasion is Occasion.FAILED and notice.by
    text = _NOT_BACK if by_hand else _TITLES[notice.occasion]
    return text.format(model=notice.model) + where


def reason(notice: Notice) -> str:
    """Why, without what the gates' answers, which are shown, say themselves."""
    refused_by_gates = notice.answers and notice.occasion is Occasion.REFUSED
    return notice.beside_gates if refused_by_gates else notice.reason


def facts(notice: Notice) -> Iterator[Fact]:
    """What is worth knowing besides."""
    yield Fact("Route", notice.context.route)
    if notice.context.stage:
        yield Fact("Stage", notice.context.stage)
    if notice.stages:
        yield Fact("Serves in", clean(", ".join(notice.stages), MAX_NAMES))
    if notice.by:
        yield Fact("By", notice.by)
    if wanted := notice.wanted:
        few = f"{wanted.quorum} of " if wanted.quorum > 1 else ""
        yield Fact("Approval by", f"{few}{wanted.by}")
        if wanted.registered_by:
            yield Fact("Registered by", wanted.registered_by)
        if wanted.until:
            yield Fact("Until", f"{wanted.until:%Y-%m-%d %H:%M} UTC")
    if notice.context.bypassed:
        yield Fact("Left out by a person", clean(", ".join(notice.context.bypassed), MAX_NAMES))


def answers(notice: Notice) -> Iterator[str]:
    """What each gate said, one a line."""
    for one in notice.answers:
        yield f"{_MARKS[one.outcome]} {one.gate}: {one.reason}"
    if notice.left_out:
        yield f"… and {notice.left_out} more"


def commands(notice: Notice) -> Iterator[Fact]:
    """What to type: to decide, or to learn more."""
    if not notice.approve:
        yield Fact("More with", f"promote show {notice.context.promotion_id}")
    for verb, command in (("Approve", notice.approve), ("Reject", notice.reject)):
        if command:
            yield Fact(f"{verb} with", command)


def places(links: Links) -> Iterator[Fact]:
    """Where to look, by what it is called."""
    if links.promotion:
        yield Fact("Promotion", links.promotion)
    if links.interface:
        yield Fact("API", links.interface)
    yield Fact("Model in Studio", links.studio)


def footer(notice: Notice) -> str:
    """By which a message is recognised that came twice."""
    return f"{notice.id} · {notice.at:%Y-%m-%d %H:%M} UTC"
