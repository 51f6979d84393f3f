from pathlib import Path

import pytest
from contract.world import ERROR_403, NOW, PROD, Refused, World, a_context

from local import taxi
from promotion.azureml.job_files import check_job

JOB = "p-1-prod--job"
FILE = """\
type: pipeline
display_name: check
experiment_name: checks
tags: {team: pricing}
settings: {default_compute: "azureml:cpu-cluster"}
inputs:
  model: {type: mlflow_model}
jobs:
  score:
    type: command
    command: python score.py ${{inputs.model}}
    environment: azureml://registries/azureml/environments/sklearn-1.5/versions/1
    inputs: {model: "${{parent.inputs.model}}"}
"""
PUT = rf"/jobs/{JOB}$"


@pytest.fixture
def asset_id(world: World) -> str:
    world.seed(computes=[{"workspace": taxi.PROD, "name": "cpu-cluster"}])
    return world.copied(world.register())


@pytest.fixture
def failing(world: World):
    world.http.put("/_emulator/behaviour", json={"failing_jobs": "mape is 31"})
    yield
    world.http.put("/_emulator/behaviour", json={"failing_jobs": None})


def submit(world: World, asset_id: str, promotion_id: str = "p-1", **order):
    given = {"yaml": FILE, "path": "deploy/check.yml", "input": "model", "asset_id": asset_id}
    context = a_context(promotion_id=promotion_id)
    return world.do("submit_job", context=context, workspace=PROD, job=JOB, **given | order)


def look(world: World):
    return world.do("look_at_job", workspace=PROD, job=JOB, started_at=NOW)


def cancel(world: World, **order):
    given = {"workspace": PROD, "job": JOB, "started_at": NOW, "reason": "It takes too long."}
    return world.do("cancel_job", **given | order)


def job(world: World) -> dict:
    found = world.http.get(
        f"{PROD.arm_id}/jobs/{JOB}", params={"api-version": "2024-01-01-preview"}
    ).json()
    return found["properties"]


def records(world: World, name: str) -> list[dict]:
    return [row["Properties"] for row in world.audit() if row["Name"] == f"promotion.{name}"]


def test_the_job_is_given_the_registrys_version(world, asset_id):
    submit(world, asset_id)
    given = job(world)
    assert given["inputs"]["model"]["uri"] == asset_id
    assert (given["displayName"], given["experimentName"]) == ("check", "checks")


def test_its_tags_say_what_it_belongs_to_beside_those_of_the_file(world, asset_id):
    submit(world, asset_id)
    assert job(world)["tags"] == {
        "team": "pricing",
        "promotion.id": "p-1",
        "promotion.model": taxi.MODEL,
        "promotion.version": "1",
        "promotion.source": "dev",
        "promotion.stage": "prod",
    }


def test_people_learn_where_to_watch_it(world, asset_id):
    studio = submit(world, asset_id)["studio"]
    assert f"/runs/{JOB}?wsid={PROD.arm_id}" in studio
    (told,) = records(world, "job_submitted")
    assert (told["job"], told["studio"], told["file"]) == (JOB, studio, "deploy/check.yml")


def test_submitting_twice_is_submitting_once(world, asset_id):
    first = submit(world, asset_id)
    world.forget_requests()
    assert submit(world, asset_id) == first
    assert world.requests("PUT", PUT) == []


def test_another_input_may_be_the_model(world, asset_id):
    renamed = FILE.replace("  model: {type", "  candidate: {type").replace(
        "parent.inputs.model", "parent.inputs.candidate"
    )
    submit(world, asset_id, yaml=renamed, input="candidate")
    assert job(world)["inputs"]["candidate"]["uri"] == asset_id


def test_a_job_of_that_name_that_somebody_else_submitted_is_left_alone(world, asset_id):
    submit(world, asset_id, "p-other")
    with pytest.raises(Refused) as refused:
        submit(world, asset_id)
    assert refused.value.failure.code == "JobTaken"
    assert job(world)["tags"]["promotion.id"] == "p-other"


def test_a_file_that_is_no_job_is_refused_with_what_is_wrong(world, asset_id):
    with pytest.raises(Refused) as refused:
        submit(world, asset_id, yaml=FILE.replace("display_name", "displayname"))
    failure = refused.value.failure
    assert failure.reason == "deploy/check.yml cannot be used: displayname: unknown field."


def test_what_the_job_names_and_azure_does_not_have_is_told(world, asset_id):
    with pytest.raises(Refused) as refused:
        submit(world, asset_id, yaml=FILE.replace("cpu-cluster", "gpu-cluster"))
    assert "Compute gpu-cluster was not found" in refused.value.failure.reason


def test_a_missing_role_is_named(world, asset_id):
    world.fault("PUT", PUT, answer=ERROR_403)
    with pytest.raises(Refused) as refused:
        submit(world, asset_id)
    assert "AzureML Data Scientist on the target workspace" in refused.value.failure.remedy


