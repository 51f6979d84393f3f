"""host.json and local.settings.json of an app."""

import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from local.host.errors import HostError


@dataclass(frozen=True)
class AppSettings:
    route_prefix: str = "api"
    durable: dict[str, Any] = field(default_factory=dict)

    @property
    def hub(self) -> str:
        return str(self.durable.get("hubName") or "TestHubName")

    @property
    def replace_running(self) -> bool:
        return self.durable.get("overridableExistingInstanceStates") == "AnyState"

    @property
    def default_version(self) -> str | None:
        return self.durable.get("defaultVersion")


def load(app_dir: Path) -> AppSettings:
    """Read host.json, and put the Values beside it where the environment has none."""
    values = _read(app_dir / "local.settings.json").get("Values", {})
    for name, value in values.items():
        os.environ.setdefault(name, str(value))
    # As Azure Functions Core Tools do: this is nobody's deployment.
    os.environ.setdefault("AZURE_FUNCTIONS_ENVIRONMENT", "Development")
    # Orchestrators and synchronous activities share the worker's thread pool; Azure's own default
    # (processors + 4) is too small for that, and a local machine has fewer processors still.
    os.environ.setdefault("PYTHON_THREADPOOL_THREAD_COUNT", "32")
    extensions = _read(app_dir / "host.json").get("extensions", {})
    return AppSettings(
        route_prefix=str(extensions.get("http", {}).get("routePrefix", "api")),
        durable=extensions.get("durableTask", {}),
    )


def _read(path: Path) -> dict[str, Any]:
    if not path.exists():
        return {}
    try:
        content = json.loads(path.read_text())
    except ValueError as error:
        raise HostError(f"{path} is not JSON: {error}") from error
    if not isinstance(content, dict):
        raise HostError(f"{path} is not a JSON object")
    return content
