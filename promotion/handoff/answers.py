"""What services that run pipelines answer, read with care."""

import json
from email.message import Message
from typing import Any, NamedTuple
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict, ValidationError

from promotion.core.errors import Terminal
from promotion.core.gates.http import one_line


class Unexpected(Terminal):
    """What was asked for was done, but the answer is not what is documented."""


class Said(BaseModel):
    """Base of what services say; whatever else they say is left alone."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class Heard(NamedTuple):
    """An answer."""

    service: str
    status: int
    headers: Message
    body: bytes

    def read[S: Said](self, shape: type[S]) -> S:
        """The body as that; Unexpected when it is something else."""
        try:
            return shape.model_validate_json(self.body)
        except ValidationError as error:
            first = error.errors(include_input=False, include_url=False)[0]
            where = "".join(f"{part}: " for part in first["loc"])
            reason = f"{self.service} did not answer as it is documented: {where}{first['msg']}."
            raise Unexpected(reason, code="UnexpectedAnswer") from None

    @property
    def message(self) -> str:
        """What it says about itself, in one line; may be empty."""
        try:
            said = json.loads(self.body)
        except (ValueError, RecursionError):
            return ""
        message = said.get("message") if isinstance(said, dict) else None
        return one_line(message) if isinstance(message, str) else ""


def segment(part: object) -> str:
    """``part`` as one part of a path."""
    return quote(str(part), safe="")


def shown(link: Any) -> str | None:
    """``link`` if people may click on it."""
    good = isinstance(link, str) and link.startswith("https://") and one_line(link) == link
    return link if good else None
