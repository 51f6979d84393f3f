"""The product's own code against the stand-in, through the real SDK and real HTTPS."""

import json
from collections.abc import Iterator

import pytest
from contract.world import World

from local import taxi
from local.azureml import StandIn


@pytest.fixture(scope="session")
def stand_in(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StandIn]:
    """One stand-in for all contract tests."""
    with StandIn(directory=tmp_path_factory.mktemp("azure"), seed=taxi.seed()) as azure:
        yield azure


@pytest.fixture(scope="module", autouse=True)
def at_hand(stand_in: StandIn, environment: pytest.MonkeyPatch) -> None:
    """This process is told where the stand-in is."""
    base, port = f"{stand_in.url}/", stand_in.url.rpartition(":")[2]
    metadata = {
        "azure_portal": base,
        "resource_manager": base,
        "active_directory": base,
        "aml_resource_id": "https://ml.azure.com/",
        "storage_endpoint": f"localhost:{port}",
        "registry_discovery_endpoint": base,
    }
    environment.setenv("REQUESTS_CA_BUNDLE", str(stand_in.ca_file))
    environment.setenv("IDENTITY_ENDPOINT", stand_in.identity_endpoint)
    environment.setenv("IDENTITY_HEADER", stand_in.identity_header)
    environment.setenv("PROMOTION_CLOUD", f"Local{port}")
    environment.setenv("PROMOTION_CLOUD_METADATA", json.dumps(metadata))


@pytest.fixture
def world(stand_in: StandIn, tmp_path, monkeypatch) -> Iterator[World]:
    """The taxi team's Azure as it is in the beginning, and an audit trail of its own."""
    monkeypatch.setenv("PROMOTION_AUDIT_FILE", str(tmp_path / "audit.jsonl"))
    with World(stand_in, tmp_path / "audit.jsonl") as world:
        yield world
