"""The audit trail: one record per fact, for dashboards and for people who ask why.

On Azure each record becomes a row of AppEvents in Application Insights: a log record with the
attribute ``microsoft.custom_event.name`` is a custom event, with ``microsoft.custom_measurements``
as its numbers (azure-monitor-opentelemetry-exporter). Locally the same rows are written as JSON
lines to the file that the setting PROMOTION_AUDIT_FILE names.

Activities and triggers emit records, orchestrators never do: they are replayed. A step may run
twice, and its record then stands there twice with the same ``record_id``: count distinct ids.
"""

import json
import logging
import math
import threading
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Final

from promotion.core.context import Context
from promotion.core.errors import Failure
from promotion.core.names import digest, fingerprint
from promotion.core.value import Json
from promotion.settings import read_settings

SCHEMA_VERSION: Final = "1"
PREFIX: Final = "promotion."
MAX_PROPERTY: Final = 8_192
"""Application Insights cuts a property after 8 KiB."""

_logger = logging.getLogger("promotion.audit")


def emit(
    name: str,
    context: Context | None = None,
    *,
    reason: str | None = None,
    failure: Failure | None = None,
    measurements: Mapping[str, float] | None = None,
    key: str = "",
    **details: Json,
) -> None:
    """Write the fact ``name`` (without prefix) down.

    ``failure`` gives reason, remedy and code. ``key`` tells facts of one name and stage apart,
    for instance by gate. Details that are None and numbers that JSON does not have are left out.
    """
    promotion_id, stage = (context.promotion_id, context.stage) if context else ("", None)
    record_id = digest(promotion_id, name, stage or "", key)
    properties: dict[str, Json] = {"schema_version": SCHEMA_VERSION, "record_id": record_id}
    if context is not None:
        properties |= {
            "promotion_id": context.promotion_id,
            "route": context.route,
            "model": context.model.name,
            "version": context.model.version,
            "source": context.source,
            "stage": context.stage,
            "actor": context.actor,
            "bypassed": ", ".join(context.bypassed) or None,
        }
    if failure is not None:
        properties |= {"reason": failure.reason, "remedy": failure.remedy, "code": failure.code}
    if reason is not None:
        properties["reason"] = reason
    numbers = {k: number for k, number in (measurements or {}).items() if math.isfinite(number)}
    _write(PREFIX + name, _texts(properties | details), numbers)


def milliseconds(span: timedelta) -> float:
    """``span`` as the records give it."""
    return round(span.total_seconds() * 1000, 1)


def _texts(properties: Mapping[str, Json]) -> dict[str, str]:
    """Property values are texts; what is not one becomes JSON, None is left out."""

    def text(value: Json) -> str:
        plain = value if isinstance(value, str) else json.dumps(value)
        # Half a surrogate pair, as a malicious event may have it, cannot be sent anywhere.
        return plain[:MAX_PROPERTY].encode("utf-8", "replace").decode()

    return {key: text(value) for key, value in properties.items() if value is not None}


def _write(name: str, properties: dict[str, str], measurements: dict[str, float]) -> None:
    if not _logger.isEnabledFor(logging.INFO):
        _logger.setLevel(logging.INFO)
    # Properties must not shadow what a LogRecord already has, such as ``name``; ours don't.
    _logger.info(
        name,
        extra={
            "microsoft.custom_event.name": name,
            "microsoft.custom_measurements": json.dumps(measurements),
            **properties,
        },
    )
    if (path := read_settings().audit_file) is not None:
        try:
            _local(path).append(name, properties, measurements)
        except OSError:  # a full disk must not stop a promotion; the log has the record, too
            _logger.exception("the audit file %s cannot be written", path)


class _JsonLines:
    """Rows in the shape of AppEvents, one JSON object a line."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        path.parent.mkdir(parents=True, exist_ok=True)

    def append(self, name: str, properties: dict[str, str], measurements: dict[str, float]) -> None:
        row = {
            "TimeGenerated": datetime.now(UTC).isoformat(timespec="microseconds"),
            "Name": name,
            "Properties": properties,
            "Measurements": measurements,
            # On Azure the id of the trace; locally one id per promotion, so that rows join.
            "OperationId": fingerprint(properties.get("promotion_id", "")),
            "AppRoleName": "promotion",
        }
        line = json.dumps(row, ensure_ascii=False) + "\n"
        # One write of one line, so that a crash never leaves half a row between others.
        with self._lock, self._path.open("a", encoding="utf-8") as file:
            file.write(line)


@cache
def _local(path: Path) -> _JsonLines:
    return _JsonLines(path)
