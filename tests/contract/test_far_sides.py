"""What the stand-ins for Teams and others take, where no message of ours would go too far."""

import asyncio
import json

import httpx
import pytest

from local.notices.far_sides import SIGNATURE, TEAMS_PATH, far_sides
from local.notices.inbox import Inbox


def card(text: str) -> bytes:
    content = {"type": "AdaptiveCard", "body": [text]}
    attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "content": content}
    body = {"type": "message", "attachments": [attachment]}
    return json.dumps(body, ensure_ascii=False).encode()


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("x" * 14_000, 202),
        ("x" * 15_000, 413),  # 30 KB of UTF-16
        ("界" * 9_000, 202),
        ("界" * 10_000, 413),  # 30 KB of UTF-8
    ],
)
def test_teams_takes_28_kb_in_whichever_encoding_they_are_counted(text, status):
    assert asyncio.run(post(card(text))) == status


async def post(body: bytes) -> int:
    app = httpx.ASGITransport(far_sides(Inbox()))
    async with httpx.AsyncClient(transport=app, base_url="https://teams") as teams:
        reply = await teams.post(TEAMS_PATH, params={"sig": SIGNATURE}, content=body)
        return reply.status_code
