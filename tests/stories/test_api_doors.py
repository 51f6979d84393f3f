"""Who gets in where: the HTTP API on three real hosts, one for each value of PROMOTION_AUTH."""

import base64
import gzip
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any

import pytest
from stories import api_world
from stories.raw import Answer, Headers, send, speak

from local.cloud import LocalCloud
from local.identities import HEADER, headers
from promotion.api.endpoints import ENDPOINTS, Endpoint
from promotion.api.rights import Right

AUTHS = ("entra", "key", "")
MAY = {
    Right.VIEW: {"Viewer", "Operator", "Approver", "Breakglass"},
    Right.START: {"Operator", "Breakglass"},
    Right.OPERATE: {"Operator", "Breakglass"},
    Right.APPROVE: {"Approver"},
}
ROLES = MAY[Right.VIEW]
GRACE = headers("grace", ["Breakglass"])[HEADER]
JSON = ("Content-Type", "application/json")
READ_ONLY = "/api/promotions"


def principal(**changes: Any) -> str:
    """The header of somebody who may do all, with changes."""
    known = json.loads(base64.b64decode(GRACE)) | changes
    return base64.b64encode(json.dumps(known).encode()).decode()


UNKNOWN: dict[str, Headers] = {
    "no header": [],
    "empty": [(HEADER, "")],
    "not base64": [(HEADER, "{}")],
    "not JSON": [(HEADER, "Zm9yZ2Vk")],
    "JSON, but a list": [(HEADER, "W10=")],
    "with something after it": [(HEADER, f"{GRACE} {GRACE}")],
    "of another provider": [(HEADER, principal(auth_typ="google"))],
    "without claims": [(HEADER, principal(claims=None))],
    "oversized": [(HEADER, principal(more="x" * 40_000))],
    "twice": [(HEADER, GRACE), (HEADER, GRACE)],
    "forged, then real": [(HEADER, "Zm9yZ2Vk"), (HEADER, GRACE)],
    "real, then forged": [(HEADER.lower(), GRACE), (HEADER, "Zm9yZ2Vk")],
    "only its names": [(f"{HEADER}-NAME", "grace@contoso.com"), (f"{HEADER}-ID", "1")],
    "only a token": [("Authorization", f"Bearer {GRACE}")],
}


class Doors:
    """The three hosts."""

    def __init__(self, clouds: dict[str, LocalCloud]) -> None:
        self.info = {auth: cloud.info for auth, cloud in clouds.items()}
        self.clouds = clouds

    def ask(
        self, auth: str, method: str, target: str, given: Headers | None = None, body: bytes = b""
    ) -> Answer:
        return send(self.info[auth]["host_url"], method, target, given, body)

    def key(self, auth: str) -> str:
        return str(self.info[auth]["function_key"])

    def try_door(self, auth: str, one: Endpoint, given: Headers, query: str = "") -> int:
        """The status; whoever may come in gets no further than what is wrong with the body."""
        target = f"/api/{one.path}".replace("{", "x").replace("}", "") + query
        body = b"{}" if one.body else b""
        return self.ask(auth, one.method, target, [*given, JSON], body).status


@pytest.fixture(scope="module")
def doors(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Doors]:
    directory = tmp_path_factory.mktemp("doors")
    clouds = {
        auth: api_world.cloud(directory / f"auth-{auth}", PROMOTION_AUTH=auth, HOST_VERBOSE="1")
        for auth in AUTHS
    }
    with ExitStack() as running, ThreadPoolExecutor() as pool:
        list(pool.map(running.enter_context, clouds.values()))
        yield Doors(clouds)


every_endpoint = pytest.mark.parametrize(
    "one", ENDPOINTS, ids=lambda one: f"{one.method} {one.path}"
)


@every_endpoint
def test_with_entra_a_role_opens_what_it_is_for_and_nothing_else(doors, one):
    opened = {
        role
        for role in ROLES
        if doors.try_door("entra", one, list(headers("x", [role]).items())) not in (401, 403)
    }
    assert opened == MAY[one.right]


@every_endpoint
def test_with_entra_who_is_not_known_for_certain_is_not_known(doors, one):
    found = {how: doors.try_door("entra", one, given) for how, given in UNKNOWN.items()}
    assert found == dict.fromkeys(UNKNOWN, 401)


@every_endpoint
def test_with_entra_a_key_opens_nothing(doors, one):
    key = doors.key("entra")
    assert doors.try_door("entra", one, [("x-functions-key", key)]) == 401
    assert doors.try_door("entra", one, [], f"?code={key}") == 401


