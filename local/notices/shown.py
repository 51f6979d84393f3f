"""A message as people see it, for a terminal or a file."""

import re
from collections.abc import Iterator
from typing import Any, Final

NAMES: Final = {
    "teams": "Microsoft Teams",
    "slack": "Slack",
    "json": "the team's own service",
    "topic": "Event Grid",
}
"""What the far sides are called."""
_LINK: Final = re.compile(r"<([^|>]+)\|([^>]+)>")


def lines(side: str, body: Any) -> list[str]:
    """The message that a far side took, line by line."""
    return [line for text in _SHOWN[side](body) for line in text.splitlines()]


def _teams(card: dict[str, Any]) -> Iterator[str]:
    for block in card["body"]:
        yield "".join(run["text"] for run in block["inlines"])
    for action in card["actions"]:
        yield f"[{action['title']}] {action['url']}"


def _slack(message: dict[str, Any]) -> Iterator[str]:
    for block in message["blocks"]:
        texts = (block.get("text"), *block.get("fields", ()), *block.get("elements", ()))
        yield from (_unmarked(text) for text in texts if text)


def _unmarked(text: dict[str, str]) -> str:
    """A text without what Slack reads as markup, where it does."""
    if text["type"] != "mrkdwn":
        return text["text"]
    plain = _LINK.sub(r"[\2] \1", text["text"]).replace("```", "").replace(" · ", "\n")
    return plain.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _own(message: dict[str, Any]) -> Iterator[str]:
    yield from filter(None, (message["title"], message.get("reason"), message["id"]))


def _event(event: dict[str, Any]) -> Iterator[str]:
    yield f"{event['type']} {event['subject']}"


_SHOWN: Final = {"teams": _teams, "slack": _slack, "json": _own, "topic": _event}
