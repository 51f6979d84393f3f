"""Jobs that somebody submits: how they go, how they fail, how they are cancelled."""

from typing import Any

import pytest
from standin_batch import FAILURE, history, in_time, job
from standin_client import Client, workspace_id

CHECK = f"{workspace_id()}/jobs/check-1"
MODEL = "azureml://registries/shared/models/taxi/versions/1"


def a_pipeline(model: str = MODEL, **properties: Any) -> dict[str, Any]:
    inputs = {"model": {"jobInputType": "mlflow_model", "uri": model}}
    asked = {
        "jobType": "Pipeline",
        "displayName": "check",
        "experimentName": "checks",
        "tags": {"by": "test"},
        "inputs": inputs,
        "jobs": {"score": {"type": "command", "name": "score"}},
    }
    return {"properties": {**asked, **properties}}


@pytest.fixture(autouse=True)
def shared_model(client: Client) -> None:
    client.register()
    client.import_model()
    client.get(workspace_id())


def test_a_submitted_job_prepares_runs_and_completes(client: Client) -> None:
    client.clock(100, "job")

    reply = client.put(CHECK, a_pipeline())

    assert reply.status_code == 201
    assert reply.headers["location"].split("?")[0] == f"{client.azure.url}{CHECK}"
    seen = [reply.json()["properties"]["status"]]
    for _ in range(2):
        in_time(client, 60)
        seen.append(job(client, "check-1")["status"])
    assert seen == ["Preparing", "Running", "Completed"]


def test_a_job_shows_what_was_submitted_and_its_steps(client: Client) -> None:
    client.put(CHECK, a_pipeline())

    found = job(client, "check-1")
    [step] = history(client, "check-1", "/children")["value"]

    assert found["inputs"]["model"]["uri"] == MODEL
    assert (found["displayName"], found["experimentName"]) == ("check", "checks")
    assert (step["displayName"], step["status"]) == ("score", "Completed")


def test_a_second_submission_changes_tags_and_starts_nothing(client: Client) -> None:
    client.put(CHECK, a_pipeline())
    before = job(client, "check-1")

    reply = client.put(CHECK, a_pipeline(tags={"by": "nobody"}))

    assert reply.status_code == 200
    assert job(client, "check-1") == {**before, "tags": {"by": "nobody"}}
    assert len(history(client, "check-1", "/children")["value"]) == 1


def test_jobs_fail_while_they_are_told_to(client: Client) -> None:
    client.put("/_emulator/behaviour", {"failing_jobs": "rmse is 9"})
    client.put(CHECK, a_pipeline())
    client.put("/_emulator/behaviour", {"failing_jobs": None})
    client.put(CHECK.replace("check-1", "check-2"), a_pipeline())

    assert job(client, "check-1")["status"] == "Failed"
    assert history(client, "check-1")["error"]["error"]["message"] == "rmse is 9"
    assert job(client, "check-2")["status"] == "Completed"
    assert history(client, "check-2")["error"] is None


def test_one_job_fails_by_a_fault(client: Client) -> None:
    client.fault("jobs/check-1", operation=FAILURE)

    client.put(CHECK, a_pipeline())

    assert job(client, "check-1")["status"] == "Failed"


def test_a_job_is_cancelled_over_time(client: Client) -> None:
    client.clock(100, "job", "default")
    client.put(CHECK, a_pipeline())

    reply = client.post(f"{CHECK}/cancel")

    assert reply.status_code == 202
    assert "/mfeOperationResults/jc:" in reply.headers["location"]
    assert job(client, "check-1")["status"] == "CancelRequested"
    assert client.get(reply.headers["location"]).status_code == 202
    in_time(client, 200)
    assert job(client, "check-1")["status"] == "Canceled"
    assert client.get(reply.headers["location"]).status_code == 200
    assert history(client, "check-1", "/children")["value"][0]["status"] == "Canceled"


def test_what_has_ended_or_never_was_cannot_be_cancelled(client: Client) -> None:
    client.put(CHECK, a_pipeline())

    assert client.post(f"{CHECK}/cancel").status_code == 400
    assert client.post(CHECK.replace("check-1", "nobody") + "/cancel").status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        a_pipeline(model=MODEL.replace("/1", "/9")),
        a_pipeline(computeId=f"{workspace_id()}/computes/nowhere"),
        {"properties": {"displayName": "no kind"}},
    ],
)
def test_a_job_needs_what_it_names(client: Client, body: dict[str, Any]) -> None:
    assert client.put(CHECK, body).status_code == 400
    assert client.get(CHECK).status_code == 404


def test_a_job_may_run_without_a_cluster(client: Client) -> None:
    assert client.put(CHECK, a_pipeline(computeId="serverless")).status_code == 201
