"""Addresses of services: what one may be, and which hosts a policy allows."""

import re
from collections.abc import Iterable
from typing import Annotated, Final, Self

from pydantic import AfterValidator

from promotion.core.value import Value

_LABEL: Final = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_HOST: Final = rf"(?=.{{1,253}}(?:[:/?]|$))(?:{_LABEL}\.)*(?=[A-Za-z]){_LABEL}"
"""A name, whose last part begins with a letter. Numbers are how the insides of a cloud are asked,
and no certificate of a team's service is made out to one."""

_CHARACTERS: Final = r"A-Za-z0-9._~!$&'()*+,;=:@%/-"
_URL: Final = re.compile(
    # As in RFC 3986, without user information and fragment.
    rf"https://({_HOST})(?::([0-9]{{1,5}}))?((?:/[{_CHARACTERS}]*)?(?:\?[?{_CHARACTERS}]*)?)"
)


class Address(Value):
    """Where a service is asked, always over TLS."""

    host: str
    port: int
    target: str
    """Path and query."""

    @classmethod
    def of(cls, url: str) -> Self:
        """The address that ``url`` is; raises ValueError, which says what is wrong with it."""
        if not url.startswith("https://"):
            raise ValueError("an address begins with https://")
        if "@" in re.split(r"[/?#]", url[8:], maxsplit=1)[0]:
            raise ValueError("an address has no user name or password; token is for that")
        if "#" in url:
            raise ValueError("an address has no #: what follows one is never sent")
        parts = _URL.fullmatch(url)
        port = int(parts[2] or 443) if parts else 0
        if parts is None or not 0 < port < 65_536:
            raise ValueError("expected an address such as https://fairness.contoso.com/judge")
        target = parts[3] if parts[3].startswith("/") else f"/{parts[3]}"
        return cls(host=parts[1].lower(), port=port, target=target)


def allowed(url: str, hosts: Iterable[str]) -> bool:
    """Whether the host of ``url`` is one of ``hosts``; ``*.contoso.com`` is every host below."""
    try:
        host = Address.of(url).host
    except ValueError:
        return False
    return any(
        host.endswith(known[1:]) if known.startswith("*.") else host == known
        for known in map(str.lower, hosts)
    )


def _checked(host: str) -> str:
    if not re.fullmatch(_HOST, host.removeprefix("*.")):
        raise ValueError("expected a host such as fairness.contoso.com, or *.contoso.com")
    if host.startswith("*.") and "." not in host[2:]:
        raise ValueError(f"{host} is far too many hosts; name a domain, as in *.contoso.com")
    return host


Host = Annotated[str, AfterValidator(_checked)]
"""A host, or ``*.`` and a domain for every host below it."""