def test_a_running_job_is_not_settled(world, asset_id):
    world.seconds(job=1000)
    submit(world, asset_id)
    assert look(world) == {
        "settled": False,
        "state": "Preparing",
        "note": f"the job {JOB} is Preparing",
    }
    assert records(world, "job_ended") == []


def test_a_job_that_ends_well_is_settled(world, asset_id):
    submit(world, asset_id)
    assert look(world) == {"state": "Completed"}
    (told,) = records(world, "job_ended")
    assert (told["outcome"], told["job"]) == ("Completed", JOB)


def test_a_failed_job_says_why_as_run_history_does(world, asset_id, failing):
    submit(world, asset_id)
    failure = look(world)["failure"]
    assert failure["reason"] == f"The job {JOB} failed: mape is 31."
    assert failure["code"] == "UserError"
    (told,) = records(world, "job_ended")
    assert (told["outcome"], told["reason"]) == ("Failed", failure["reason"])


def test_a_pipelines_failed_step_is_told_when_the_pipeline_only_says_that_one_failed(
    world, asset_id, failing
):
    submit(world, asset_id)
    steps = {
        "value": [
            {"displayName": "fine", "status": "Completed"},
            {
                "displayName": "score",
                "status": "Failed",
                "error": {"error": {"message": "No module\n named sklearn"}},
            },
        ]
    }
    world.fault("GET", f"/runs/{JOB}/children", answer={"status": 200, "body": steps})
    reason = look(world)["failure"]["reason"]
    assert reason == (f"The job {JOB} failed: mape is 31. Its step score: No module named sklearn.")


def test_a_job_that_was_cancelled_in_the_studio_has_not_ended_well(world, asset_id):
    world.seconds(job=1000)
    submit(world, asset_id)
    world.http.post(
        f"{PROD.arm_id}/jobs/{JOB}/cancel", params={"api-version": "2024-01-01-preview"}
    )
    look(world)
    assert "was cancelled in" in look(world)["failure"]["reason"]


def test_a_job_that_is_gone_is_told(world):
    assert "is gone" in look(world)["failure"]["reason"]


def test_a_running_job_is_cancelled(world, asset_id):
    world.seconds(job=1000)
    submit(world, asset_id)
    assert cancel(world)["settled"] is False
    assert cancel(world) == {}
    assert job(world)["status"] == "Canceled"
    (told,) = records(world, "job_ended")
    assert (told["outcome"], told["reason"]) == ("Canceled", "It takes too long.")


def test_cancelling_twice_asks_azure_once(world, asset_id):
    world.seconds(job=1000, default=1000)
    submit(world, asset_id)
    cancel(world)
    cancel(world)
    assert len(world.requests("POST", "/cancel$")) == 1


def test_a_job_that_somebody_else_submitted_is_not_cancelled(world, asset_id):
    world.seconds(job=1000)
    submit(world, asset_id, "p-other")
    assert cancel(world) == {}
    assert world.requests("POST", "/cancel$") == []


def test_a_job_that_never_began_need_not_be_cancelled(world):
    assert cancel(world) == {}


def test_a_job_that_ended_just_before_it_was_cancelled_is_ended(world, asset_id):
    world.seconds(job=1000)
    submit(world, asset_id)
    running = {"properties": {"status": "Running", "tags": {"promotion.id": "p-1"}}}
    world.http.post(
        f"{PROD.arm_id}/jobs/{JOB}/cancel", params={"api-version": "2024-01-01-preview"}
    )
    assert job(world)["status"] == "Canceled"
    world.fault("GET", PUT, answer={"status": 200, "body": running})
    assert cancel(world) == {}


@pytest.mark.parametrize(
    ("old", "new", "messages"),
    [
        ("", "", []),
        ("type: pipeline", "type: pipelin", ["Unsupported job type: pipelin."]),
        (
            "type: pipeline\n",
            "$schema: https://x/managedOnlineEndpoint.schema.json\ntype: pipeline\nq: 1\n",
            [
                "$schema says managedOnlineEndpoint, and this must be the file of a job",
                "q: unknown field",
            ],
        ),
        (
            "    command: python",
            "    comand: python",
            [
                "jobs.score: azure-ai-ml cannot make sense of this step: a field is missing or "
                "misspelt, or the code or the component that it names is not there"
            ],
        ),
        (
            "    type: command\n    command: python score.py ${{inputs.model}}\n"
            "    environment: azureml://registries/azureml/environments/sklearn-1.5/versions/1\n",
            "    component: ./steps/score.yml\n",
            [
                "jobs.score: there is no file steps/score.yml; "
                "paths begin in the folder of this file"
            ],
        ),
        (FILE, "[1]", ["this file must be a mapping, with fields such as name"]),
        (
            "display_name: check",
            "display_name: {{NAME}}",
            ["nothing fills placeholders in this file: {{NAME}} (line 2); write what they mean"],
        ),
    ],
)
def test_what_is_wrong_with_a_job_is_said_in_one_line_each(old, new, messages, tmp_path: Path):
    told = check_job(FILE.replace(old, new, 1), tmp_path / "job.yml")
    assert [message for message in told if message in messages] == messages
    assert bool(told) == bool(messages)
