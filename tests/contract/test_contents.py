"""What is in a model: told by its registration, or by its files where that is asked for."""

import dataclasses
import json

import pytest
from contract.world import DEV, ERROR_403, World

from local import taxi
from promotion.azureml.evidence import read_candidate
from promotion.azureml.sizes import MAX_FILES, with_size
from promotion.core.candidate import Candidate, Contents
from promotion.core.references import ModelVersion

ONE = ModelVersion(name=taxi.MODEL, version="1")
FRESH = dataclasses.replace(taxi.GOOD, job="fresh_wind_8")


def candidate(world: World, **model) -> Candidate:
    """A version that was uploaded, or with ``model`` what is said of it."""
    whole = {
        "workspace": taxi.DEV,
        "name": taxi.MODEL,
        "version": "1",
        "created_at": "2026-03-01T12:00:00Z",
        "uri": "azureml://datastores/workspaceblobstore/paths/model",
    }
    world.seed(models=[whole | model])
    return read_candidate(DEV, ONE)


def described(world: World, mlmodel: dict | str) -> Contents:
    text = mlmodel if isinstance(mlmodel, str) else json.dumps(mlmodel)
    return candidate(world, properties={"model_json": text}).contents


def of_job(world: World, files: dict[str, str] | None = None) -> Candidate:
    """A version made by a job that left those files."""
    job = FRESH.seed()
    world.seed(jobs=[job | {"artifacts": files or job["artifacts"]}])
    world.register(training=FRESH)
    return read_candidate(DEV, ONE)


def test_the_contents_of_a_jobs_model_take_no_request_of_their_own(world):
    found = of_job(world).contents
    assert found.flavors == {"python_function": None, "sklearn": "1.7.2"}
    assert (found.python, found.signature, found.size) == ("3.13.0", True, None)


@pytest.mark.parametrize(
    ("flavor", "settings", "version"),
    [
        ("sklearn", {"pickled_model": "model.pkl", "sklearn_version": "1.7.2"}, "1.7.2"),
        ("xgboost", {"xgb_version": "3.0.0", "model_format": "ubj"}, "3.0.0"),
        ("lightgbm", {"lgb_version": "4.6.0"}, "4.6.0"),
        ("tensorflow", {"keras_version": "2.16.1", "save_format": "tf"}, "2.16.1"),
        ("spark", {"pyspark_version": "3.5.1"}, "3.5.1"),
        ("transformers", {"torch_version": "2.6", "transformers_version": "4.50.0"}, "4.50.0"),
        ("python_function", {"python_version": "3.12.1", "cloudpickle_version": "3.1"}, None),
        ("prophet", {"prophet_version": 1.1}, "1.1"),
        ("own", {"own_version": {"major": 1}}, None),
        ("own", {"own_version": ""}, None),
        ("own", ["not", "settings"], None),
    ],
)
def test_each_flavor_has_the_version_of_its_framework(world, flavor, settings, version):
    assert described(world, {"flavors": {flavor: settings}}).flavors == {flavor: version}


@pytest.mark.parametrize(
    ("signature", "has"),
    [
        ({"inputs": '[{"type": "double"}]', "outputs": '[{"type": "double"}]'}, True),
        ({"inputs": '[{"type": "double"}]', "outputs": None}, False),
        ({"inputs": "[]", "outputs": "[]"}, False),
        ({}, False),
        (None, False),
        ("yes", False),
    ],
)
def test_a_signature_states_inputs_and_outputs(world, signature, has):
    assert described(world, {"flavors": {}, "signature": signature}).signature is has


@pytest.mark.parametrize(
    ("size", "known"),
    [(36864, 36864), (0, 0), (-1, None), (True, None), ("big", None), (1.5, None), (None, None)],
)
def test_the_size_is_as_mlflow_states_it(world, size, known):
    assert described(world, {"flavors": {}, "model_size_bytes": size}).size == known


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no json",
        "[1]",
        "null",
        "3",
        '{"flavors": ',
        "[" * 100_000,
        '{"a":' * 50_000,
        "9" * 9999,
    ],
)
def test_garbage_in_place_of_the_mlmodel_says_nothing(world, text):
    assert described(world, text) == Contents()


