"""Tokens of a GitHub App for the repository in which it is installed.

https://docs.github.com/apps/creating-github-apps/authenticating-with-a-github-app
"""

import time
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import Final

from promotion.core.errors import Terminal
from promotion.core.ways.pipelines import GithubApp
from promotion.handoff.answers import Said
from promotion.handoff.rest import request
from promotion.handoff.secrets import secret

_MARGIN: Final = timedelta(minutes=5)
"""A token that ends sooner is not used any more; it lives an hour."""
_lock = Lock()
_known: dict[tuple[str, int, int], tuple[str, datetime]] = {}


class _Token(Said):
    token: str
    expires_at: datetime


def installation_token(base: str, app: GithubApp) -> str:
    """A token for the installation, kept in memory for as long as it lives."""
    key = (base, app.id, app.installation)
    with _lock:
        known = _known.get(key)
        if known is not None and known[1] - _MARGIN > datetime.now(UTC):
            return known[0]
        fresh = _ask(base, app)
        _known[key] = (fresh.token, fresh.expires_at)
        return fresh.token


def _ask(base: str, app: GithubApp) -> _Token:
    heard = request(
        "GitHub",
        "POST",
        f"{base}/app/installations/{app.installation}/access_tokens",
        {
            "Accept": "application/vnd.github+json",
            "X-GitHub-Api-Version": "2022-11-28",
            "Authorization": f"Bearer {_signed(app)}",
        },
    )
    if heard.status != 201:
        raise Terminal(
            f"GitHub gives the app {app.id} no token (it answered {heard.status}): "
            f"{heard.message or 'without a reason.'}",
            remedy=f"Check the app's id and installation in the policy, and its key in "
            f"{app.key_setting}.",
            code="Unauthenticated",
        )
    return heard.read(_Token)


def _signed(app: GithubApp) -> str:
    """Who we are, signed with the app's key, for the ten minutes that GitHub allows at most."""
    import jwt

    # Key Vault keeps line breaks; other ways to set it write them as two letters.
    key = secret(app.key_setting).replace("\\n", "\n")
    now = int(time.time())
    try:
        return jwt.encode({"iat": now - 60, "exp": now + 540, "iss": str(app.id)}, key, "RS256")
    except (ValueError, TypeError, jwt.PyJWTError):
        raise Terminal(
            f"The app setting {app.key_setting} does not hold a private key.",
            remedy="Set it to the PEM file that GitHub gave for the app, with its line breaks.",
            code="SecretMalformed",
        ) from None
