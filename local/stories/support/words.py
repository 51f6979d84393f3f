"""An audit record in a few words, for people who follow a story."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Final

from local.observing import Row
from local.telling import fact_in_words

type Told = dict[str, str]
type Numbers = dict[str, float]

_WAITS_FOR: Final = {
    "approval": "an approval",
    "window": "the window",
    "soak": "the soak",
    "hold": "the hold to end",
    "lock": "its turn at the endpoint",
    "verification": "more to judge by",
}


def in_words(row: Row) -> str:
    """What the record says, on one line."""
    words = _WORDS.get(row["Name"].removeprefix("promotion."))
    return words(row["Properties"], row["Measurements"]) if words else fact_in_words(row)


def _waiting(told: Told, _: Numbers) -> str:
    until = f" until {_clock(told['until'])}" if told.get("until") else ""
    why = f": {told['reason']}" if told.get("reason") else ""
    return f"waits for {_WAITS_FOR.get(told['waiting_for'], told['waiting_for'])}{until}{why}"


def _decided(told: Told, word: str) -> str:
    said = f": {told['comment']}" if told.get("comment") else ""
    return f"{word} by {told['by']}{said}"


def _operated(told: Told, word: str) -> str:
    return f"{told['stage']} is {word} by {told['actor']}: {told['reason']}"


def _checked(told: Told, numbers: Numbers) -> str:
    return f"check {told['outcome']}{_at(numbers)}: {told['reason']}"


def _smoke_test(told: Told, numbers: Numbers) -> str:
    what = "test job" if "job" in told else "smoke test"
    why = f": {told['reason']}" if told.get("reason") else ""
    return f"{what} {told['outcome']}{_at(numbers)}{why}"


def _at(numbers: Numbers) -> str:
    """How much the deployment was given to answer at that moment."""
    if numbers.get("mirrored"):
        return f" with {numbers['mirrored']:g} % mirrored to it"
    return f" at {numbers['traffic']:g} % of the traffic" if numbers.get("traffic") else ""


def _mirror(_: Told, numbers: Numbers) -> str:
    share = numbers["mirrored"]
    return f"{share:g} % of the requests are mirrored to it" if share else "the mirror is removed"


def _traffic(told: Told, _: Numbers) -> str:
    weights = json.loads(told["after"])
    shown = ", ".join(f"{name} {share} %" for name, share in weights.items() if share)
    return f"traffic: {shown or 'none'}"


def _clock(moment: str) -> str:
    return f"{datetime.fromisoformat(moment):%Y-%m-%d %H:%M:%S} UTC"


_WORDS: Final[dict[str, Callable[[Told, Numbers], str]]] = {
    "waiting": _waiting,
    "approval_requested": lambda told, _: f"asks for an approval by {told['by']}",
    "approved": lambda told, _: _decided(told, "approved"),
    "approval_rejected": lambda told, _: _decided(told, "rejected"),
    "decision_ignored": lambda told, _: f"{told['by']} decided too late: {told['decision']}",
    "decision_refused": lambda told, _: f"a decision does not count: {told['reason']}",
    "held": lambda told, _: _operated(told, "held"),
    "resumed": lambda told, _: _operated(told, "resumed"),
    "verified": _checked,
    "smoke_tested": _smoke_test,
    "traffic_mirrored": _mirror,
    "traffic_shifted": _traffic,
    "registered": lambda told, _: f"registered in {told['workspace']}",
    "job_submitted": lambda told, _: f"job {told['job']} submitted to {told['workspace']}",
    "job_ended": lambda told, _: f"job {told['job']} ended: {told['outcome']}",
    "notice_sent": lambda told, _: f"{told['kind']} is told: {told['occasion'].replace('_', ' ')}",
    "handed_over": lambda told, _: f"handed over: {told['link']}",
    "handover_ended": lambda told, _: f"the run ended: {told['outcome']}",
}
