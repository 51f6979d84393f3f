"""Statuses of the API for people: their colours, which are ends, what a stage waits for."""

import shlex
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from promotion.cli.client import Json
from promotion.cli.exits import Exit
from promotion.cli.times import clock

if TYPE_CHECKING:
    from rich.text import Text

ENDS: Final = frozenset(
    {"succeeded", "rejected", "failed", "rolled_back", "cancelled", "superseded"}
)
"""Of promotions and operations; nothing comes after them."""

_STYLES: Final = {
    "succeeded": "green",
    "passed": "green",
    "waiting": "yellow",
    "inconclusive": "yellow",
    "rejected": "red",
    "failed": "red",
    "error": "red",
    "rolled_back": "red",
    "cancelled": "dim",
    "superseded": "dim",
}
_WAITS: Final = {
    "approval": "an approval",
    "window": "its window",
    "soak": "the soak",
    "lock": "its turn",
    "hold": "the end of a hold",
    "evidence": "evidence",
}
_ITSELF: Final = "It waits for "
"""How the service begins a reason that says for what it waits, too."""


def exit_of(status: str) -> Exit:
    """How a command ends that followed something to that end."""
    return Exit.DONE if status == "succeeded" else Exit.NO


def in_words(status: object) -> str:
    """The status as it is written in a sentence."""
    return str(status or "not begun").replace("_", " ")


def verb(status: object) -> str:
    """What stands between a promotion and its status in a sentence."""
    return "has" if status in ("succeeded", "failed") else "is"


def coloured(status: object) -> "Text":
    """The same with its colour."""
    from promotion.cli.printing import safe

    return safe(in_words(status), style=styled(status))


def styled(status: object) -> str:
    """Only that colour."""
    return _STYLES.get(str(status), "cyan" if status else "dim")


def name_of(promotion: Json) -> str:
    """Model and version; the id where they are not known yet."""
    model, version = promotion.get("model"), promotion.get("version")
    return f"{model}:{version}" if model and version else str(promotion.get("id"))


def waiting_in(promotion: Json) -> Iterator[Json]:
    """The stages that wait for anything."""
    return (stage for stage in promotion.get("stages") or [] if stage.get("waiting_for"))


def awaiting_approval(promotion: Json) -> list[Json]:
    """The stages where somebody must decide."""
    return [one for one in waiting_in(promotion) if one["waiting_for"] == "approval"]


def wait_in_words(stage: Json) -> str:
    """For what the stage waits, until when, and why."""
    what = str(stage.get("waiting_for") or "").replace("_", " ")
    until = f" until {clock(stage['until'])}" if stage.get("until") else ""
    reason = str(stage.get("reason") or "")
    if reason.startswith(_ITSELF):
        return f"{reason[len('It ') :].rstrip('.')}{until}"
    return f"waits for {_WAITS.get(what, what)}{until}{': ' if reason else ''}{reason}"


def approve_command(promotion: Json, stage: Json) -> str:
    """What somebody who may decide types."""
    return shlex.join(["promote", "approve", promotion["id"], "--stage", stage["name"]])


def is_held(stage: Json) -> bool:
    """Whether somebody holds it; gates without an answer hold a version, too."""
    return stage["waiting_for"] == "hold" and str(stage.get("reason")).startswith("Held by ")


def resume_command(route: str, stage: str) -> str:
    """What somebody types who lets deliveries go on there."""
    return shlex.join(["promote", "resume", route, stage, "--reason", "WHY"])
