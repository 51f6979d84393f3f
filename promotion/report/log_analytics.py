"""A Log Analytics workspace, asked through azure-monitor-query.

Source of what it answers: https://learn.microsoft.com/azure/azure-monitor/logs/api/response-format
"""

import json
import math
import threading
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from promotion.core.errors import Retryable
from promotion.report.log_analytics_errors import translate
from promotion.report.queries import Query
from promotion.report.source import Row, Wanted

if TYPE_CHECKING:
    from azure.monitor.query import LogsQueryClient, LogsTable

ENDPOINT: Final = "https://api.loganalytics.io"
"""Of Azure's public cloud."""
_BEGINNING: Final = datetime(2000, 1, 1, tzinfo=UTC)
_MARGIN: Final = 300
"""Seconds before its end in which a token is not used any more."""
_TRIES: Final = 2
"""How often a request is sent again."""
_LONGEST: Final = 20.0
"""Seconds that Azure may ask to be left alone; if it asks for more, people are told instead."""
_TICK: Final = timedelta(microseconds=1)


class LogAnalytics:
    """Answers from the records that Application Insights keeps in a workspace."""

    def __init__(
        self,
        workspace_id: str,
        credential: Any,
        *,
        endpoint: str = ENDPOINT,
        tenant_id: str | None = None,
    ) -> None:
        """``workspace_id`` is the workspace's customer id; ``credential`` has ``get_token``.

        ``endpoint`` is another one in a sovereign cloud, such as https://api.loganalytics.us.
        """
        self._workspace, self._endpoint = workspace_id, endpoint
        self._credential = _OneToken(credential, tenant_id)
        self._lock = threading.Lock()
        self._made: LogsQueryClient | None = None

    @property
    def title(self) -> str:
        """What it is, for people."""
        return f"Log Analytics workspace {self._workspace}"

    def ask(self, query: Query, wanted: Wanted) -> list[Row]:
        """The answer. Raises PromotionError when it cannot be had, or not as a whole."""
        wanted = wanted.of(query)
        asked_at = f"datetime({wanted.until.isoformat()})" if wanted.until else "now()"
        try:
            answer = self._client().query_workspace(
                self._workspace,
                # Of a time range in the past, how it was at its end.
                query.asked_for(**wanted.parameters).replace("now()", asked_at),
                timespan=_timespan(wanted, datetime.now(UTC)),
            )
        except ModuleNotFoundError:
            raise
        except Exception as error:
            raise translate(error, query.name) from error
        found: Any = answer
        if failure := getattr(found, "partial_error", None):
            raise Retryable(
                f"Log Analytics answered {query.name} only in part: {failure.message}",
                remedy="Ask for a shorter time.",
                code="PartialError",
            )
        return _rows(found.tables[0]) if found.tables else []

    def _client(self) -> "LogsQueryClient":
        with self._lock:
            if self._made is None:
                from azure.monitor.query import LogsQueryClient

                self._made = LogsQueryClient(
                    self._credential, endpoint=self._endpoint, retry_policy=_retries()
                )
            return self._made


class _OneToken:
    """One token for all threads: nobody types a code four times because four of them ask."""

    def __init__(self, credential: Any, tenant_id: str | None) -> None:
        self._credential = credential
        self._more = {"tenant_id": tenant_id} if tenant_id else {}
        self._lock = threading.Lock()
        self._token: Any = None

    def get_token(self, *scopes: str, **given: Any) -> Any:
        """As azure-core's TokenCredential has it."""
        with self._lock:
            old = self._token is None or self._token.expires_on < time.time() + _MARGIN
            if old or given.get("claims"):
                self._token = self._credential.get_token(*scopes, **(self._more | given))
            return self._token


def _retries() -> Any:
    from azure.core.pipeline.policies import RetryPolicy

    class NotForLong(RetryPolicy):  # type: ignore[type-arg]
        """Waits only as long as somebody looks on without a word."""

        def is_retry(self, settings: Any, response: Any) -> bool:
            wait = self.get_retry_after(response) or 0
            return wait <= _LONGEST and bool(super().is_retry(settings, response))

    return NotForLong(retry_total=_TRIES)


def _timespan(wanted: Wanted, now: datetime) -> tuple[datetime, datetime] | None:
    """What Azure counts in at both ends; None is everything that it keeps."""
    if wanted.since is None and wanted.until is None:
        return None
    # Clocks differ, so that the newest records may be of later than now.
    until = wanted.until - _TICK if wanted.until else now + timedelta(days=1)
    return wanted.since or _BEGINNING, until


def _rows(table: "LogsTable") -> list[Row]:
    return [
        {
            name: _value(value, kind)
            for name, kind, value in zip(table.columns, table.columns_types, row, strict=True)
        }
        for row in table.rows
    ]


def _value(given: Any, kind: str) -> Any:
    """As a Source gives it; ``kind`` is the type that the API names."""
    if given is None or (given == "" and kind != "string"):
        return None
    if isinstance(given, datetime):
        return given.astimezone(UTC)
    if kind in ("real", "decimal"):
        # Those that are no numbers in JSON come as texts: NaN, Infinity.
        number = float(given)
        return number if math.isfinite(number) else None
    if kind in ("int", "long"):
        return int(given)
    return given if isinstance(given, str | bool) else json.dumps(given, ensure_ascii=False)
