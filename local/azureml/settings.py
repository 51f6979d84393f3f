"""What a test may turn while the stand-in runs."""

from dataclasses import dataclass, field
from typing import Any

KINDS = ("endpoint", "deployment", "traffic", "import", "delete", "compute", "job", "default")
"""What an operation may be; each has a duration of its own. `job` is how long a job runs."""
_BEHAVIOURS = (
    "unknown_registry_versions_list",
    "page_size",
    "models_from_registry",
    "failing_jobs",
)


@dataclass
class Settings:
    """Durations of operations, and behaviours of Azure that are known to vary."""

    seconds: dict[str, float] = field(default_factory=lambda: dict.fromkeys(KINDS, 0.0))
    retry_after: float | None = None
    """Sent with replies that a client polls. Azure ML sends none."""
    unknown_registry_versions_list: int = 200
    """The status of a versions list for a model that the registry has never seen: 200 or 404."""
    page_size: int = 30
    """Entries on a page of a list, where the request has no `$top`. Azure's is not documented."""
    models_from_registry: str = "accepted"
    """Whether a workspace registers a model whose `modelUri` is a registry's model: `accepted` or
    `refused`. The documented paths of a model have it; no recording shows Azure's answer."""
    failing_jobs: str | None = None
    """Jobs that are submitted from now on fail with this message; null lets them complete."""

    def clock(self) -> dict[str, Any]:
        return {"seconds": dict(self.seconds), "retry_after": self.retry_after}

    def set_clock(self, change: dict[str, Any]) -> None:
        seconds = {kind: float(value) for kind, value in change.get("seconds", {}).items()}
        if unknown := sorted(set(seconds) - set(KINDS)):
            raise ValueError(f"{unknown[0]} is no kind of operation; there are {', '.join(KINDS)}")
        self.seconds |= seconds
        if "retry_after" in change:
            value = change["retry_after"]
            self.retry_after = None if value is None else float(value)

    def behaviour(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in _BEHAVIOURS}

    def set_behaviour(self, change: dict[str, Any]) -> None:
        status = change.get("unknown_registry_versions_list", self.unknown_registry_versions_list)
        if status not in (200, 404):
            raise ValueError("unknown_registry_versions_list is 200 or 404")
        size = change.get("page_size", self.page_size)
        if not isinstance(size, int) or size < 1:
            raise ValueError("page_size is a whole number of at least 1")
        accepted = change.get("models_from_registry", self.models_from_registry)
        if accepted not in ("accepted", "refused"):
            raise ValueError("models_from_registry is accepted or refused")
        reason = change.get("failing_jobs", self.failing_jobs)
        if not isinstance(reason, str | None):
            raise ValueError("failing_jobs is the message that they fail with, or null")
        self.models_from_registry, self.failing_jobs = accepted, reason
        self.page_size = size
        self.unknown_registry_versions_list = status

    def polling_headers(self) -> dict[str, str]:
        return {} if self.retry_after is None else {"Retry-After": f"{self.retry_after:g}"}
