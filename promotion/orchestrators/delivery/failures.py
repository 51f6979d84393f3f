"""Why a delivery did not come about, in the same words whatever kind the endpoint is."""

from collections.abc import Iterable

from promotion.core.errors import Failure
from promotion.core.references import ModelVersion


def newer_serves(endpoint: str, model: ModelVersion, serving: Iterable[str]) -> Failure | None:
    """Why this version comes too late: events are unordered, and a newer one was faster."""
    newer = [version for version in serving if model.is_older_than(version)]
    if not newer:
        return None
    return Failure(
        reason=f"{endpoint} serves {model.name}:{max(newer, key=int)} already, which is newer "
        f"than {model}.",
        remedy="Register the older model again if it is to serve: it gets a newer version.",
        code="NewerVersionServes",
    )


def not_taken_back(endpoint: str, why: Failure, trouble: Failure) -> Failure:
    """It failed, and so did taking it back: people hear of both."""
    return Failure(
        reason=f"{why.reason} Taking it back failed too: {trouble.reason}",
        remedy=trouble.remedy or f"Look at the endpoint {endpoint}.",
        code=why.code,
    )