def test_an_mlmodel_of_any_size_is_read(world):
    mlmodel = {"flavors": {"sklearn": {"sklearn_version": "1"}}, "metadata": "x" * 200_000}
    assert described(world, mlmodel).flavors == {"sklearn": "1"}


@pytest.mark.parametrize("flavors", [[], "sklearn", {"sklearn": None}, {"python_function": 3}])
def test_flavors_that_are_none_break_nothing(world, flavors):
    assert described(world, {"flavors": flavors}).python is None


@pytest.mark.parametrize("type", ["custom_model", "triton_model"])
def test_a_model_that_is_not_mlflows_has_no_flavors_and_no_known_signature(world, type):
    assert candidate(world, type=type).contents == Contents(flavors={})


def test_of_an_uploaded_model_little_is_known(world):
    assert candidate(world).contents == Contents()


# -- by its files


def test_the_size_is_that_of_all_files_if_a_gate_asks(world):
    found = of_job(world, {"model/a.bin": "x" * 1000, "model/deep/b.bin": "y" * 24})
    world.forget_requests()
    assert with_size(found).contents.size == 1024
    assert [request["method"] for request in world.requests()].count("HEAD") == 2


def test_files_of_a_folder_with_a_longer_name_do_not_count(world):
    found = of_job(world, {"model/a.bin": "x" * 10, "model-2/b.bin": "y" * 90})
    assert with_size(found).contents.size == 10


def test_storage_gets_no_token(world):
    found = of_job(world, {"model/a.bin": "x"})
    world.forget_requests()
    with_size(found)
    heads = [request for request in world.requests() if request["method"] == "HEAD"]
    assert heads
    assert not any("authorization" in map(str.lower, one["request_headers"]) for one in heads)


def test_a_size_that_is_stated_is_not_asked_for(world):
    found = candidate(
        world,
        properties={
            "model_json": '{"model_size_bytes": 7}',
            "azureml.artifactPrefix": "ExperimentRun/dcid.calm_river_1/model",
        },
    )
    world.forget_requests()
    assert with_size(found).contents.size == 7
    assert world.requests() == []


@pytest.mark.parametrize(
    "prefix", ["", "model", "a/b", "../../x", "ExperimentRun/../model", "LocalUpload/x?y/z"]
)
def test_files_that_are_not_of_a_job_have_no_known_size_and_nobody_is_asked(world, prefix):
    found = candidate(world, properties={"azureml.artifactPrefix": prefix})
    world.forget_requests()
    assert with_size(found).contents.size is None
    assert world.requests() == []


@pytest.mark.parametrize(("method", "path"), [("HEAD", "/blobs/"), ("GET", "/artifact/")])
@pytest.mark.parametrize("status", [400, 403, 404, 409])
def test_storage_that_may_not_be_read_leaves_the_size_unknown(world, method, path, status):
    found = of_job(world)
    world.fault(method, path, answer=ERROR_403 | {"status": status})
    assert with_size(found).contents.size is None


@pytest.mark.parametrize(
    "listed",
    [
        {},
        {"value": None},
        {"value": {"path": "a"}},
        {"value": [None]},
        {"value": [{"contentUri": 3}]},
        {"value": [{"contentUri": "http://localhost/a"}]},
        {"value": [{"contentUri": "https://localhost/a"}] * (MAX_FILES + 1)},
        {"value": [], "continuationToken": "again"},
    ],
)
def test_a_list_of_files_that_cannot_be_used_leaves_the_size_unknown(world, listed):
    found = of_job(world)
    world.fault("GET", "/artifact/", answer={"status": 200, "body": listed})
    assert with_size(found).contents.size is None


def test_the_list_of_files_is_read_to_its_end(world):
    found = of_job(world, {"model/a.bin": "x" * 5})
    run = f"{DEV.arm_id}/artifacts/ExperimentRun/dcid.{FRESH.job}"
    page = world.http.get(f"/artifact/v2.0{run}/prefix/contentinfo", params={"path": "model/"})
    first = page.json() | {"continuationToken": "more"}
    world.fault("GET", "/artifact/", answer={"status": 200, "body": first})
    assert with_size(found).contents.size == 10
    assert "continuationToken=more" in world.requests(path="/artifact/")[-1]["query"]
