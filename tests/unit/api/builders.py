"""Requests, callers and an engine for tests of the HTTP API."""

import asyncio
import base64
import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from unit.builders import NOON

from promotion.api.dispatch import respond
from promotion.api.engine import Done, Instance
from promotion.api.exchange import Reply, Request


def a_header(*claims: tuple[str, str], **changes: Any) -> str:
    """The header of App Service authentication with those claims."""
    told = [{"typ": typ, "val": val} for typ, val in claims]
    principal = {"auth_typ": "aad", "role_typ": "roles", "name_typ": "name", "claims": told}
    return base64.b64encode(json.dumps(principal | changes).encode()).decode()


def a_person(*roles: str, name: str = "ada@contoso.com") -> str:
    """The header of a person with those app roles."""
    named = (("preferred_username", name), ("name", "Ada"), ("oid", "o-1"))
    return a_header(*named, *(("roles", role) for role in roles))


class FakeEngine:
    """Remembers what was started and told."""

    def __init__(self, *instances: Instance) -> None:
        self.instances = {one.id: one for one in instances}
        self.started: list[tuple[str, str, dict[str, Any]]] = []
        self.told: list[tuple[str, str, dict[str, Any]]] = []
        self.states: dict[tuple[str, str], dict[str, Any]] = {}
        self.histories: dict[str, list[Done]] = {}

    async def find(self, instance_id: str) -> Instance | None:
        return self.instances.get(instance_id)

    async def since(self, moment: datetime) -> Sequence[Instance]:
        return [one for one in self.instances.values() if one.created >= moment]

    async def running(self) -> Sequence[Instance]:
        return [one for one in self.instances.values() if not one.ended]

    async def start(self, orchestrator: str, instance_id: str, order: dict[str, Any]) -> bool:
        self.started.append((orchestrator, instance_id, order))
        self.instances[instance_id] = an_instance(instance_id, name=orchestrator, input=order)
        return True

    async def tell(self, instance_id: str, event: str, told: dict[str, Any]) -> bool:
        self.told.append((instance_id, event, told))
        return True

    async def kept(self, entity: str, name: str) -> dict[str, Any]:
        return self.states.get((entity, name), {})

    async def history(self, instance_id: str) -> Sequence[Done]:
        return self.histories.get(instance_id, [])


def an_instance(instance_id: str, minutes: int = 0, **known: Any) -> Instance:
    """A promotion that runs, begun so many minutes after noon."""
    begun = NOON + timedelta(minutes=minutes)
    usual = {"name": "promote", "runtime": "running", "created": begun, "updated": begun}
    return Instance(**{"id": instance_id, "shown": {"status": "evaluating"}} | usual | known)


def ask(
    method: str,
    path: str,
    body: Any = None,
    *,
    engine: FakeEngine | None = None,
    auth: str | None = "entra",
    who: str | None = None,
    query: dict[str, str] | None = None,
    **headers: str,
) -> Reply:
    """The reply; ``who`` is the header of App Service authentication."""
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    if who is not None:
        sent["x-ms-client-principal"] = who
    if body is not None:
        sent.setdefault("content-type", "application/json")
    raw = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
    request = Request(method, path, sent, query or {}, raw)
    return asyncio.run(respond(request, engine or FakeEngine(), auth))


def told(reply: Reply) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(reply.body)
    return found
