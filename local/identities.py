"""Named test identities: the header that App Service authentication would send for them.

Only a local host believes it. On Azure the platform takes the header away from whoever sends it,
and sets its own.
"""

import base64
import json
from collections.abc import Sequence
from typing import Final

HEADER: Final = "X-MS-CLIENT-PRINCIPAL"
PEOPLE: Final = {
    "vera": ("Viewer",),
    "ada": ("Operator",),
    "bob": ("Approver",),
    "carol": ("Approver",),
    "grace": ("Breakglass",),
}
"""App roles by name."""


def identities() -> dict[str, dict[str, str]]:
    """For each name the headers that requests of that person have."""
    return {name: headers(name, roles) for name, roles in PEOPLE.items()}


def headers(name: str, roles: Sequence[str]) -> dict[str, str]:
    """What the requests of ``name`` have, with those roles of ours."""
    claims = [
        {"typ": "preferred_username", "val": f"{name}@contoso.com"},
        {"typ": "name", "val": name.title()},
        *({"typ": "roles", "val": f"Promotion.{role}"} for role in roles),
    ]
    principal = {"auth_typ": "aad", "name_typ": "name", "role_typ": "roles", "claims": claims}
    return {HEADER: base64.b64encode(json.dumps(principal).encode()).decode()}


def profiles(url: str) -> str:
    """A profile file for `promote` in which each of them is a profile of that service."""
    lines = ['default = "ada"']
    for name, sent in identities().items():
        pairs = ", ".join(f'{key} = "{value}"' for key, value in sent.items())
        lines += ["", f"[profiles.{name}]", f'url = "{url}"', f"headers = {{{pairs}}}"]
    return "\n".join(lines) + "\n"
