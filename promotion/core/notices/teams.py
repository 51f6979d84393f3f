"""A notice for Microsoft Teams: an Adaptive Card, as a Workflows webhook takes it.

Whatever a stranger may have written stands in a RichTextBlock, whose text is shown as it is: a
TextBlock would read it as Markdown, with links. Nobody can be mentioned, because that takes
entities, which the card does not have.

https://learn.microsoft.com/connectors/teams/#microsoft-teams-webhook and
https://adaptivecards.io/explorer/RichTextBlock.html
"""

import json
from collections.abc import Iterator
from typing import Final

from promotion.core.notices import words
from promotion.core.notices.links import Links
from promotion.core.notices.notice import Notice
from promotion.core.notices.occasion import Occasion
from promotion.core.value import Json

MAX_BYTES: Final = 28 * 1024
"""Of a message: https://learn.microsoft.com/microsoftteams/limits-specifications-teams

It does not say in which encoding, so a message keeps to it in UTF-8 and in UTF-16.
"""
_ENCODINGS: Final = ("utf-8", "utf-16")

_COLORS: Final = {
    Occasion.APPROVAL: "accent",
    Occasion.SUCCEEDED: "good",
    Occasion.REFUSED: "warning",
    Occasion.ROLLED_BACK: "attention",
    Occasion.FAILED: "attention",
}


def message(notice: Notice, links: Links) -> Json:
    """The body of the POST, with as many answers as there is room for."""
    while _is_too_large(body := _message(notice, links)) and notice.answers:
        shorter = {"answers": notice.answers[:-1], "left_out": notice.left_out + 1}
        notice = notice.model_copy(update=shorter)
    return body


def _is_too_large(body: Json) -> bool:
    text = json.dumps(body, ensure_ascii=False)
    return any(len(text.encode(one, "replace")) > MAX_BYTES for one in _ENCODINGS)


def _message(notice: Notice, links: Links) -> Json:
    return {
        "type": "message",
        "attachments": [
            {
                "contentType": "application/vnd.microsoft.card.adaptive",
                "contentUrl": None,
                "content": card(notice, links),
            }
        ],
    }


def card(notice: Notice, links: Links) -> dict[str, Json]:
    """The card alone."""
    return {
        "type": "AdaptiveCard",
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "version": "1.4",
        "body": list(_body(notice)),
        "actions": [
            {"type": "Action.OpenUrl", "title": name, "url": url}
            for name, url in words.places(links)
        ],
    }


def _body(notice: Notice) -> Iterator[Json]:
    color = _COLORS.get(notice.occasion, "default")
    yield _block(_run(words.title(notice), size="large", weight="bolder", color=color))
    if reason := words.reason(notice):
        yield _block(_run(reason))
    for line in words.answers(notice):
        yield _block(_run(line), spacing="small")
    if notice.remedy:
        yield _block(_run(notice.remedy, isSubtle=True))
    for name, text in words.facts(notice):
        yield _block(_run(f"{name}: ", weight="bolder"), _run(text), spacing="small")
    for name, command in words.commands(notice):
        yield _block(_run(f"{name}:", weight="bolder"), spacing="medium")
        yield _block(_run(command, fontType="monospace"), spacing="none")
    yield _block(_run(words.footer(notice), size="small", isSubtle=True), spacing="medium")


def _block(*runs: Json, spacing: str = "default") -> Json:
    return {"type": "RichTextBlock", "spacing": spacing, "inlines": list(runs)}


def _run(text: str, **look: Json) -> Json:
    return {"type": "TextRun", "text": text, **look}
