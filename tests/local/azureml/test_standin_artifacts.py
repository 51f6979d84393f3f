"""Files of a model: the MLmodel with its signature, and how large they all are."""

import json
from typing import Any

import pytest
from standin_client import Client, a_job, workspace_id

SIGNED = """\
flavors:
  python_function: {loader_module: mlflow.sklearn}
model_size_bytes: 9
signature:
  inputs: '[{"name": "km", "type": "double"}]'
  outputs: '[{"type": "double"}]'
"""
ARTIFACTS = f"/artifact/v2.0{workspace_id()}/artifacts/ExperimentRun/dcid.train-2"
FILES = {"model/MLmodel": SIGNED, "model/data/model pkl": "123456789", "model-2/MLmodel": "{}"}


@pytest.fixture(autouse=True)
def _files(client: Client) -> None:
    client.seed(jobs=[a_job("train-2", artifacts=FILES)])


def properties(client: Client) -> dict[str, str]:
    """What Azure has written into a version that was registered from the run."""
    made = client.register(modelUri="runs:/train-2/model").json()
    found: dict[str, str] = made["properties"]["properties"]
    return found


def listed(client: Client, path: str) -> dict[str, str]:
    found: list[dict[str, Any]] = client.get(f"{ARTIFACTS}/prefix/contentinfo?path={path}").json()[
        "value"
    ]
    return {one["path"]: one["contentUri"] for one in found}


def test_the_model_version_has_the_mlmodel_file_as_json(client: Client) -> None:
    described = json.loads(properties(client)["model_json"])

    assert json.loads(described["signature"]["inputs"]) == [{"name": "km", "type": "double"}]
    assert described["model_size_bytes"] == 9


def test_the_artifact_prefix_of_a_model_leads_to_its_files(client: Client) -> None:
    prefix = client.register(modelUri="runs:/train-2/model").json()["properties"]["properties"][
        "azureml.artifactPrefix"
    ]
    origin, container, path = prefix.split("/", 2)

    assert ARTIFACTS.endswith(f"/artifacts/{origin}/{container}")
    assert set(listed(client, f"{path}/")) == {"model/MLmodel", "model/data/model pkl"}


def test_a_prefix_may_end_in_mid_word(client: Client) -> None:
    assert set(listed(client, "model")) == set(FILES)


def test_the_size_of_a_file_is_asked_of_storage(client: Client) -> None:
    uris = listed(client, "model/")

    sizes = {path: client.send("HEAD", uri, token="").headers for path, uri in uris.items()}

    assert sizes["model/data/model pkl"]["content-length"] == "9"
    assert sizes["model/MLmodel"]["content-length"] == str(len(SIGNED))


def test_the_content_of_a_file_needs_no_token_but_its_address(client: Client) -> None:
    uri = client.get(f"{ARTIFACTS}/contentinfo?path=model/MLmodel").json()["contentUri"]

    assert client.get(uri, token="").text == SIGNED
    assert client.get(uri.partition("?")[0], token="").status_code == 401


def test_a_file_that_is_not_there_is_404(client: Client) -> None:
    assert client.get(f"{ARTIFACTS}/contentinfo?path=model/none").status_code == 404
    assert listed(client, "none/") == {}


def test_the_artifact_service_wants_a_token(client: Client) -> None:
    reply = client.get(f"{ARTIFACTS}/prefix/contentinfo?path=model/", token="")

    assert reply.status_code == 401
