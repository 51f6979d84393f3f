"""Reads JSON that others wrote: what is not there, or not as it should be, is missing."""

import json
from datetime import UTC, datetime
from typing import Any, Final

from promotion.azureml import access

_NOT_THERE: Final = (400, 404)
"""Azure says 400, not 404, for some names that it does not know."""


def look(url: str, params: dict[str, str]) -> dict[str, Any] | None:
    """The JSON object at ``url``; None when there is nothing.

    A missing permission raises, as every other failure does: it is not the team's evidence that
    is missing then.
    """
    from azure.core.exceptions import HttpResponseError

    try:
        return mapping(access.request("GET", url, params=params).json())
    except HttpResponseError as error:
        if error.status_code in _NOT_THERE:
            return None
        raise


def parsed(text: str | None) -> dict[str, Any]:
    """The JSON object in ``text``; empty when there is none."""
    try:
        return mapping(json.loads(text)) if text else {}
    except (ValueError, RecursionError):  # no JSON, or nested as only malice would
        return {}


def mapping(value: Any) -> dict[str, Any]:
    """``value`` if it is an object."""
    return value if isinstance(value, dict) else {}


def entries(value: Any) -> list[dict[str, Any]]:
    """What MLflow writes as a list of objects, each with a ``key``."""
    listed = value if isinstance(value, list) else []
    return [
        entry for entry in listed if isinstance(entry, dict) and isinstance(entry.get("key"), str)
    ]


def texts(values: Any) -> dict[str, str]:
    """An object's values as texts, without those that are null."""
    return {key: str(value) for key, value in mapping(values).items() if value is not None}


def text(value: Any) -> str | None:
    """``value`` if it is a text that says something."""
    return value if isinstance(value, str) and value else None


def number(value: Any) -> float | None:
    """The number in ``value``; JSON has NaN and the infinities as texts only."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        return float(value)
    except (ValueError, OverflowError):
        return None


def whole(value: Any) -> int | None:
    """The whole number in ``value``: protobuf's JSON writes large ones as texts."""
    try:
        return None if isinstance(value, bool | float) else int(value)
    except (ValueError, TypeError):
        return None


def moment(milliseconds: Any) -> datetime | None:
    """MLflow gives times in milliseconds since 1970."""
    try:
        return datetime.fromtimestamp(int(milliseconds) / 1000, UTC) if milliseconds else None
    except (ValueError, TypeError, OverflowError, OSError):
        return None
