"""Every endpoint, for every role and every way of not being known."""

import re

import pytest
from unit.api.builders import FakeEngine, a_header, a_person, ask

from promotion.api.endpoints import ENDPOINTS
from promotion.api.rights import KEY_RIGHTS, ROLES

BY_NAME = {f"{one.method} {one.path}": one for one in ENDPOINTS}
UNKNOWN = {"no header": None, "forged": "Zm9yZ2Vk", "oversized": "A" * 100_000, "empty": ""}


def status(endpoint, **given) -> int:
    engine = FakeEngine()
    path = re.sub(r"\{\w+\}", "x", endpoint.path)
    found = ask(endpoint.method, path, {} if endpoint.body else None, engine=engine, **given)
    assert not engine.started
    assert not engine.told
    return found.status


@pytest.mark.parametrize("name", BY_NAME)
@pytest.mark.parametrize("kind", UNKNOWN)
def test_who_is_not_known_is_turned_away(name, kind):
    assert status(BY_NAME[name], who=UNKNOWN[kind]) == 401


@pytest.mark.parametrize("name", BY_NAME)
@pytest.mark.parametrize("auth", [None, "", "no"])
def test_without_the_setting_everybody_is_turned_away(name, auth):
    assert status(BY_NAME[name], who=a_person(*ROLES), auth=auth) == 401


@pytest.mark.parametrize("name", BY_NAME)
@pytest.mark.parametrize("role", ROLES)
def test_a_role_opens_what_it_is_for(name, role):
    endpoint = BY_NAME[name]
    may = endpoint.right in ROLES[role]
    assert (status(endpoint, who=a_person(role)) != 403) is may


@pytest.mark.parametrize("name", BY_NAME)
def test_a_key_opens_what_needs_no_person(name):
    endpoint = BY_NAME[name]
    assert (status(endpoint, auth="key") != 403) is (endpoint.right in KEY_RIGHTS)


@pytest.mark.parametrize("name", BY_NAME)
@pytest.mark.parametrize("who", [a_person(), a_header(("appid", "c-1"))])
def test_a_login_without_a_role_opens_nothing(name, who):
    assert status(BY_NAME[name], who=who) == 403


@pytest.mark.parametrize("path", ["openapi.json", "nothing-here", ""])
def test_what_is_no_endpoint_is_closed_as_well(path):
    assert ask("GET", path).status == 401
    assert ask("GET", path, who=a_person()).status == 403
