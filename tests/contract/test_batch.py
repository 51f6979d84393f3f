"""Batch endpoints through the real SDK: made, tested with jobs, switched, taken back."""

from datetime import timedelta

import pytest
from contract.world import DEV, NOW, PROD, Refused, World, a_context

from local import taxi
from promotion.core.errors import Retryable
from promotion.core.ways.base import Target
from promotion.core.ways.batch import BatchTestPlan
from promotion.triggers.dispatch import carry_out

ENDPOINT = "name: taxi-monthly\nauth_mode: aad_token\ndefaults: {deployment_name: nobody}\n"
DEPLOYMENT = """\
name: current
endpoint_name: elsewhere
type: model
compute: azureml:cpu-cluster
settings: {mini_batch_size: 10, output_action: append_row, output_file_name: predictions.csv}
"""
CLUSTER = "name: cpu-cluster\ntype: amlcompute\nsize: STANDARD_DS3_V2\nmax_instances: 2\n"
RIDES = "azureml://datastores/workspaceblobstore/paths/rides"
BATCH = f"{PROD.arm_id}/batchEndpoints/taxi-monthly"
MARK = "p-1-prod--test"
QUOTA = {"code": "OutOfQuota", "message": "no cores left"}
SHUT = {"code": "UserError", "message": "Scoring failed: no such column"}


def on(version: str = "1") -> Target:
    return Target(workspace=PROD, endpoint="taxi-monthly", deployment=f"{taxi.MODEL}-{version}")


def a_test(**changes) -> BatchTestPlan:
    plan = BatchTestPlan(
        input=RIDES, input_type="uri_folder", error_threshold=0, time_limit=timedelta(hours=1)
    )
    return plan.model_copy(update=changes)


def ensure(world: World) -> dict:
    return world.settle("ensure_batch_endpoint", target=on(), yaml=ENDPOINT)


def cluster(world: World, yaml: str = CLUSTER) -> dict:
    return world.do("ensure_compute", workspace=PROD, yaml=yaml, path="deploy/compute.yml")


def create(world: World, version: str = "1", promotion_id: str = "p-1", **order) -> dict:
    """The deployment of that version is asked for."""
    model = world.register(version)
    return world.do(
        "create_batch_deployment",
        context=a_context(model, promotion_id),
        target=on(version),
        asset_id=world.copied(model),
        **{"yaml": DEPLOYMENT, "path": "deploy/batch-deployment.yml", **order},
    )


def standing(world: World, version: str = "1", promotion_id: str = "p-1") -> Target:
    """The endpoint with a deployment of that version."""
    world.seed(computes=[{"workspace": taxi.PROD, "name": "cpu-cluster"}])
    ensure(world)
    create(world, version, promotion_id)
    target = on(version)
    assert world.do("look_at_batch_deployment", target=target, started_at=NOW)["state"]
    return target


def switch(world: World, version: str, expected: str | None, **more) -> dict:
    order = {"expected": expected, "marks": {}, "started_at": NOW} | more
    return world.settle("set_batch_default", target=on(version), **order)


def invoke(world: World, **changes) -> str:
    order = {"target": on(), "test": a_test(**changes), "mark": MARK}
    return world.do("invoke_batch_deployment", **order)["job"]


def look(world: World, job: str) -> dict:
    order = {"target": on(), "job": job, "mark": MARK, "started_at": NOW}
    return world.do("look_at_batch_test", **order)


def undo(world: World, **order) -> dict:
    order = {"restore": None, "mark": MARK} | order
    return world.settle("undo_batch", target=on(), **order)


def arm(world: World, path: str = "") -> dict:
    return world.http.get(f"{BATCH}{path}", params={"api-version": "2023-10-01"}).json()


def default(world: World) -> str | None:
    return arm(world)["properties"]["defaults"]["deploymentName"]


def deployments(world: World) -> list[str]:
    return sorted(one["name"] for one in arm(world, "/deployments")["value"])