@every_endpoint
def test_with_keys_a_key_opens_what_needs_no_person(doors, one):
    right, wrong = ("x-functions-key", doors.key("key")), ("x-functions-key", "wrong")
    query = f"?code={doors.key('key')}"
    tried = {
        "none": doors.try_door("key", one, []),
        "wrong": doors.try_door("key", one, [wrong]),
        "wrong in the query": doors.try_door("key", one, [], "?code=wrong"),
        "wrong before right": doors.try_door("key", one, [wrong], query),
        "of the webhooks": doors.try_door(
            "key", one, [("x-functions-key", doors.info["key"]["durable_key"])]
        ),
        "a principal alone": doors.try_door("key", one, [(HEADER, GRACE)]),
    }
    assert tried == dict.fromkeys(tried, 401)
    enough = one.right in (Right.VIEW, Right.START)
    for given, asked in (([right], ""), ([], query), ([right, (HEADER, GRACE)], "")):
        assert (doors.try_door("key", one, given, asked) not in (401, 403)) is enough


@every_endpoint
def test_without_the_setting_nothing_is_open(doors, one):
    right = ("x-functions-key", doors.key(""))
    for given in ([], [right], [(HEADER, GRACE)], [right, (HEADER, GRACE)]):
        assert doors.try_door("", one, given) == 401


