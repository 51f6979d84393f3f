"""What can go wrong, sorted by who must act."""

from typing import Self

from promotion.core.value import Value


class Failure(Value):
    """Why something could not be done, as it is shown to people and kept in the audit trail."""

    reason: str
    """One sentence that says what happened, with Azure's own message where there is one."""
    remedy: str | None = None
    """What to do about it."""
    code: str | None = None
    """Azure's error code, or ours in CamelCase, to group by."""

    def __str__(self) -> str:
        return f"{self.reason} {self.remedy}" if self.remedy else self.reason


class PromotionError(Exception):
    """Something could not be done."""

    def __init__(self, reason: str, *, remedy: str | None = None, code: str | None = None) -> None:
        super().__init__(reason)
        self.failure = Failure(reason=reason, remedy=remedy, code=code)

    @classmethod
    def of(cls, failure: Failure) -> Self:
        """The error that ``failure`` tells of."""
        return cls(failure.reason, remedy=failure.remedy, code=failure.code)


class Terminal(PromotionError):
    """Trying again cannot help: somebody must mend the policy, the model or a permission."""


class Retryable(PromotionError):
    """The same request may work a little later: throttling, a time-out, an update under way."""