def state(world: World, job: str) -> str:
    params = {"api-version": "2024-01-01-preview"}
    found = world.http.get(f"{PROD.arm_id}/jobs/{job}", params=params).json()
    return found["properties"]["status"]


def invocations(world: World) -> list[dict]:
    return world.requests("POST", "/jobs$")


def names(world: World) -> list[str]:
    return [row["Name"].removeprefix("promotion.") for row in world.audit()]


# -- endpoint and cluster


def test_a_missing_endpoint_is_made_without_the_default_that_its_file_names(world):
    assert ensure(world).get("default") is None
    assert default(world) is None


def test_an_endpoint_that_exists_is_never_written(world):
    standing(world)
    switch(world, "1", None)
    world.forget_requests()
    found = ensure(world)
    assert (found["default"], found["version"]) == ("taxi-model-1", "1")
    assert not world.requests("PUT", "batchEndpoints")


def test_an_endpoint_that_cannot_be_made_says_why(world):
    world.fault("PUT", "batchEndpoints/taxi-monthly", operation=QUOTA)
    with pytest.raises(Refused, match="no cores left"):
        ensure(world)


def test_a_missing_cluster_is_made_from_the_file_and_waited_for(world):
    world.seconds(compute=30)
    assert cluster(world) == {"settled": False, "note": "the cluster cpu-cluster is not ready"}
    assert cluster(world)["settled"] is False
    (put,) = world.requests("PUT", "/computes/cpu-cluster")
    assert put["request_body"]["properties"]["properties"]["scaleSettings"]["maxNodeCount"] == 2
    assert put["request_body"]["tags"] == {"promotion.id": "p-1"}


def test_a_cluster_that_exists_is_never_written(world):
    world.seed(computes=[{"workspace": taxi.PROD, "name": "cpu-cluster", "max_instances": 9}])
    assert cluster(world) == {}
    assert not world.requests("PUT", "/computes/")


def test_a_cluster_that_cannot_be_made_says_why(world):
    world.fault("PUT", "/computes/cpu-cluster", operation=QUOTA)
    cluster(world)
    with pytest.raises(Refused, match="cpu-cluster of mlw-mlops-prod failed: no cores left"):
        cluster(world)


def test_who_may_not_make_clusters_learns_the_role(world):
    refused = {"error": {"code": "AuthorizationFailed", "message": "You may not."}}
    world.fault("PUT", "/computes/cpu-cluster", answer={"status": 403, "body": refused})
    with pytest.raises(Refused) as error:
        cluster(world)
    assert "You may not." in error.value.failure.reason
    assert "AzureML Compute Operator" in error.value.failure.remedy


def test_a_compute_that_is_no_cluster_is_refused_before_azure_is_asked(world):
    with pytest.raises(Refused, match="only a cluster of type amlcompute can"):
        cluster(world, "name: box\ntype: computeinstance\nsize: STANDARD_DS3_V2\n")
    assert not world.requests("PUT", "/computes/")


# -- deployment


def test_a_deployment_has_our_name_model_and_tags_and_the_rest_of_the_file(world):
    standing(world)
    found = arm(world, "/deployments/taxi-model-1")
    assert found["tags"] == {
        "promotion.id": "p-1",
        "promotion.model": taxi.MODEL,
        "promotion.version": "1",
        "promotion.source": "dev",
        "promotion.file": found["tags"]["promotion.file"],
    }
    assert found["properties"]["model"]["assetId"].endswith("/models/taxi-model/versions/1")
    assert found["properties"]["outputFileName"] == "predictions.csv"


def test_the_same_order_twice_makes_one_deployment(world):
    standing(world)
    create(world)
    assert len(world.requests("PUT", "/deployments/taxi-model-1$")) == 1


@pytest.mark.parametrize(
    ("promotion", "is_default", "batch"),
    [("p-0123abcd-2", False, 20), ("p-0123abcd-2", True, 10), ("back-to-1", False, 10)],
)
def test_a_mended_file_counts_when_a_version_that_is_not_the_default_is_promoted_again(
    world, promotion, is_default, batch
):
    standing(world, "1", "p-0123abcd")
    if is_default:
        switch(world, "1", None)
    mended = DEPLOYMENT.replace("mini_batch_size: 10", "mini_batch_size: 20")
    create(world, "1", promotion, yaml=mended)
    assert arm(world, "/deployments/taxi-model-1")["properties"]["miniBatchSize"] == batch


