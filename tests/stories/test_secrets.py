"""Secrets that the service is told stay where they are meant to be.

Each has a mark of its own. Stories use all of them, happy and failing ones; then everything that
the service has put out is searched: logs, audit records, durable state, answers, files.
"""

import base64
import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from stories.raw import Headers
from stories.secrets_world import (
    PLANTED,
    PRIVATE_KEY,
    TOKEN_BEGINS,
    World,
    found,
    mark,
)

from local import taxi
from local.identities import HEADER, identities
from local.pipelines import azure_devops, github
from promotion.api.endpoints import ENDPOINTS

JSON = ("Content-Type", "application/json")
EVENT = {"aeg-event-type": "Notification", "Content-Type": "application/json"}
GOOD: dict[str, dict[str, Any]] = {
    "approvals": {"stage": "prod", "decision": "approve", "comment": PLANTED},
    "promotions": {"model": "asked", "version": "1", "reason": PLANTED},
    "plans": {"model": "asked", "version": "1"},
}
BAD = (
    {"reason": "a drill", "token": mark("unknown field")},
    {"reason": [mark("wrong type")], "model": {"x": mark("wrong type")}},
    {"reason": "x" * 2_000 + mark("too long"), "model": "/" + mark("not a name")},
    {"decision": mark("not a choice"), "stage": "prod", "bypass": mark("wrong type")},
)
BROKEN = (
    ("application/json", f'{{"reason": "{mark("broken JSON")}'),
    ("text/plain", mark("not JSON")),
    ("application/json", json.dumps({"reason": "x" * 70_000 + mark("too large")})),
)


def secrets(world: World) -> dict[str, str]:
    """All of them by name: those of the service's own, and those that callers have sent."""
    info, names = world.service.info, set(MARKED)
    keys = {"function key": info["function_key"], "durable key": info["durable_key"]}
    keys |= {f"endpoint key {number}": key for number, key in enumerate(world.endpoint_keys)}
    return {name: mark(name) for name in names} | {
        **keys,
        "identity header": info["identity"]["header"],
        "identity's token": TOKEN_BEGINS,
        "GitHub token": github.TOKEN,
        "token of GitHub App": github.APP_TOKEN,
        "key of GitHub App": PRIVATE_KEY.splitlines()[5],
        "Azure DevOps token": azure_devops.TOKEN,
        "signature of an upload": "sig=local",
    }


MARKED = (
    *(
        "bearer",
        "key",
        "code",
        "cookie",
        "idempotency",
        "access token",
        "id token",
        "refresh token",
    ),
    *("claim", "of nobody", "since", "cursor", "limit", "webhook code", "event code"),
    *("unknown field", "wrong type", "too long", "not a name", "not a choice", "too large"),
    *("broken JSON", "not JSON", "account key", "insights", "provider secret", "wrong token"),
)


def headers_of(person: str | None) -> Headers:
    """As the platform sends them, with all that it knows of a login, and a client's own."""
    told: dict[str, Any] = {"auth_typ": "aad", "claims": []}
    if person is not None:
        told = json.loads(base64.b64decode(identities()[person][HEADER]))
    claims = ("email", "ipaddr", "nonce", "groups", "http://schemas.contoso.com/secret")
    told["claims"] += [{"typ": name, "val": mark("claim")} for name in claims]
    known = base64.b64encode(json.dumps(told).encode()).decode()
    return [
        (HEADER, known if person else base64.b64encode(mark("of nobody").encode()).decode()),
        ("Authorization", f"Bearer {mark('bearer')}"),
        ("x-functions-key", mark("key")),
        ("X-MS-TOKEN-AAD-ACCESS-TOKEN", mark("access token")),
        ("X-MS-TOKEN-AAD-ID-TOKEN", mark("id token")),
        ("X-MS-TOKEN-AAD-REFRESH-TOKEN", mark("refresh token")),
        ("Cookie", f"AppServiceAuthSession={mark('cookie')}"),
        ("Idempotency-Key", mark("idempotency")),
    ]


def hand_over(world: World) -> None:
    """To every kind of pipeline, with every kind of secret, and with those that do not count."""
    service, pipelines = world.service, world.pipelines
    sides = {
        "github": pipelines.github,
        "github-app": pipelines.github,
        "azure": pipelines.azure,
        "azure-token": pipelines.azure,
    }
    for name, control in sides.items():
        told = service.register(name=name)
        told.wait_for("promotion.handed_over")
        control.finish("success" if control is pipelines.github else "succeeded")
        assert told.end()["Name"] == "promotion.succeeded"
    for body in (f"Bearer {github.TOKEN}", f"token={github.TOKEN}"):  # services repeat requests
        pipelines.github.fault("POST", "/dispatches$", status=422, body={"message": body})
        assert service.register(name="github").end()["Name"] == "promotion.failed"
    pipelines.github.fault("POST", "/dispatches$", status=500)
    pipelines.azure.fault("POST", "/runs$", cut=True)
    for name in ("github-refused", "azure-refused"):
        assert service.register(name=name).end()["Name"] == "promotion.failed"


