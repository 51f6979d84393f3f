"""Microsoft's own parser for KQL, in node."""

import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import pytest

_HERE: Final = Path(__file__).parent / "kql"
_CACHE: Final = Path(__file__).parents[2] / ".local" / "kql"
SCHEMA: Final = {
    "AppEvents": "(TenantId: string, TimeGenerated: datetime, Name: string, Properties: dynamic,"
    " Measurements: dynamic, OperationName: string, OperationId: string, ParentId: string,"
    " SyntheticSource: string, SessionId: string, UserId: string, UserAuthenticatedId: string,"
    " UserAccountId: string, AppVersion: string, AppRoleName: string, AppRoleInstance: string,"
    " ClientType: string, ClientModel: string, ClientOS: string, ClientIP: string,"
    " ClientCity: string, ClientStateOrProvince: string, ClientCountryOrRegion: string,"
    " ClientBrowser: string, ResourceGUID: string, IKey: string, SDKVersion: string,"
    " ItemCount: int, SourceSystem: string, Type: string, _ResourceId: string)"
}
"""As https://learn.microsoft.com/azure/azure-monitor/reference/tables/appevents has it."""


def check(queries: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """Mistakes and columns of each query. Skips the test where there is no node."""
    node = _program("node")
    modules = _installed(_program("npm"))
    done = subprocess.run(
        [node, str(_HERE / "check.js")],
        input=json.dumps({"schema": SCHEMA, "queries": dict(queries)}),
        env={**os.environ, "NODE_PATH": str(modules)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, dict[str, Any]] = json.loads(done.stdout)
    return found


def _program(name: str) -> str:
    found = shutil.which(name)
    if found is None and not (os.environ.get("CI") or os.environ.get("REQUIRE_NODE")):
        pytest.skip(f"{name} is missing: install Node.js 20 to check the queries with KQL's parser")
    assert found, f"{name} is missing, and the queries must be checked here"
    return found


def _installed(npm: str) -> Path:
    """Where the package is; installed once for each package-lock.json, which pins its digest."""
    lock = (_HERE / "package-lock.json").read_bytes()
    folder = _CACHE / hashlib.sha256(lock).hexdigest()[:16]
    if not folder.exists():
        _CACHE.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=_CACHE) as name:
            _install(npm, Path(name) / "new")
            # In one step, so that a folder of that name is always whole.
            (Path(name) / "new").rename(folder)
    return folder / "node_modules"


def _install(npm: str, folder: Path) -> None:
    folder.mkdir()
    for file in ("package.json", "package-lock.json"):
        shutil.copy(_HERE / file, folder)
    done = subprocess.run(
        [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, f"npm cannot install KQL's parser: {done.stderr}"
