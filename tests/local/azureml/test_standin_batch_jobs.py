"""Invocations of batch endpoints: jobs that run for a while and end well or badly."""

import pytest
from standin_batch import (
    BATCH,
    FAILURE,
    INPUT,
    a_batch_deployment,
    history,
    in_time,
    invoke,
    job,
    serve_batch,
)
from standin_client import Client, a_job, workspace_id


def rides(client: Client, name: str, text: str) -> None:
    """A file where invocations find their input."""
    guid = client.get(workspace_id()).json()["properties"]["workspaceId"]
    path = f"/_emulator/blobs/azureml-blobstore-{guid}/rides/{name}"
    assert client.send("PUT", path, content=text.encode()).status_code == 201


def predictions(client: Client, name: str) -> str:
    [step] = history(client, name, "/children")["value"]
    guid = client.get(workspace_id()).json()["properties"]["workspaceId"]
    path = f"azureml-blobstore-{guid}/azureml/{step['runId']}/score/predictions.csv"
    return client.get(f"/blobs/any/{path}?sig=x").text


def test_an_invocation_is_a_job_that_prepares_runs_and_completes(client: Client) -> None:
    serve_batch(client, "blue")
    client.clock(100, "job")

    reply = invoke(client)

    assert reply.status_code == 201
    assert reply.headers["azureml-model-deployment"] == "blue"
    assert reply.json()["properties"]["status"] == "Preparing"
    name = reply.json()["name"]
    seen = []
    for _ in range(3):
        seen.append(job(client, name)["status"])
        in_time(client, 60)
    assert seen == ["Preparing", "Running", "Completed"]


def test_an_invocation_says_which_deployment_it_wants(client: Client) -> None:
    serve_batch(client, "blue", "green")

    name = invoke(client, "green").json()["name"]

    found = job(client, name)
    assert found["tags"]["azureml.deploymentname"] == "green"
    assert (found["jobType"], found["experimentName"]) == ("Pipeline", "taxi-batch")


@pytest.mark.parametrize(
    ("name", "text"),
    [("a.csv", "km,min\n10,4\n0,0\n"), ("a.json", '{"input_data": [[10, 4], [0, 0]]}')],
)
def test_every_row_of_the_input_gets_a_prediction(client: Client, name: str, text: str) -> None:
    serve_batch(client, "blue")
    rides(client, name, text)

    made = invoke(client).json()["name"]

    assert job(client, made)["status"] == "Completed"
    assert predictions(client, made) == f"{name},23.0\n{name},1.0\n"


def test_a_registered_data_asset_is_an_input_too(client: Client) -> None:
    serve_batch(client, "blue")
    rides(client, "a.csv", "km,min\n10,4\n")
    asset = f"{workspace_id()}/data/rides/versions/1"
    client.put(asset, {"properties": {"dataType": "uri_folder", "dataUri": INPUT}})

    made = invoke(client, uri=asset).json()["name"]

    assert predictions(client, made) == "a.csv,23.0\n"


def test_the_name_of_an_invocation_is_for_display_only(client: Client) -> None:
    serve_batch(client, "blue")
    scoring = client.get(BATCH).json()["properties"]["scoringUri"]
    asked = {"name": "check-1", "properties": {"experimentName": "checks"}}

    reply = client.post(scoring, {"properties": asked}).json()

    assert reply["name"].startswith("batchjob-")
    assert reply["properties"]["name"] == "check-1"
    found = job(client, reply["name"])
    assert (found["displayName"], found["experimentName"]) == ("check-1", "checks")


def test_a_broken_model_fails_the_job_and_run_history_says_why(client: Client) -> None:
    client.seed(jobs=[a_job("train-2", artifacts={"model/coefficients.json": "no JSON"})])
    client.register("2", modelUri="azureml://jobs/train-2/outputs/artifacts/paths/model/")
    serve_batch(client, "blue")
    bad = a_batch_deployment("models/taxi/versions/2")
    assert client.put(f"{BATCH}/deployments/green", bad).status_code == 201

    name = invoke(client, "green").json()["name"]

    assert job(client, name)["status"] == "Failed"
    assert "coefficients.json" in history(client, name)["error"]["error"]["message"]


def test_an_input_that_does_not_fit_the_model_fails_the_job(client: Client) -> None:
    serve_batch(client, "blue")
    rides(client, "a.csv", "km\n10\n")

    assert job(client, invoke(client).json()["name"])["status"] == "Failed"


def test_an_invocation_can_be_made_to_fail(client: Client) -> None:
    serve_batch(client, "blue")
    client.fault("/scoring/.*/jobs", operation=FAILURE)

    failed, completed = invoke(client).json()["name"], invoke(client).json()["name"]

    assert job(client, failed)["status"] == "Failed"
    assert history(client, failed)["error"]["error"]["code"] == "OutOfQuota"
    assert job(client, completed)["status"] == "Completed"


def test_an_invocation_needs_a_deployment_that_stands_and_a_token(client: Client) -> None:
    serve_batch(client, "blue")
    scoring = client.get(BATCH).json()["properties"]["scoringUri"]

    assert invoke(client, "nobody").status_code == 404
    assert client.post(scoring, {"properties": {}}, token="").status_code == 401
    client.fault("deployments/green", operation=FAILURE)
    client.put(f"{BATCH}/deployments/green", a_batch_deployment())
    assert invoke(client, "green").status_code == 400
