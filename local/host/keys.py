"""Access keys: who may call what.

On Azure: an anonymous function takes no key, a function-level one the default function key or the
master key, an admin-level one and the admin routes only the master key, and an extension's
webhook its own system key or the master key. The header x-functions-key goes before ?code=.
"""

import hmac
import json
import os
import secrets
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path

from starlette.requests import Request

from local.host.errors import HostError


def _new_key() -> str:
    return secrets.token_urlsafe(40)


@dataclass(frozen=True)
class Keys:
    master: str = field(default_factory=_new_key)
    default: str = field(default_factory=_new_key)
    eventgrid: str = field(default_factory=_new_key)
    durabletask: str = field(default_factory=_new_key)

    def allow(self, request: Request, *names: str) -> bool:
        """Whether the request carries the master key or one of those named."""
        given = request.headers.get("x-functions-key") or request.query_params.get("code") or ""
        wanted = [self.master, *(getattr(self, name) for name in names)]
        return any(hmac.compare_digest(given.encode(), key.encode()) for key in wanted)


def load_or_make(path: Path) -> Keys:
    """Read the keys file; what it lacks is made and written back, readable to its owner only."""
    stored: dict[str, str] = {}
    if path.exists():
        try:
            stored = json.loads(path.read_text())
            keys = Keys(**{f.name: stored[f.name] for f in fields(Keys) if f.name in stored})
        except (ValueError, TypeError) as error:
            raise HostError(f"keys file {path} is not a JSON object of keys: {error}") from error
    else:
        keys = Keys()
    if stored != stored | asdict(keys):
        _write(path, stored | asdict(keys))
    return keys


def _write(path: Path, keys: dict[str, str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(path.name + ".tmp")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(keys, file, indent=2)
    unfinished.replace(path)
