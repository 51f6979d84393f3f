"""The real azure-ai-ml and azure-identity against the stand-in: models, jobs, registries.

What the product does with them is tested elsewhere; here it is the stand-in that has to behave.
"""

from pathlib import Path

import pytest
from azure.ai.ml.entities import Environment, Model
from azure.ai.ml.exceptions import ValidationException
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError
from standin_client import REGISTRY, Client
from standin_sdk import REGISTRY_MODEL, Sdk, register, share

pytestmark = pytest.mark.filterwarnings("ignore")


def test_the_default_credential_gets_its_token_from_the_identity_endpoint(sdk: Sdk) -> None:
    assert sdk.credential.get_token("https://management.azure.com/.default").token.count(".") == 2


def test_a_model_is_registered_from_a_job_output(sdk: Sdk) -> None:
    model = register(sdk, tags={"owner": "anna"})

    assert (model.version, model.job_name, model.tags) == ("1", "train-1", {"owner": "anna"})
    assert set(model.flavors) == {"python_function", "sklearn"}


def test_a_model_is_registered_from_a_run(sdk: Sdk) -> None:
    assert register(sdk, path="runs:/train-1/model").job_name == "train-1"


def test_versions_count_up_by_themselves(sdk: Sdk) -> None:
    assert [register(sdk).version for _ in range(3)] == ["1", "2", "3"]


def test_a_registered_model_is_read_listed_and_archived(sdk: Sdk) -> None:
    register(sdk)
    register(sdk)
    models = sdk.workspace().models

    models.archive("taxi", "1")

    assert [model.version for model in models.list("taxi")] == ["2"]
    assert models.get("taxi", label="latest").version == "2"
    assert [model.name for model in models.list()] == ["taxi"]
    with pytest.raises(ResourceNotFoundError):
        models.get("taxi", "9")


def test_a_model_is_archived_as_a_whole(sdk: Sdk) -> None:
    register(sdk)

    sdk.workspace().models.archive("taxi")

    assert list(sdk.workspace().models.list()) == []


def test_tags_of_a_registered_model_are_changed(sdk: Sdk) -> None:
    model = register(sdk)
    model.tags["approved_by"] = "bert"

    sdk.workspace().models.create_or_update(model)

    assert sdk.workspace().models.get("taxi", "1").tags == {"approved_by": "bert"}


def test_a_model_is_shared_once(sdk: Sdk) -> None:
    register(sdk)

    assert share(sdk).id == REGISTRY_MODEL

    with pytest.raises(ValidationException, match="already exists in registry"):
        share(sdk)


def test_a_first_share_fails_where_the_registry_has_no_list_for_an_unknown_model(
    client: Client, sdk: Sdk
) -> None:
    """1.35.2 catches ResourceNotFoundError only, and the list raises something else."""
    register(sdk)
    client.put("/_emulator/behaviour", {"unknown_registry_versions_list": 404})

    with pytest.raises(HttpResponseError) as raised:
        share(sdk)

    assert raised.value.status_code == 404


def test_the_registry_lists_what_was_shared(sdk: Sdk) -> None:
    register(sdk)
    share(sdk)
    models = sdk.registry().models

    assert [model.name for model in models.list()] == ["taxi"]
    assert [model.version for model in models.list("taxi")] == ["1"]
    assert models.get("taxi", label="latest").version == "1"
    with pytest.raises(ResourceNotFoundError):
        models.get("taxi", "9")


def test_tags_of_a_registry_model_are_changed(sdk: Sdk) -> None:
    register(sdk)
    share(sdk)
    models = sdk.registry().models
    model = models.get("taxi", "1")
    model.tags["stage"] = "prod"

    models.create_or_update(model)

    assert models.get("taxi", "1").tags == {"stage": "prod"}


def test_a_model_folder_is_uploaded_to_the_registry(sdk: Sdk, tmp_path: Path) -> None:
    (tmp_path / "MLmodel").write_text("flavors: {}\n")
    model = Model(name="local", version="1", path=str(tmp_path), type="mlflow_model")

    made = sdk.registry().models.create_or_update(model)

    assert made.id == f"azureml://registries/{REGISTRY}/models/local/versions/1"


def test_an_environment_is_shared(sdk: Sdk) -> None:
    environments = sdk.workspace().environments
    environments.create_or_update(Environment(name="sklearn", version="7", image="mcr/x:1"))

    environments.share(
        "sklearn",
        "7",
        share_with_name="sklearn",
        share_with_version="7",
        registry_name=REGISTRY,
    )

    assert sdk.registry().environments.get("sklearn", "7").image == "mcr/x:1"


def test_a_job_is_read(sdk: Sdk) -> None:
    job = sdk.workspace().jobs.get("train-1")

    assert (job.name, job.status, job.experiment_name) == ("train-1", "Completed", "taxi")


def test_a_failed_share_is_an_error_with_the_reason(client: Client, sdk: Sdk) -> None:
    register(sdk)
    client.fault("/import$", operation={"code": "StorageError", "message": "no access"})

    with pytest.raises(HttpResponseError) as raised:
        share(sdk)

    assert (raised.value.status_code, raised.value.error.code) == (400, "StorageError")