def test_a_deployment_that_azure_cannot_make_says_why(world):
    world.seed(computes=[{"workspace": taxi.PROD, "name": "cpu-cluster"}])
    ensure(world)
    world.fault("PUT", "/deployments/taxi-model-1", operation=QUOTA)
    order = {"target": on(), "started_at": NOW, "operation": create(world)["operation"]}
    found = world.do("look_at_batch_deployment", **order)
    assert "no cores left" in found["failure"]["reason"]


def test_a_deployment_with_another_model_is_never_touched(world):
    standing(world)
    with pytest.raises(Refused, match="with another model"):
        world.do(
            "create_batch_deployment",
            target=on(),
            yaml=DEPLOYMENT,
            path="deploy/batch-deployment.yml",
            asset_id="azureml://registries/mlops-registry/models/taxi-model/versions/9",
        )


def test_an_environment_of_the_registry_takes_the_place_of_the_file_s(world):
    world.seed(computes=[{"workspace": taxi.PROD, "name": "cpu-cluster"}])
    ensure(world)
    shared = "azureml://registries/mlops-registry/environments/sklearn-env/versions/3"
    create(world, references={"environment": shared})
    assert arm(world, "/deployments/taxi-model-1")["properties"]["environmentId"] == shared


# -- the test


def test_a_test_runs_on_the_new_deployment_alone_and_no_file_may_fail(world):
    standing(world)
    job = invoke(world)
    (sent,) = invocations(world)
    properties = sent["request_body"]["properties"]
    assert sent["request_headers"]["azureml-model-deployment"] == "taxi-model-1"
    assert properties["inputData"]["UriFolder"] == {"jobInputType": "UriFolder", "uri": RIDES}
    assert properties["errorThreshold"] == 0
    assert look(world, job) == {"state": "Completed"}
    assert names(world)[-2:] == ["job_submitted", "smoke_tested"]


def test_a_data_asset_is_looked_up(world):
    standing(world)
    asset = f"{PROD.arm_id}/data/rides/versions/3"
    body = {"properties": {"dataType": "uri_file", "dataUri": RIDES}}
    world.http.put(asset, params={"api-version": "2023-08-01-preview"}, json=body)
    for given in ("azureml:rides:3", f"azureml:{asset}", asset):
        mark = {"mark": f"{MARK}-{len(given)}"}
        test = a_test(input=given, input_type="uri_file")
        world.do("invoke_batch_deployment", target=on(), test=test, **mark)
    sent = [one["request_body"]["properties"]["inputData"] for one in invocations(world)]
    assert sent == [{"UriFile": {"jobInputType": "UriFile", "uri": asset}}] * 3


def test_data_that_is_not_there_says_so(world):
    standing(world)
    with pytest.raises(Refused, match="Could not test the deployment taxi-model-1"):
        invoke(world, input="azureml:rides:9")
    assert not invocations(world)


def test_a_signature_in_the_address_of_the_data_is_not_recorded(world):
    standing(world)
    invoke(world, input="https://data.blob.core.windows.net/rides?sig=secret")
    told = world.audit()[-1]["Properties"]
    assert told["input"] == "https://data.blob.core.windows.net/rides"
    assert "secret" not in str(world.audit())


def test_an_invocation_whose_receipt_was_lost_is_found_again(world):
    standing(world)
    assert invoke(world) == invoke(world)
    assert len(invocations(world)) == 1


def test_an_invocation_whose_answer_was_lost_is_found_again(world):
    standing(world)
    world.fault("POST", "/scoring/.*/jobs", drop="after")
    with pytest.raises(Retryable):
        invoke(world)
    job = invoke(world)
    assert len(invocations(world)) == 1
    assert look(world, job) == {"state": "Completed"}


