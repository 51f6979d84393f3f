"""The header in which App Service authentication says who asks.

Base64 of ``{"auth_typ", "name_typ", "role_typ", "claims": [{"typ", "val"}]}``; claims may have
their name in the token or the one that .NET gives them.

Source: https://learn.microsoft.com/azure/app-service/configure-authentication-user-identities
"""

import base64
import binascii
from typing import Final

from pydantic import BaseModel, Field, ValidationError

HEADER: Final = "x-ms-client-principal"
LIMIT: Final = 49_152
"""Characters of the header: people are in up to 200 groups, and App Service takes 64 KiB of
headers in all."""
MOST: Final = 200
"""Roles of one caller that are looked at; an Entra token has fewer."""

_SOAP: Final = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/"
_MICROSOFT: Final = "http://schemas.microsoft.com/identity/claims/"
# The user principal name, in tokens of version 1 and 2. Never the e-mail address: in some tenants
# people set that themselves.
_USER: Final = ("preferred_username", "upn", f"{_SOAP}upn", "unique_name", f"{_SOAP}name")
_SCOPE: Final = ("scp", f"{_MICROSOFT}scope")
"""What an application may do on behalf of a person: without a person there is none."""
_OBJECT: Final = ("oid", f"{_MICROSOFT}objectidentifier")
_APPLICATION: Final = ("appid", "azp")
_ROLES: Final = ("roles", "http://schemas.microsoft.com/ws/2008/06/identity/claims/role")


class Unreadable(Exception):
    """The header does not say who asks."""


class _Claim(BaseModel):
    typ: str
    val: str


class Principal(BaseModel):
    """What the header says."""

    auth_typ: str
    role_typ: str | None = None
    claims: list[_Claim] = Field(max_length=2_000)

    def first(self, *types: str) -> str | None:
        """The value of the first of those claims that there is."""
        found = {claim.typ: claim.val for claim in reversed(self.claims) if claim.val.strip()}
        return next((found[typ] for typ in types if typ in found), None)

    @property
    def is_person(self) -> bool:
        """Whether a person asks, and not an application on its own behalf."""
        return self.first("idtyp") != "app" and self.first(*_USER, *_SCOPE) is not None

    @property
    def users(self) -> tuple[str, ...]:
        """The person's user names: tokens of version 1 and 2 name guests differently."""
        found = (self.first(typ) for typ in _USER)
        return tuple(dict.fromkeys(name for name in found if name))

    @property
    def display_name(self) -> str | None:
        """As people see it; anybody may have the same."""
        return self.first("name")

    @property
    def object_id(self) -> str | None:
        """Of the person, or of the application's service principal."""
        return self.first(*_OBJECT)

    @property
    def application(self) -> str | None:
        """Client id of the application that asks, or by which a person does."""
        return self.first(*_APPLICATION)

    @property
    def roles(self) -> tuple[str, ...]:
        """App roles, each once."""
        types = {*_ROLES, self.role_typ}
        found = dict.fromkeys(claim.val for claim in self.claims if claim.typ in types)
        return tuple(found)[:MOST]


def read_principal(header: str) -> Principal:
    """What ``header`` says. Raises Unreadable, whose text repeats nothing of the header."""
    if len(header) > LIMIT:
        raise Unreadable(f"it is longer than {LIMIT} characters")
    try:
        text = base64.b64decode(header, validate=True)
        principal = Principal.model_validate_json(text)
    except (binascii.Error, ValueError, ValidationError):
        raise Unreadable("it is not the base64 of a client principal") from None
    if principal.auth_typ != "aad":
        raise Unreadable("it is not of Microsoft Entra")
    return principal