def ask_and_score(world: World) -> None:
    """A gate's service and a deployment, which do well and do not."""
    service = world.service
    for status in (200, 401, 500):
        world.judge.status = status
        service.register(name="judged").end()
    assert service.register(name="scored").end()["Name"] == "promotion.succeeded"
    for status in (401, 400):
        repeated = {"status": status, "body": {"error": world.endpoint_keys[0]}}
        service.fault("POST", "/score$", answer=repeated, times=1)
        service.register(name="scored").end()
    assert service.register(taxi.NONSENSE, name="scored").end()["Name"] == "promotion.rolled_back"


def call(world: World) -> None:
    """Every endpoint, by everybody, with all that may be wrong."""
    promotion = world.service.register(name="asked").wait_for("promotion.approval_requested")
    place = {"id": promotion["Properties"]["promotion_id"], "route": "asked", "stage": "prod"}
    for one in ENDPOINTS:
        path = f"/api/{one.path.format(**place)}?code={mark('code')}"
        good = json.dumps(GOOD.get(one.path.rpartition("/")[2], {"reason": PLANTED}))
        bodies = [("application/json", json.dumps(body)) for body in BAD]
        for person in (None, "vera", "grace", "bob"):
            for kind, body in (*bodies, *BROKEN, ("application/json", good)):
                given = [*headers_of(person), ("Content-Type", kind)]
                status = world.ask(one.method, path, given, body.encode() if one.body else b"")
                assert (status == 401) == (person is None)
    assert world.ask("GET", f"/api/promotions/{place['id']}", headers_of("vera")) == 200
    for name in ("since", "cursor", "limit"):
        path = f"/api/promotions?{name}={mark(name)}"
        assert world.ask("GET", path, headers_of("vera")) == 422


def break_things(world: World) -> None:
    """The host's own doors, a policy that cannot be read, an instance that makes no sense."""
    durable, headers = "/runtime/webhooks/durabletask", headers_of("grace")
    for target in (f"{durable}/instances", "/admin/host/status", f"{durable}/orchestrators/hold"):
        for method in ("GET", "POST"):
            world.ask(method, f"{target}?code={mark('webhook code')}", headers)
    grid = "/runtime/webhooks/EventGrid?functionName=on_model_registered&code="
    world.ask("POST", grid + mark("event code"), [*EVENT.items()], b"[]")
    httpx.post(
        f"{world.service.info['durable_url']}/orchestrators/promote/{PLANTED}",
        json={"reason": PLANTED},
        headers={"x-functions-key": world.service.info["durable_key"]},
    )
    assert world.ask("GET", f"/api/promotions/{PLANTED}", headers) == 409
    known = world.policy.read_text()
    world.policy.write_text(known.replace("routes:", f"{PLANTED}: 1\nroutes:"))
    world.ask("POST", f"/api/promotions/{PLANTED}/retry", [*headers, JSON], b'{"reason": "x"}')
    world.ask("POST", "/api/line/resume", [*headers, JSON], b'{"reason": "x"}')
    event = json.dumps(world.service.event("asked", id=PLANTED)).encode()
    code = world.service.info["event_url"].rpartition("=")[2]
    world.ask("POST", f"{grid}{code}", [*EVENT.items()], event)
    world.policy.write_text(known)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """After all that happens to it."""
    with World(tmp_path_factory.mktemp("secrets"), "entra") as world:
        hand_over(world)
        ask_and_score(world)
        call(world)
        break_things(world)
        yield world


@pytest.fixture(scope="module")
def outputs(world: World) -> dict[str, bytes]:
    return world.outputs()


def test_the_search_finds_what_is_there_in_every_kind_of_output(world, outputs):
    places = found({"planted": PLANTED}, outputs)["planted"]
    assert places == {"log", "audit", "answers", "state"}
    # And it finds what is written in another way, or stands in a file.
    secret = mark("a text with this in it")
    for before in ("", "a", "ab", "abc"):
        written = base64.b64encode(f"{before}{secret}:".encode())
        assert found({"it": secret}, {"file": b"x" + written}) == {"it": {"file"}}
    key = {"function key": world.service.info["function_key"]}
    assert found(key, outputs) == {"function key": {"file keys.json"}}


def test_secrets_have_gone_where_they_are_meant_to(world):
    sent = {
        name: [str(one["headers"].get("authorization")) for one in control.asked]
        for name, control in (("github", world.pipelines.github), ("azure", world.pipelines.azure))
    }
    assert {f"Bearer {one}" for one in (github.TOKEN, github.APP_TOKEN, mark("wrong token"))} <= {
        *sent["github"]
    }
    basic = [
        base64.b64encode(f":{one}".encode()).decode()
        for one in (azure_devops.TOKEN, mark("wrong token"))
    ]
    assert {f"Basic {one}" for one in basic} <= {*sent["azure"]}
    for heard in (sent["azure"], world.judge.tokens):
        assert any(one.startswith(f"Bearer {TOKEN_BEGINS}") for one in heard)
    scored = world.service.observer.requests("POST", "/score$")
    assert {entry["request_headers"]["authorization"] for entry in scored} == {"<redacted>"}
    uploaded = world.service.observer.requests("PUT", "/score.py$")
    assert any("sig=local" in entry["query"] for entry in uploaded)


def test_no_secret_is_put_out_anywhere_else(world, outputs):
    meant = {name: {"file keys.json"} for name in ("function key", "durable key")}
    assert found(secrets(world), outputs) == meant


def test_the_log_that_was_searched_tells_of_every_request_to_azure(outputs):
    assert outputs["log"].count(b"Request URL") > 50
