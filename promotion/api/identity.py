"""Who asks, and what that caller may do. Pure; without certainty nobody may do anything."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from promotion.api.platform import is_at_a_developers
from promotion.api.principal import HEADER, Unreadable, read_principal
from promotion.api.problems import Refusal
from promotion.api.rights import KEY_RIGHTS, Right, rights_of, roles_with
from promotion.core.value import Value

KEY: Final = "function-key"
"""The name in records of whoever has a key."""

_CHALLENGE: Final = {"WWW-Authenticate": "Bearer"}


class Auth(StrEnum):
    """Values of the setting PROMOTION_AUTH."""

    ENTRA = "entra"
    """App Service authentication is on, requires authentication, and says who asks."""
    ENTRA_IN_FRONT = "entra-in-front"
    """The same, where the app cannot see it; whoever sets this has made sure."""
    ENTRA_IS_OFF = "entra, and off"
    """No setting: what becomes of ``entra`` where nothing says that it is on."""
    KEY = "key"
    """The host has checked a function key; nobody knows who asks."""


class Caller(Value):
    """Who asks."""

    name: str
    """In records: the user principal name, ``app:`` with an id, or ``function-key``."""
    is_person: bool
    also: tuple[str, ...] = ()
    """Other user names of the same person, and the object id."""
    object_id: str | None = None
    display_name: str | None = None
    roles: tuple[str, ...] = ()
    rights: frozenset[Right]

    def must(self, right: Right) -> None:
        """Raises Refusal (403) when this caller may not."""
        if right not in self.rights:
            raise _may_not(self, right)
        if right is Right.APPROVE and not self.is_person:
            raise Refusal(
                403,
                "An application cannot approve: a decision is that of a person.",
                remedy="Let a person decide, with a login of their own.",
                code="NotAPerson",
            )


def caller_of(headers: Mapping[str, str], auth: str | None) -> Caller:
    """Who sent a request with ``headers`` (names in lower case). Raises Refusal (401)."""
    match auth:
        case Auth.ENTRA | Auth.ENTRA_IN_FRONT:
            return _from_entra(headers)
        case Auth.KEY:
            return Caller(name=KEY, is_person=False, rights=KEY_RIGHTS)
        case Auth.ENTRA_IS_OFF:
            raise _is_off()
        case None | "":
            what = "is not set"
        case _:
            what = "has a value that is not known"
    raise Refusal(
        401,
        f"The setting PROMOTION_AUTH {what}, so nobody can be recognised.",
        remedy="Set PROMOTION_AUTH to entra or key, as docs/reference/http-api.md describes.",
        code="AuthenticationNotSet",
        headers=_CHALLENGE,
    )


def _from_entra(headers: Mapping[str, str]) -> Caller:
    header = headers.get(HEADER)
    if not header:
        raise _unknown("The request carries no identity")
    try:
        principal = read_principal(header)
    except Unreadable as error:
        raise _unknown(f"The identity of the request cannot be read: {error}") from None
    rights = rights_of(principal.roles)
    if principal.is_person:
        known = tuple(filter(None, (*principal.users, principal.object_id)))
        if not known:
            raise _unknown("The identity of the request is a person's, but without a name")
        return Caller(
            name=known[0],
            is_person=True,
            also=known[1:],
            object_id=principal.object_id,
            display_name=principal.display_name,
            roles=principal.roles,
            rights=rights,
        )
    application = principal.application or principal.object_id
    if application is None:
        raise _unknown("The identity of the request names neither a person nor an application")
    name = f"app:{application}"
    return Caller(name=name, is_person=False, roles=principal.roles, rights=rights)


def auth_of(environment: Mapping[str, str]) -> str | None:
    """The setting PROMOTION_AUTH, held to what the platform says.

    ``entra`` counts where WEBSITE_AUTH_ENABLED says that App Service authentication is on
    (https://learn.microsoft.com/azure/app-service/reference-app-settings), and on the machine of
    a developer. What is not known to be either may be within reach of anybody.
    """
    auth = environment.get("PROMOTION_AUTH")
    is_on = environment.get("WEBSITE_AUTH_ENABLED", "").strip().lower() == "true"
    believed = is_on or is_at_a_developers(environment)
    return Auth.ENTRA_IS_OFF if auth == Auth.ENTRA and not believed else auth


def _is_off() -> Refusal:
    return Refusal(
        401,
        "PROMOTION_AUTH is entra, but App Service authentication is not known to be on: anybody "
        "could say to be anybody.",
        remedy="Turn App Service authentication on, and let it require a login. If it is on and "
        "the app cannot see it (WEBSITE_AUTH_ENABLED), set PROMOTION_AUTH to entra-in-front. On "
        "your own machine, set AZURE_FUNCTIONS_ENVIRONMENT to Development.",
        code="AuthenticationOff",
        headers=_CHALLENGE,
    )


def _unknown(what: str) -> Refusal:
    return Refusal(
        401,
        f"{what}.",
        remedy="Log in with Microsoft Entra. If you did, App Service authentication of the app "
        "is off or lets requests through without a login.",
        code="NotAuthenticated",
        headers=_CHALLENGE,
    )


def _may_not(caller: Caller, right: Right) -> Refusal:
    if caller.name == KEY:
        return Refusal(
            403,
            f"A function key is not enough to {right}: it names no person.",
            remedy="Let the app use Microsoft Entra: PROMOTION_AUTH=entra.",
            code="KeyNamesNobody",
        )
    roles = " or ".join(roles_with(right))
    return Refusal(
        403,
        f"{caller.name} may not {right}: that takes the app role {roles}.",
        remedy="Ask whoever administers the Entra application for the role.",
        code="RoleMissing",
    )
