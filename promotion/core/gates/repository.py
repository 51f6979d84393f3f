"""Git repositories, each of which has several addresses."""

import re
from fnmatch import fnmatchcase
from typing import Final


def _addresses(host: str, path: str) -> re.Pattern[str]:
    """``https://user:password@host:443/path``, ``git@host:path``, ``host/path``."""
    user = r"(?:[^/]*@)?"
    url = rf"[a-z][a-z0-9+.*-]*://{user}(?P<host>{host})(?::[\d*]*)?(?:/(?P<path>{path}))?"
    scp = rf"(?![a-z]:){user}(?P<scp_host>{host}):(?P<scp_path>(?!//){path})"
    bare = rf"{user}(?P<bare_host>{host})/(?P<bare_path>{path})"
    return re.compile(rf"(?:{url}|{scp}|{bare})(?P<rest>[?#].*)?", re.IGNORECASE | re.DOTALL)


# An @ in the path may be the end of a password with a / in it, and a token may follow a ?.
_ADDRESS: Final = _addresses(r"[\w.-]+|\[[\da-f:]+\]", "[^@?#]*")
_GLOB: Final = _addresses(r"[\w.*?!\[\]-]+", "[^@]*")
_LOCAL: Final = re.compile(r"[^@?#]+")
_AZURE_REPOS: Final = (
    (re.compile(r"(?:ssh\.dev\.azure|vs-ssh\.visualstudio)\.com/v3/([^/]+/[^/]+)/"), r"\1/_git/"),
    (re.compile(r"([^/]+)\.visualstudio\.com/(?:DefaultCollection/)?"), r"\1/"),
)
"""How the other addresses of Azure Repos begin, and what stands for it at dev.azure.com."""


def address_of(url: str) -> str | None:
    """The repository at ``url`` as ``https://host/path``; None when that cannot be told safely.

    Git takes several for the same: ``git@github.com:contoso/taxi.git``,
    ``ssh://git@github.com/contoso/taxi``, ``https://user:token@GitHub.com/contoso/taxi.git/``. So
    does Azure Repos: ``git@ssh.dev.azure.com:v3/contoso/fares/taxi`` is
    ``https://dev.azure.com/contoso/fares/_git/taxi``. Credentials are left out.
    """
    url = url.strip()
    if match := _ADDRESS.fullmatch(url):
        return _spelt(match)
    local = url.removeprefix("file://")
    return url if _LOCAL.fullmatch(local) and "://" not in local else None


def glob_of(wish: str) -> str:
    """``wish``, a glob for addresses in any spelling, in the one of ``address_of``."""
    match = _GLOB.fullmatch(wish.strip())
    return _spelt(match) if match else wish.strip().rpartition("@")[2]


def is_at(address: str, wish: str) -> bool:
    """Whether ``address``, as ``address_of`` gives it, is one that ``wish`` means."""
    # Only a wish that begins with a whole host can be respelt: *Taxi/fares does not.
    return fnmatchcase(address, glob_of(wish)) or fnmatchcase(address, wish)


def _spelt(match: re.Match[str]) -> str:
    host = match["host"] or match["scp_host"] or match["bare_host"]
    path = match["path"] or match["scp_path"] or match["bare_path"] or ""
    place = f"{host.lower()}/{path.strip('/').removesuffix('.git')}"
    for other, usual in _AZURE_REPOS:
        if found := other.match(place):
            place = f"dev.azure.com/{found.expand(usual)}{place[found.end() :]}"
    return f"https://{place}".rstrip("/")
