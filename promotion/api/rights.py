"""What callers may do, by their app role."""

from enum import StrEnum
from typing import Final


class Right(StrEnum):
    """What an endpoint asks for."""

    VIEW = "view"
    START = "start"
    """Start a promotion by hand; its gates are asked as ever."""
    OPERATE = "operate"
    """Cancel, hold, resume and roll back."""
    APPROVE = "approve"
    """Decide about a version that waits for approval; the policy says who may, too."""
    BYPASS = "bypass"
    """Start a promotion without some of its gates."""


_R = Right

ROLES: Final[dict[str, frozenset[Right]]] = {
    "Promotion.Viewer": frozenset({_R.VIEW}),
    "Promotion.Operator": frozenset({_R.VIEW, _R.START, _R.OPERATE}),
    "Promotion.Approver": frozenset({_R.VIEW, _R.APPROVE}),
    "Promotion.Breakglass": frozenset({_R.VIEW, _R.START, _R.OPERATE, _R.BYPASS}),
}
"""App roles of the Entra application; nobody approves by the role that is for emergencies."""

KEY_RIGHTS: Final = frozenset({_R.VIEW, _R.START})
"""What a function key is good for: it names no person."""


def rights_of(roles: tuple[str, ...]) -> frozenset[Right]:
    """What those app roles allow together; roles that are not ours allow nothing."""
    return frozenset().union(*(ROLES.get(role, frozenset()) for role in roles))


def roles_with(right: Right) -> tuple[str, ...]:
    """The app roles that have ``right``."""
    return tuple(role for role, rights in ROLES.items() if right in rights)