METHODS = ("OPTIONS", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND", "get", "G")


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("target", ["/api/promotions", "/api/line/hold", "/api/health", "/api/x"])
def test_other_methods_do_nothing_for_anybody(doors, method, target):
    for given in ([], [(HEADER, GRACE)]):
        answer = doors.ask("entra", method, target, given)
        assert answer.status in (401, 404, 405), given
        if answer.status == 405 and answer.headers.get("content-type"):
            assert "Allow" in {name.title() for name in answer.headers}


@pytest.mark.parametrize("target", ["/api/promotions", "/api/openapi.json", "/api/docs"])
def test_head_and_get_open_a_page_to_the_same_people(doors, target):
    for method in ("GET", "HEAD"):
        statuses = {
            how: doors.ask("entra", method, target, given).status
            for how, given in (UNKNOWN | {"grace": [(HEADER, GRACE)]}).items()
        }
        assert statuses == dict.fromkeys(UNKNOWN, 401) | {"grace": 200}
    assert doors.ask("entra", "HEAD", target, [(HEADER, GRACE)]).body == b""
    for auth in ("key", ""):
        assert doors.ask(auth, "HEAD", target, [(HEADER, GRACE)]).status == 401


STRAIGHT = ("/api/promotions/", "/api/%70romotions", "/API/promotions", "/api/promotions?code=x&")
CROOKED = (
    *(
        "/api/health/../promotions",
        "/api/health/%2e%2e/promotions",
        "/api/health%2f..%2fpromotions",
    ),
    *("/api/./promotions", "/api/../api/promotions", "//api/promotions", "/api//promotions"),
    *("/api/promotions%2f", "/api/promotions;x=1", "/api/promotions%00", "/api/promotions%0a"),
    *("/api%2fpromotions", "/api\\promotions", "/api/%c0%ae%c0%ae/promotions", "/api/%ff%fe"),
    *("/api/promotions%", "/api/promotions%zz", "/api/PROMOTIONS", "/api/health/promotions"),
    *("http://elsewhere/api/promotions", "/", "/api", "/api/", "*", "/api/" + "a/" * 2_000),
    *(
        "/api/" + "a" * 30_000,
        "/api/promotions/" + "%2e%2e%2f" * 100,
        "/api/promotions?" + "a&" * 9_000,
    ),
)


@pytest.mark.parametrize("target", [*STRAIGHT, *CROOKED], ids=lambda target: target[:40])
def test_no_path_leads_round_the_door(doors, target):
    for auth, given in (("entra", []), ("key", []), ("key", [(HEADER, GRACE)])):
        assert doors.ask(auth, "GET", target, given).status in (400, 401, 404)


@pytest.mark.parametrize("target", STRAIGHT)
def test_harmless_spellings_of_a_path_are_understood(doors, target):
    assert doors.ask("entra", "GET", target, [(HEADER, GRACE)]).status == 200


@pytest.mark.parametrize("target", CROOKED, ids=lambda target: target[:40])
def test_crooked_paths_break_nothing(doors, target):
    answer = doors.ask("entra", "GET", target, [(HEADER, GRACE)])
    assert answer.status in (200, 400, 404)


HOLD = b"POST /api/line/hold HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
BY_GRACE = HOLD + f"{HEADER}: {GRACE}\r\n".encode()
LIES = {
    "too long": b"Content-Length: 100\r\n\r\n{}",
    "negative": b"Content-Length: -1\r\n\r\n{}",
    "no number": b"Content-Length: two\r\n\r\n{}",
    "two of them": b"Content-Length: 2\r\nContent-Length: 40\r\n\r\n{}",
    "a list": b"Content-Length: 2, 40\r\n\r\n{}",
    "huge": b"Content-Length: 99999999999999999999\r\n\r\n{}",
    "chunked, too": b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
    "unknown coding": b"Transfer-Encoding: gzip\r\n\r\n{}",
    "broken chunk": b"Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
    "unended chunk": b"Transfer-Encoding: chunked\r\n\r\nff\r\n{}",
    "folded": b"X-A: 1\r\n X-B: 2\r\nContent-Length: 2\r\n\r\n{}",
    "no host": b"\r\n{}",
}


@pytest.mark.parametrize("lie", LIES)
def test_a_body_that_is_not_what_it_says_does_nothing(doors, lie):
    heard = speak(doors.info["entra"]["host_url"], BY_GRACE + LIES[lie])
    assert b" 202 " not in heard
    assert b" 500 " not in heard
    assert doors.ask("entra", "GET", "/api/health").status == 200


GOOD = b'{"reason": "a drill"}'
BODIES: dict[str, tuple[Headers, bytes, int]] = {
    "chunked": ([("Transfer-Encoding", "chunked"), JSON], b"2\r\n{}\r\n0\r\n\r\n", 422),
    "large": ([JSON], b'{"reason": "' + b"a" * 10_000_000 + b'"}', 413),
    "compressed": ([JSON, ("Content-Encoding", "gzip")], gzip.compress(GOOD), 400),
    "a bomb": ([JSON, ("Content-Encoding", "gzip")], gzip.compress(b" " * 50_000_000), 400),
    "deep": ([JSON], b"[" * 60_000, 400),
    "UTF-16": ([JSON], GOOD.decode().encode("utf-16"), 400),
    "no UTF-8": ([JSON], b'{"reason": "\xff"}', 400),
    "half a pair": ([JSON], b'{"reason": "\\ud800"}', 400),
    "not finite": ([JSON], b'{"reason": NaN}', 422),
    "a form": ([("Content-Type", "application/x-www-form-urlencoded")], b"reason=x", 415),
    "no type": ([], GOOD, 415),
    "two types": ([JSON, ("Content-Type", "text/plain")], GOOD, 415),
    "nothing": ([JSON], b"", 400),
}


@pytest.mark.parametrize("name", BODIES)
def test_a_body_that_cannot_be_used_is_refused_to_those_who_may(doors, name):
    given, body, status = BODIES[name]
    length = (
        [] if ("Transfer-Encoding", "chunked") in given else [("Content-Length", str(len(body)))]
    )
    sent = [*given, *length]
    answer = doors.ask("entra", "POST", "/api/line/hold", [*sent, (HEADER, GRACE)], body)
    assert answer.status == status
    assert json.loads(answer.body)["status"] == status
    assert doors.ask("entra", "POST", "/api/line/hold", sent, body).status == 401


INSIDE = (
    ("GET", "/runtime/webhooks/durabletask/instances"),
    ("GET", "/runtime/webhooks/durabletask/instances/x"),
    ("DELETE", "/runtime/webhooks/durabletask/instances/x"),
    ("POST", "/runtime/webhooks/durabletask/orchestrators/promote"),
    ("POST", "/runtime/webhooks/durabletask/instances/x/raiseEvent/decision"),
    ("POST", "/runtime/webhooks/durabletask/instances/x/terminate"),
    ("POST", "/runtime/webhooks/EventGrid?functionName=on_model_registered"),
    ("GET", "/admin/host/status"),
    ("GET", "/admin/functions"),
    ("POST", "/admin/functions/on_model_registered"),
)


@pytest.mark.parametrize(("method", "target"), INSIDE)
def test_the_hosts_own_doors_take_neither_people_nor_function_keys(doors, method, target):
    for auth in AUTHS:
        function_key = ("x-functions-key", doors.key(auth))
        for given in ([], [(HEADER, GRACE)], [function_key], [function_key, (HEADER, GRACE)]):
            assert doors.ask(auth, method, target, [JSON, *given], b"{}").status == 401
    for crooked in (target.replace("/", "//", 1), target.replace("?", "/?", 1) + "/"):
        assert doors.ask("key", method, crooked, [JSON], b"{}").status in (401, 404)


def test_nothing_has_happened_behind_the_doors_and_no_key_was_logged(doors):
    """The last one: whatever was tried above, nothing was started."""
    for auth, cloud in doors.clouds.items():
        target = "/runtime/webhooks/durabletask/instances"
        durable_key = doors.info[auth]["durable_key"]
        answer = doors.ask(auth, "GET", target, [("x-functions-key", durable_key)])
        assert json.loads(answer.body) == []
        log = cloud.host_log()
        assert not any(secret in log for secret in (GRACE, durable_key, doors.key(auth)))
