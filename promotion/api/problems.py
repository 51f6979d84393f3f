"""Errors as RFC 9457 problem details, each with what to do about it."""

from http import HTTPStatus
from typing import Final

from pydantic import BaseModel, Field, ValidationError

from promotion.core.errors import PromotionError, Retryable
from promotion.core.policy.mistakes import PolicyInvalid

MEDIA_TYPE: Final = "application/problem+json"
_TYPE: Final = "urn:promotion:problem:"
_UNKNOWN: Final = frozenset({"NoSuchRoute", "NoSuchStage"})


class FieldAtFault(BaseModel):
    """One field of a request that cannot be used."""

    field: str = Field(description="Where it stands, for instance `reason`.")
    detail: str = Field(description="What is wrong with it.")


class Problem(BaseModel):
    """Why a request was not carried out (RFC 9457)."""

    type: str = Field(description="Names the kind of problem: `urn:promotion:problem:` and a code.")
    title: str = Field(description="The HTTP status in words.")
    status: int = Field(description="The HTTP status.")
    detail: str = Field(description="What happened.")
    remedy: str | None = Field(None, description="What to do about it.")
    errors: list[FieldAtFault] | None = Field(None, description="The fields at fault.")
    current: str | None = Field(None, description="The status that does not allow the request.")
    correlation_id: str | None = Field(None, description="Names the fault in the app's log.")


class Refusal(Exception):
    """A request is answered with a problem."""

    def __init__(
        self,
        status: int,
        detail: str,
        *,
        code: str,
        remedy: str | None = None,
        errors: list[FieldAtFault] | None = None,
        current: str | None = None,
        correlation_id: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.headers = headers or {}
        self.problem = Problem(
            type=_TYPE + code,
            title=HTTPStatus(status).phrase,
            status=status,
            detail=detail,
            remedy=remedy,
            errors=errors,
            current=current,
            correlation_id=correlation_id,
        )


def not_found(what: str) -> Refusal:
    """There is no such thing; ``what`` begins the sentence."""
    return Refusal(404, f"{what} does not exist.", code="NotFound")


def conflict(detail: str, current: str, remedy: str | None = None) -> Refusal:
    """``current``, a status, does not allow the request."""
    return Refusal(409, detail, code="StatusDoesNotAllow", current=current, remedy=remedy)


def of_error(error: PromotionError) -> Refusal:
    """The problem that a rule or Azure has raised."""
    failure = error.failure
    code = failure.code or "Refused"
    if isinstance(error, Retryable):
        return Refusal(
            503, failure.reason, code=code, remedy=failure.remedy, headers={"Retry-After": "10"}
        )
    status = 404 if code in _UNKNOWN else 409
    return Refusal(status, failure.reason, code=code, remedy=failure.remedy)


def of_azure(error: PromotionError) -> Refusal:
    """What Azure has answered to the app itself: 503 when it may work later, 502 when not."""
    if isinstance(error, Retryable):
        return of_error(error)
    failure = error.failure
    return Refusal(502, failure.reason, code=failure.code or "Azure", remedy=failure.remedy)


def of_policy(error: Exception) -> Refusal:
    """The policy in force cannot be read; nothing of where it stands is told."""
    if isinstance(error, PolicyInvalid):
        code, detail = "PolicyInvalid", f"The policy cannot be used: {error}"
        remedy = "Mend the policy of the app: policy check shows every mistake."
    else:
        code, detail = "PolicyUnreadable", "The policy cannot be read."
        remedy = "Look into the app's log: it says what is in the way."
    return Refusal(503, detail, code=code, remedy=remedy, headers={"Retry-After": "60"})


def of_validation(error: ValidationError, where: str = "body") -> Refusal:
    """The fields at fault, without the values that were sent: one may be a secret."""
    mistakes = error.errors(include_url=False, include_context=False, include_input=False)
    if any(mistake["type"] == "json_invalid" for mistake in mistakes):
        return Refusal(400, "The body is not JSON.", code="NotJson", remedy="Send a JSON object.")
    errors = [
        FieldAtFault(field=_place(mistake["loc"]) or where, detail=mistake["msg"])
        for mistake in mistakes[:20]
    ]
    said = "; ".join(f"{one.field}: {one.detail}" for one in errors)
    remedy = "Correct the fields at fault; /api/openapi.json describes them."
    return Refusal(
        422, f"The {where} cannot be used: {said}", code="Invalid", errors=errors, remedy=remedy
    )


def broken(correlation_id: str) -> Refusal:
    """A fault of ours; the log knows more."""
    return Refusal(
        500,
        "The service broke while it answered.",
        code="Broken",
        correlation_id=correlation_id,
        remedy="Report it with the correlation id, which the app's log has, too.",
    )


def _place(location: tuple[int | str, ...]) -> str:
    """Names of fields come from the request: they may be of any length."""
    return ".".join(str(part)[:100] for part in location[:10])