def test_an_invocation_that_azure_puts_off_is_tried_again(world):
    standing(world)
    world.fault("POST", "/scoring/.*/jobs", answer={"status": 429})
    with pytest.raises(Retryable):
        invoke(world)


def test_an_invocation_that_azure_refuses_says_why(world):
    standing(world)
    no = {"error": {"code": "BadRequest", "message": "The input has no files."}}
    world.fault("POST", "/scoring/.*/jobs", answer={"status": 400, "body": no})
    with pytest.raises(Refused, match="taxi-model-1: The input has no files"):
        invoke(world)


def test_a_job_of_somebody_else_is_not_taken_for_the_test(world):
    standing(world)
    other = world.do("invoke_batch_deployment", target=on(), test=a_test(), mark="p-1-2-prod--test")
    assert invoke(world) != other["job"]


def test_a_second_job_that_a_lost_answer_may_have_started_is_stopped(world):
    standing(world)
    job = invoke(world)
    world.seconds(job=60)
    address = arm(world)["properties"]["scoringUri"]
    extra = world.http.post(address, json={"properties": {"name": MARK}}, headers=_to_ours())
    assert look(world, job) == {"state": "Completed"}
    assert state(world, extra.json()["name"]) in ("CancelRequested", "Canceled")


def _to_ours() -> dict[str, str]:
    return {"azureml-model-deployment": "taxi-model-1"}


def test_a_test_that_fails_says_why_as_run_history_has_it(world):
    standing(world)
    world.fault("POST", "/scoring/.*/jobs", operation=SHUT)
    job = invoke(world)
    failure = look(world, job)["failure"]
    assert failure["code"] == "BatchTestFailed"
    assert failure["reason"].startswith("The deployment taxi-model-1 failed its test. The job ")
    assert "Scoring failed: no such column" in failure["reason"]
    assert world.audit()[-1]["Properties"]["outcome"] == "failed"


def test_a_test_that_still_runs_is_looked_at_again(world):
    standing(world)
    world.seconds(job=60)
    job = invoke(world)
    assert look(world, job)["note"] == f"the test job {job} is Preparing"


# -- the default


def test_the_default_is_switched_and_the_rest_of_the_endpoint_is_kept(world):
    standing(world)
    before = arm(world)
    params = {"api-version": "2023-10-01"}
    tagged = before | {"tags": {"team": "taxi"}}
    world.http.put(BATCH, params=params, json=tagged)
    switch(world, "1", None, marks={"promotion.previous": "old"})
    assert default(world) == "taxi-model-1"
    assert arm(world)["tags"] == {"team": "taxi", "promotion.previous": "old"}
    told = world.audit()[-1]
    assert told["Name"] == "promotion.traffic_shifted"
    assert told["Properties"]["after"] == '{"taxi-model-1": 100}'


def test_a_default_that_somebody_else_changed_is_left_alone(world):
    standing(world, "1")
    standing(world, "2")
    switch(world, "2", None)
    with pytest.raises(Refused, match="it is taxi-model-2, where this delivery expects none"):
        switch(world, "1", None)
    assert default(world) == "taxi-model-2"


def test_a_switch_that_azure_cannot_carry_out_says_why(world):
    standing(world)
    world.fault("PUT", "batchEndpoints/taxi-monthly", operation=QUOTA)
    with pytest.raises(Refused, match="no cores left"):
        switch(world, "1", None)


# -- taking it back, and retiring


def test_undoing_gives_the_default_back_and_removes_what_was_made(world):
    standing(world, "2", "p-0")
    switch(world, "2", None)
    standing(world, "1")
    switch(world, "1", "taxi-model-2")
    undo(world, restore="taxi-model-2", switched=True)
    assert default(world) == "taxi-model-2"
    assert deployments(world) == ["taxi-model-2"]
    told = world.audit()[-1]["Properties"]
    assert (told["before"], told["after"]) == ('{"taxi-model-1": 100}', '{"taxi-model-2": 100}')


