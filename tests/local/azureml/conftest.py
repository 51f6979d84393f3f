"""One stand-in for all tests; every test begins with two workspaces, a registry and a job."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from standin_client import REGISTRY, Client, a_job, a_workspace
from standin_sdk import Sdk

from local.azureml import StandIn


@pytest.fixture(scope="session")
def azure(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StandIn]:
    directory: Path = tmp_path_factory.mktemp("azure")
    with StandIn(directory=directory) as running:
        yield running


@pytest.fixture(scope="session")
def _client(azure: StandIn) -> Iterator[Client]:
    client = Client(azure)
    yield client
    client.close()


@pytest.fixture
def client(_client: Client) -> Client:
    """A stand-in that has forgotten what other tests did."""
    _client.post("/_emulator/reset")
    _client.seed(
        workspaces=[a_workspace("dev"), a_workspace("prod", location="westus2")],
        registries=[{**a_workspace("shared"), "name": REGISTRY}],
        jobs=[a_job()],
    )
    return _client


@pytest.fixture
def sdk(client: Client, monkeypatch: pytest.MonkeyPatch) -> Sdk:
    """azure-identity and azure-ai-ml take their trust and their token from the environment."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(client.azure.ca_file))
    monkeypatch.setenv("IDENTITY_ENDPOINT", client.azure.identity_endpoint)
    monkeypatch.setenv("IDENTITY_HEADER", client.azure.identity_header)
    return Sdk(client)
