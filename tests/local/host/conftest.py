"""One host at a time: the worker library keeps its registry in globals."""

import json
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import pytest
from azure.durable_functions.client import SyncDurableFunctionsClient

from local.host import Host, Keys

APP = Path(__file__).parent / "app"
SETTINGS = {
    "HOST_TEST_SETTING": "from local.settings.json",
    "HOST_TEST_SCHEDULE": "0 0 0 1 1 *",
}


@pytest.fixture(scope="session")
def app_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample app with its local settings, which are written here as git ignores such files."""
    directory = tmp_path_factory.mktemp("installed") / "app"
    shutil.copytree(APP, directory, ignore=shutil.ignore_patterns("__pycache__"))
    (directory / "local.settings.json").write_text(json.dumps({"Values": SETTINGS}))
    return directory


@pytest.fixture(scope="module")
def host(app_dir: Path) -> Iterator[Host]:
    with Host(app_dir, keys=Keys()) as host:
        yield host


@pytest.fixture(scope="module")
def app(host: Host) -> ModuleType:
    """The app's module, with what its functions left behind."""
    return sys.modules["function_app"]


@pytest.fixture(scope="module")
def web(host: Host) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=host.url, timeout=20) as client:
        yield client


@pytest.fixture
def client(host: Host) -> SyncDurableFunctionsClient:
    return host.durable_client()


@pytest.fixture
def run(client: SyncDurableFunctionsClient) -> Any:
    """Run an orchestration to its end and return its final state."""

    def run(name: str, *, input: Any = None, instance_id: str | None = None) -> Any:
        instance = client.schedule_new_orchestration(name, input=input, instance_id=instance_id)
        return client.wait_for_orchestration_completion(instance, timeout=20)

    return run
