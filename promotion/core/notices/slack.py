"""A notice for Slack: Block Kit, as an incoming webhook takes it.

Whatever a stranger may have written is plain_text, which Slack shows as it is. What is mrkdwn is
our own, and escaped all the same, as is the text of notifications, which Slack reads as mrkdwn.

https://docs.slack.dev/reference/block-kit/blocks and
https://docs.slack.dev/messaging/formatting-message-text
"""

from collections.abc import Iterator
from typing import Final

from promotion.core.notices import words
from promotion.core.notices.links import Links
from promotion.core.notices.notice import Notice
from promotion.core.notices.text import clipped
from promotion.core.value import Json

MAX_TEXT: Final = 3_000
"""Characters of the text of a section."""
MAX_FIELD: Final = 2_000
"""Characters of one field of a section."""
MAX_FIELDS: Final = 10
MAX_HEADER: Final = 150


def message(notice: Notice, links: Links) -> Json:
    """The body of the POST."""
    summary = " ".join(filter(None, (f"{words.title(notice)}.", notice.reason)))
    return {
        "text": escaped(clipped(summary, 500)),
        "mrkdwn": False,
        "unfurl_links": False,
        "unfurl_media": False,
        "blocks": list(_blocks(notice, links)),
    }


def escaped(text: str) -> str:
    """``text`` without what mrkdwn takes for links, mentions and channels."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _blocks(notice: Notice, links: Links) -> Iterator[Json]:
    yield {"type": "header", "text": _plain(words.title(notice), MAX_HEADER)}
    answers = "\n".join(words.answers(notice))
    for text in filter(None, (words.reason(notice), answers, notice.remedy)):
        yield {"type": "section", "text": _plain(text)}
    fields: list[Json] = [
        _plain(f"{name}: {text}", MAX_FIELD) for name, text in words.facts(notice)
    ]
    yield {"type": "section", "fields": fields[:MAX_FIELDS]}
    for name, command in words.commands(notice):
        yield {"type": "section", "text": _marked(f"{name}:\n```{escaped(command)}```")}
    shown = " · ".join(f"<{escaped(url)}|{name}>" for name, url in words.places(links))
    yield {"type": "context", "elements": [_marked(shown)]}
    yield {"type": "context", "elements": [_plain(words.footer(notice))]}


def _plain(text: str, longest: int = MAX_TEXT) -> Json:
    return {"type": "plain_text", "emoji": False, "text": clipped(text, longest)}


def _marked(text: str) -> Json:
    return {"type": "mrkdwn", "verbatim": True, "text": text}
