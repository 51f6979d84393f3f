"""What a policy needs beside itself: hosts that it allows, and installed packages."""

from collections.abc import Iterator
from typing import Any, Final

from promotion.core.address import Address, allowed
from promotion.core.installed import mistakes_of
from promotion.core.policy.places import Location, found_at, texts_at

_GATES = (
    ("routes", "*", "gates", "*"),
    ("routes", "*", "stages", "*", "gates", "*"),
    ("routes", "*", "stages", "*", "online", "verify", "*"),
)
_WELL_KNOWN: Final = {"azure_pipeline": "dev.azure.com", "github_workflow": "api.github.com"}
"""Hosts that need no mention, by way: where the secrets of such a way are made for."""


def missing_others(plain: Any) -> Iterator[tuple[Location, str]]:
    """Whatever the policy ``plain``, which may be invalid elsewhere, asks for and does not have."""
    hosts = [host for _, host in texts_at(plain, "hosts", "*")]
    for way, known in _WELL_KNOWN.items():
        for at, url in texts_at(plain, "routes", "*", "stages", "*", way, "url"):
            if not allowed(url, [known]):
                yield from _host(at, url, hosts)
    for place in _GATES:
        for at, gate in found_at(plain, *place):
            if not isinstance(gate, dict):
                continue
            if gate.get("kind") == "http" and isinstance(gate.get("url"), str):
                yield from _host((*at, "url"), gate["url"], hosts)
            elif gate.get("kind") == "python" and isinstance(gate.get("use"), str):
                options = gate.get("with", {})
                if isinstance(options, dict):
                    wrong = mistakes_of(gate["use"], options)
                    yield from (((*at, *where), what) for where, what in wrong)


def _host(at: Location, url: str, hosts: list[str]) -> Iterator[tuple[Location, str]]:
    try:
        host = Address.of(url).host
    except ValueError:
        return
    if not allowed(url, hosts):
        listed = f"; there is {', '.join(hosts)}" if hosts else ""
        yield at, f"{host} is not one of the policy's hosts, add it there{listed}"
