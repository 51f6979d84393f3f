"""The product's own code against the stand-in, through the real SDK and real HTTPS."""

import json
import os
from collections.abc import Iterator

import pytest
from contract.world import World

from local import taxi
from local.azureml import StandIn


@pytest.fixture(scope="session")
def stand_in(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StandIn]:
    """One stand-in for all contract tests, and this process told where it is."""
    with StandIn(directory=tmp_path_factory.mktemp("azure"), seed=taxi.seed()) as azure:
        base, port = f"{azure.url}/", azure.url.rpartition(":")[2]
        os.environ |= {
            "REQUESTS_CA_BUNDLE": str(azure.ca_file),
            "IDENTITY_ENDPOINT": azure.identity_endpoint,
            "IDENTITY_HEADER": azure.identity_header,
            "PROMOTION_CLOUD": f"Local{port}",
            "PROMOTION_CLOUD_METADATA": json.dumps(
                {
                    "azure_portal": base,
                    "resource_manager": base,
                    "active_directory": base,
                    "aml_resource_id": "https://ml.azure.com/",
                    "storage_endpoint": f"localhost:{port}",
                    "registry_discovery_endpoint": base,
                }
            ),
        }
        yield azure


@pytest.fixture
def world(stand_in: StandIn, tmp_path, monkeypatch) -> Iterator[World]:
    """The taxi team's Azure as it is in the beginning, and an audit trail of its own."""
    monkeypatch.setenv("PROMOTION_AUDIT_FILE", str(tmp_path / "audit.jsonl"))
    with World(stand_in, tmp_path / "audit.jsonl") as world:
        yield world
