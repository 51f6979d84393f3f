"""The real command line against the real API, in one process."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
from typer.testing import CliRunner, Result
from unit.api.builders import FakeEngine, a_person, an_instance
from unit.builders import NOON, POLICY, a_promotion

from promotion.api.dispatch import respond
from promotion.api.engine import Done, Instance
from promotion.api.exchange import Request
from promotion.api.rights import ROLES
from promotion.cli.app import app
from promotion.cli.surroundings import Surroundings
from promotion.core.names import child_id
from promotion.core.steps.orchestrations import StageOrder
from promotion.core.waits.decision import Origin

URL = "http://127.0.0.1:7071"
EVERYBODY = a_person(*ROLES)


class InProcess(httpx.BaseTransport):
    """Hands requests to the API; ``first`` are answers, or errors, that come before."""

    def __init__(self, engine: FakeEngine, who: str | None = EVERYBODY, *first: Any) -> None:
        self.engine, self.who = engine, who
        self.first = list(first)
        self.requests: list[httpx.Request] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        if self.first:
            answer = self.first.pop(0)
            if isinstance(answer, Exception):
                raise answer
            return answer
        headers = {name.lower(): value for name, value in request.headers.items()}
        if self.who:
            headers["x-ms-client-principal"] = self.who
        asked = Request(
            request.method,
            request.url.path.removeprefix("/api/"),
            headers,
            dict(request.url.params),
            request.read(),
        )
        reply = asyncio.run(respond(asked, self.engine, "entra"))
        given = {**reply.headers, "Content-Type": reply.media_type}
        return httpx.Response(reply.status, headers=given, content=reply.body.encode())


class World:
    """A service, and somebody who types."""

    def __init__(self, *instances: Any, who: str | None = EVERYBODY, first: Any = ()) -> None:
        self.engine = FakeEngine(*instances)
        self.network = InProcess(self.engine, who, *first)
        self.slept: list[float] = []
        self.opened: list[str] = []
        self.passed = 0.0
        """Seconds that went by otherwise."""
        self.on_sleep: Callable[[], object] = lambda: None
        self.around = Surroundings(
            transport=self.network,
            sleep=self._sleep,
            now=lambda: NOON + timedelta(hours=1),
            monotonic=lambda: sum(self.slept) + self.passed,
            environment={"PROMOTE_URL": URL},
            is_terminal=lambda: False,
            open_page=lambda url: self.opened.append(url) is None,
        )

    def type(self, *words: str, answer: str | None = None, **changed: Any) -> Result:
        """What comes of ``promote`` with those words."""
        around = replace(self.around, **changed)
        return CliRunner().invoke(app, list(words), input=answer, obj=around)

    def with_environment(self, environment: Mapping[str, str]) -> "World":
        self.around = replace(self.around, environment=environment)
        return self

    def hears(self, stage: str, name: str, **details: str) -> None:
        """Writes that down of that stage, as its orchestration does, while the command looks."""
        promotion = next(iter(self.engine.instances))

        def write() -> None:
            order = {"name": name, "details": details}
            self.engine.histories[child_id(promotion, stage)] = [Done(NOON, "record", {}, order)]

        self.on_sleep = write

    @property
    def sent(self) -> list[str]:
        return [f"{one.method} {one.url.path}" for one in self.network.requests]

    def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        assert len(self.slept) < 1_000, "it does not end"
        self.on_sleep()


def a_waiting_promotion(*approvals: str, reason: str = "It is due.") -> tuple[Instance, ...]:
    """A promotion, and its stages of those names, each of which waits for approval."""
    text = POLICY.replace("        online:", "        gates: [{kind: approval}]\n        online:")
    stage = text[text.index("      - name: prod") :]
    for name in approvals[1:]:
        text += stage.replace("name: prod", f"name: {name}")
    promotion = a_promotion(text)
    found = [an_instance(promotion.id, input=promotion.to_json(whole=True))]
    for name in approvals:
        order = StageOrder(
            context=promotion.context.model_copy(update={"stage": name}),
            plan=promotion.plan,
            asset_id="azureml://registries/r/models/taxi-model/versions/7",
            origin=Origin(registrant="rita@contoso.com", requester="ada@contoso.com"),
        )
        shown = {"status": "waiting", "waiting_for": "approval", "reason": reason}
        shown["promotion"] = promotion.id
        by = {"by": ["Promotion.Approver"], "until": "2026-03-07T12:00:00+00:00"}
        found.append(
            an_instance(
                child_id(promotion.id, name),
                name="stage",
                shown=shown | by,
                input=order.to_json(whole=True),
            )
        )
    return tuple(found)
