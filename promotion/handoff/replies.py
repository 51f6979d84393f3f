"""What a reply of a service means: an answer, or why there is none."""

from typing import Annotated, Final

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError

from promotion.core.candidate import Answer
from promotion.core.gates.http import one_line
from promotion.handoff.https import MAX_BODY, Reply

_PASSING: Final = frozenset({408, 425, 429})
"""Statuses below 500 that mean: the same request may work later."""


class Trouble(Exception):
    """There is no verdict; ``answer`` says why. ``lasting`` when asking again would not help."""

    def __init__(self, reason: str, *, remedy: str | None = None, lasting: bool = False) -> None:
        super().__init__(reason)
        self.answer = Answer(reason=one_line(reason), remedy=remedy, broken=lasting)


def _words(text: str) -> str:
    if words := one_line(text):
        return words
    raise ValueError("there is nothing in it that can be read")


type Words = Annotated[str, AfterValidator(_words)]


class _Verdict(BaseModel):
    """What a service answers; whatever else it says is left alone."""

    model_config = ConfigDict(strict=True, extra="ignore")

    passed: bool | None
    reason: Words
    remedy: Words | None = None


def understood(service: str, reply: Reply) -> Answer:
    """The answer in ``reply``; raises Trouble when there is no verdict in it."""
    if reply.status >= 500 or reply.status in _PASSING:
        raise Trouble(f"{service} has no verdict now: it answered {reply.status}.")
    if wrong := _wrong(reply):
        raise Trouble(f"{service} {wrong}.", remedy=_remedy(reply.status), lasting=True)
    try:
        said = _Verdict.model_validate_json(reply.body)
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        where = "".join(f"{part}: " for part in first["loc"])
        what = first["msg"].removeprefix("Value error, ")
        reason = f"{service} did not answer as it should: {where}{what}."
        raise Trouble(reason, lasting=True) from None
    if said.passed is None:
        return Answer(reason=f"{service} has no verdict yet: “{said.reason}”", remedy=said.remedy)
    return Answer(passed=said.passed, reason=said.reason, remedy=said.remedy)


def _wrong(reply: Reply) -> str | None:
    """What is wrong with the reply before anybody looks into it."""
    if 300 <= reply.status < 400:
        return f"answered {reply.status}, a redirect, which is not followed"
    if reply.status != 200:
        return f"answered {reply.status} instead of 200"
    if reply.encoding != "identity":
        return "answered with a packed body, which was not asked for"
    if len(reply.body) > MAX_BODY:
        return f"answered with more than {MAX_BODY // 1024} KiB"
    return None


def _remedy(status: int) -> str | None:
    if status in (401, 403):
        return "Give the app's identity access to the service, and the gate its token."
    return "Write the address that it leads to into the policy." if 300 <= status < 400 else None