def test_undoing_the_first_one_leaves_no_default(world):
    standing(world)
    switch(world, "1", None)
    undo(world, switched=True)
    assert (default(world), deployments(world)) == (None, [])


def test_a_default_that_is_not_ours_stays(world):
    standing(world, "2", "p-0")
    standing(world, "1")
    switch(world, "2", None)
    undo(world, restore=None, switched=True)
    assert (default(world), deployments(world)) == ("taxi-model-2", ["taxi-model-2"])
    # Nothing was given back, so nothing is recorded as that.
    assert "The delivery is taken back." not in str(world.audit())


def test_undoing_stops_the_test_even_if_its_name_was_lost(world):
    standing(world)
    world.seconds(job=600)
    job = invoke(world)
    undo(world)
    assert state(world, job) == "Canceled"
    assert deployments(world) == []


def test_a_deployment_may_be_kept_to_be_looked_at(world):
    standing(world)
    switch(world, "1", None)
    undo(world, keep=True, switched=True)
    assert (default(world), deployments(world)) == (None, ["taxi-model-1"])


def test_what_another_promotion_made_is_not_removed(world):
    standing(world, "1", "p-0")
    undo(world)
    assert deployments(world) == ["taxi-model-1"]


def test_undoing_what_is_gone_is_done(world):
    assert undo(world) == {}


def test_what_was_the_default_is_removed(world):
    standing(world, "1")
    standing(world, "2")
    switch(world, "2", None)
    assert world.settle("retire_batch_deployment", target=on("2"), previous="taxi-model-1") == {}
    assert deployments(world) == ["taxi-model-2"]
    assert names(world)[-1] == "retired"


def test_what_others_made_stays(world):
    standing(world, "1")
    standing(world, "2")
    switch(world, "2", None)
    world.untag("batchEndpoints/taxi-monthly/deployments/taxi-model-1", "promotion.id")
    kept = world.do("retire_batch_deployment", target=on("2"), previous="taxi-model-1")
    assert "was not made by this service" in kept["kept"]
    assert deployments(world) == ["taxi-model-1", "taxi-model-2"]
    assert names(world)[-1] == "kept"


def test_what_is_the_default_again_stays(world):
    standing(world, "1")
    switch(world, "1", None)
    kept = world.do("retire_batch_deployment", target=on("2"), previous="taxi-model-1")
    assert kept == {"kept": "taxi-model-1 is the default again"}
    assert deployments(world) == ["taxi-model-1"]


# -- what serves there


def champion(world: World, endpoint: str = "taxi-monthly") -> dict | None:
    model = world.register("9", taxi.GOOD)
    place = on().model_copy(update={"endpoint": endpoint})
    order = {"source": DEV, "champions": {"prod": place.to_json()}}
    reply = world.do("gather_evidence", context=a_context(model), **order)
    return reply["candidate"]["champions"]["prod"]


def test_the_default_of_a_batch_endpoint_is_the_champion(world):
    standing(world, "1")
    standing(world, "2")
    switch(world, "1", None)
    found = champion(world)
    assert found["deployment"] == "taxi-model-1"
    assert found["model"] == {"name": taxi.MODEL, "version": "1"}
    assert found["metrics"]["rmse"]["value"] == taxi.GOOD.rmse


def test_without_a_default_there_is_no_champion(world):
    standing(world)
    assert champion(world) is None
    assert champion(world, "nowhere") is None


def test_a_hold_is_noted_on_a_batch_endpoint_and_its_default_stays(world):
    standing(world)
    switch(world, "1", None)
    place = {"guard": "g", "resource": BATCH}
    order = {"place": place, "held": True, "by": "bob", "reason": "Audit.", "at": NOW}
    _do_task(world, "mark_hold", order)
    assert arm(world)["tags"]["promotion.hold"].startswith("held by bob")
    assert default(world) == "taxi-model-1"


def _do_task(world: World, activity: str, order: dict) -> None:
    for _ in range(5):
        if carry_out(activity, order).get("settled", True):
            return
    raise AssertionError(f"{activity} does not settle")
