"""A stage with a batch endpoint: what a policy may say, and what that means."""

from datetime import timedelta

import pytest
from unit.builders import FILES, POLICY, PROD, a_document, a_promotion

from promotion.core.plan import Promotion
from promotion.core.policy.mistakes import PolicyInvalid
from promotion.core.ways.batch import BatchPlan, BatchTestPlan

ONLINE = POLICY[POLICY.index("        online:") :]
CLUSTER = "name: cpu-cluster\ntype: amlcompute\n"


def batch(*lines: str) -> str:
    """The policy with a stage that has these lines beside its two files."""
    head = (
        "        batch:",
        "          endpoint: endpoint.yml",
        "          deployment: request.json",
    )
    return POLICY.replace(
        ONLINE, "\n".join([*head, *(f"          {line}" for line in lines)]) + "\n"
    )


def planned(*lines: str) -> BatchPlan:
    (stage,) = a_promotion(batch(*lines)).plan.stages
    assert isinstance(stage, BatchPlan)
    return stage


def mistake(*lines: str) -> str:
    with pytest.raises(PolicyInvalid) as invalid:
        a_document(batch(*lines))
    return str(invalid.value)


def test_a_batch_stage_needs_two_files_only():
    stage = planned()
    assert (stage.test, stage.compute_yaml, stage.on_failure) == (None, None, "remove")
    assert stage.target.deployment == "taxi-model-7"
    assert stage.resource == f"{PROD.arm_id}/batchEndpoints/taxi-fare"


def test_a_test_allows_no_file_to_fail_and_takes_an_hour_unless_stated():
    assert planned("test: {input: 'azureml:sample:1'}").test == BatchTestPlan(
        input="azureml:sample:1",
        input_type="uri_folder",
        error_threshold=0,
        time_limit=timedelta(hours=1),
    )


def test_a_test_says_what_it_wants():
    given = "{input: 'https://d/x.csv', input_type: uri_file, error_threshold: -1, time_limit: 5m}"
    test = planned(f"test: {given}").test
    assert test is not None
    assert (test.input_type, test.error_threshold, test.time_limit.seconds) == ("uri_file", -1, 300)


@pytest.mark.parametrize(
    "data",
    [
        "azureml:sample:1",
        "azureml:sample@latest",
        "azureml://datastores/workspaceblobstore/paths/rides/2026",
        "azureml://registries/shared/data/rides/versions/1",
        "azureml:/subscriptions/s/resourceGroups/g/providers/P/workspaces/w/data/r/versions/1",
        "/subscriptions/s/resourceGroups/g/providers/P/workspaces/w/data/r/versions/1",
        "https://data.blob.core.windows.net/rides?snapshot=2026",
        "abfss://rides@data.dfs.core.windows.net/2026",
        "wasbs://rides@data.blob.core.windows.net/2026",
    ],
)
def test_sample_data_is_named_as_for_the_cli(data):
    test = planned(f"test: {{input: '{data}'}}").test
    assert test is not None
    assert test.input == data


@pytest.mark.parametrize(
    ("data", "what"),
    [
        ("./rides", "a local file is out of its reach"),
        ("rides.csv", "a local file is out of its reach"),
        ("/home/me/rides", "a local file is out of its reach"),
        ("azureml:sample", "azureml:sample:1"),
        ("azureml:a/../b:1", "azureml:sample:1"),
        ("file:///etc/passwd", "a local file is out of its reach"),
        ("", "azureml:sample:1"),
        ("https://d/a b", "https://…"),
        ("http://d/x", "an address begins with https://"),
    ],
)
def test_data_that_the_workspace_cannot_read_is_a_mistake(data, what):
    told = mistake(f"test: {{input: '{data}'}}")
    assert "routes.taxi.stages.0.batch.test.input" in told
    assert what in told


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("test: {}", "batch.test"),
        ("test: {input: 'azureml:a:1', error_threshold: -2}", "error_threshold"),
        ("test: {input: 'azureml:a:1', input_type: mltable}", "input_type"),
        ("test: {input: 'azureml:a:1', time_limit: 0}", "time_limit"),
        ("on_failure: retry", "on_failure"),
        ("computer: request.json", "did you mean compute?"),
        ("smoke_test: {request: request.json}", "not a field of batch"),
    ],
)
def test_a_mistake_is_shown_where_it_is(line, what):
    assert what in mistake(line)


def test_the_file_of_the_cluster_travels_with_the_plan():
    stage = planned("compute: request.json")
    assert (stage.compute_path, stage.compute_yaml) == ("request.json", FILES["request.json"])


def test_what_will_be_done_is_told_step_by_step():
    stage = planned("compute: request.json", "test: {input: 'azureml:sample:1', time_limit: 45m}")
    assert list(stage.doing()) == [
        ("ensure", "the cluster of request.json, created if it is missing"),
        ("deploy", "taxi-model-7 at taxi-fare, prod-ws"),
        ("test", "it with a job on azureml:sample:1, which may take 45m"),
        ("switch", "make it the default; what served before is kept 1d"),
    ]


@pytest.mark.parametrize(
    "data",
    [
        "https://d.net/rides?sv=1&sig=hidden",
        "https://d.net/rides?SIG=hidden",
        "https://me:hidden@d.net/rides",
        "abfss://rides@data.dfs.core.windows.net/2026?sig=hidden",
    ],
)
def test_an_address_that_holds_a_secret_is_a_mistake_that_does_not_tell_it(data):
    told = mistake(f"test: {{input: '{data}'}}")
    assert "name a path in a datastore of the workspace" in told
    assert "hidden" not in told


def test_a_plan_travels_unchanged():
    promotion = a_promotion(batch("test: {input: 'azureml:sample:1'}", "compute: request.json"))
    assert Promotion.model_validate(promotion.to_json()) == promotion
    assert Promotion.model_validate(promotion.to_json(whole=True)) == promotion
