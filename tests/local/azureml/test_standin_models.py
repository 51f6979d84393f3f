"""Models of a workspace: registering, reading, changing, archiving."""

import json

from standin_client import Client, a_job, workspace_id

MODEL = f"{workspace_id()}/models/taxi"


def test_a_new_version_is_201_with_its_location(client: Client) -> None:
    reply = client.register()

    assert reply.status_code == 201
    assert reply.headers["location"].startswith(f"{client.azure.url}{MODEL}/versions/1?api-version")
    assert reply.json()["name"] == "1"
    assert reply.json()["type"].endswith("/models/versions")


def test_a_version_has_exactly_the_properties_that_azure_shows(client: Client) -> None:
    properties = client.register().json()["properties"]

    assert list(properties) == [
        "description",
        "tags",
        "properties",
        "isArchived",
        "isAnonymous",
        "flavors",
        "modelType",
        "modelUri",
        "jobName",
    ]


def test_a_version_registered_from_a_job_names_the_job_and_its_run(client: Client) -> None:
    properties = client.register().json()["properties"]

    assert properties["jobName"] == "train-1"
    source = properties["properties"]["mlflow.modelSourceUri"]
    assert source == "azureml://experiments/taxi/runs/train-1/artifacts/model"
    assert properties["modelUri"].endswith("/paths/ExperimentRun/dcid.train-1/model")


def test_flavors_are_read_from_the_mlmodel_file(client: Client) -> None:
    properties = client.register().json()["properties"]

    assert properties["flavors"]["sklearn"] == {"data": {"sklearn_version": "1.5.0"}}
    assert properties["properties"]["flavors"] == "python_function,sklearn"
    assert json.loads(properties["properties"]["flavors.sklearn"]) == {"sklearn_version": "1.5.0"}
    assert json.loads(properties["properties"]["model_json"])["run_id"] == "train-1"


def test_a_custom_model_has_no_flavors_but_keeps_its_job(client: Client) -> None:
    properties = client.register(modelType="custom_model").json()["properties"]

    assert (properties["flavors"], properties["jobName"]) == ({}, "train-1")


def test_a_model_may_be_registered_by_its_run(client: Client) -> None:
    assert client.register(modelUri="runs:/train-1/model").json()["properties"]["jobName"]


def test_a_model_of_a_datastore_path_has_no_job(client: Client) -> None:
    uri = "azureml://datastores/workspaceblobstore/paths/models/taxi"

    properties = client.register(modelUri=uri).json()["properties"]

    assert (properties["jobName"], properties["properties"]) == (None, {})


def test_a_model_of_an_unknown_job_is_refused(client: Client) -> None:
    assert client.register(modelUri="runs:/nobody/model").status_code == 404


def test_changing_tags_is_200_and_keeps_when_it_was_made(client: Client) -> None:
    made = client.register(tags={"stage": "new"}).json()

    changed = client.register(tags={"stage": "approved"})

    assert changed.status_code == 200
    assert changed.json()["properties"]["tags"] == {"stage": "approved"}
    assert changed.json()["systemData"]["createdAt"] == made["systemData"]["createdAt"]
    assert changed.json()["properties"]["jobName"] == "train-1"


def test_the_files_of_a_version_cannot_be_exchanged(client: Client) -> None:
    client.register()
    client.seed(jobs=[a_job("train-2")])

    reply = client.register(modelUri="runs:/train-2/model")

    assert reply.status_code == 400
    assert reply.json()["error"]["message"] == "Asset paths cannot be updated."


def test_only_a_new_version_is_an_event(client: Client) -> None:
    client.register(tags={"stage": "new"})
    client.register(tags={"stage": "approved"})

    events = client.get("/_emulator/events").json()["events"]

    assert [event["event"]["subject"] for event in events] == ["models/taxi:1"]
    assert events[0]["event"]["data"]["modelTags"] == {"stage": "new"}


def test_versions_are_listed_newest_first(client: Client) -> None:
    for version in ("1", "2", "10"):
        client.register(version)

    found = client.get(f"{MODEL}/versions").json()["value"]
    newest = client.get(f"{MODEL}/versions?$orderBy=createdtime desc&$top=1").json()["value"]

    assert [version["name"] for version in found] == ["10", "2", "1"]
    assert [version["name"] for version in newest] == ["10"]


def test_the_model_knows_its_latest_and_its_next_version(client: Client) -> None:
    client.register("3")

    properties = client.get(MODEL).json()["properties"]

    assert (properties["latestVersion"], properties["nextVersion"]) == ("3", "4")


def test_an_archived_version_is_not_listed_but_can_be_read(client: Client) -> None:
    client.register("1")
    client.register("2")
    client.register("1", isArchived=True)

    listed = client.get(f"{MODEL}/versions?listViewType=ActiveOnly").json()["value"]

    assert [version["name"] for version in listed] == ["2"]
    assert client.get(f"{MODEL}/versions/1").json()["properties"]["isArchived"] is True


def test_a_model_that_nobody_has_registered_is_404(client: Client) -> None:
    assert client.get(MODEL).status_code == 404
    assert client.get(f"{MODEL}/versions").status_code == 404
    assert client.get(f"{MODEL}/versions/1").status_code == 404
