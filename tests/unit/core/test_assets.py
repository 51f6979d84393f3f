import pytest
from unit.builders import DEV, FILES, POLICY, PROD, a_candidate, a_document

from promotion.cli.preview import in_words
from promotion.core.assets import Asset, InlineEnvironment, Use, to_share, with_references
from promotion.core.policy.assets import named_assets
from promotion.core.policy.mistakes import PolicyInvalid
from promotion.core.preview import preview
from promotion.core.ways import AnyStagePlan

SKLEARN = Asset(kind="environment", name="sklearn-env", version="3")
BATCH = POLICY[: POLICY.index("        online:")] + (
    "        batch: {endpoint: endpoint.yml, deployment: deployment.yml}\n"
)
TARGET = POLICY.replace("          deployment:", "          assets: target\n          deployment:")
ARM = (
    "azureml:/subscriptions/{0.subscription}/resourceGroups/{0.resource_group}/providers/"
    "Microsoft.MachineLearningServices/workspaces/{0.name}/environments/sklearn-env/versions/3"
)


def deployment(more: str) -> dict[str, str]:
    return {"deployment.yml": f"{FILES['deployment.yml']}{more}\n"}


def stage(more: str, text: str = POLICY) -> AnyStagePlan:
    """The stage whose deployment file says that, too."""
    (route,) = preview(a_document(text, deployment(more)), a_candidate(metrics={"rmse": 3.0}))
    assert route.plan is not None
    return route.plan.stages[0]


def mistakes(more: str, text: str = POLICY) -> list[str]:
    with pytest.raises(PolicyInvalid) as invalid:
        a_document(text, deployment(more))
    return [str(mistake) for mistake in invalid.value.mistakes]


@pytest.mark.parametrize("text", [POLICY, BATCH])
def test_an_environment_of_the_source_goes_along_with_the_model(text):
    (use,) = stage("environment: azureml:sklearn-env:3", text).assets
    assert use == Use(field="environment", what=SKLEARN)


def test_an_environment_that_is_described_goes_along_without_its_name():
    described = "{name: mine, tags: {a: b}, conda_file: conda.yml, image: minimal:1}"
    (use,) = stage(f"environment: {described}").assets
    assert use.what == InlineEnvironment(
        definition='{"conda_file": "conda.yml", "image": "minimal:1"}', path="deployment.yml"
    )


@pytest.mark.parametrize(
    "written",
    [
        "azureml://registries/azureml/environments/sklearn-1.5/versions/12",
        "azureml://registries/the-registry/environments/sklearn-env/versions/3",
        "azureml:AzureML-sklearn-1.0-ubuntu20.04-py38-cpu:35",
        ARM.format(PROD),
    ],
)
def test_what_every_stage_can_name_stays_as_it_is(written):
    assert stage(f"environment: {written}").assets == ()


def test_a_file_that_names_nothing_shares_nothing():
    assert stage("").assets == ()
    collector = (
        "data_collector: {collections: {model_inputs: {enabled: 'True', data: azureml:d:1}}}"
    )
    assert stage(collector).assets == ()


@pytest.mark.parametrize(
    "written",
    [
        "environment: azureml:sklearn-env:3",
        "environment: azureml:sklearn-env@latest",
        "environment: {build: {path: env}}",
        "code_configuration: {code: azureml:code:1, scoring_script: score.py}",
    ],
)
def test_a_stage_may_leave_everything_to_its_own_workspace(written):
    assert stage(written, TARGET).assets == ()


@pytest.mark.parametrize(
    ("written", "mistake"),
    [
        (
            "environment: azureml:sklearn-env@latest",
            "environment: azureml:sklearn-env@latest is whatever is newest when it is deployed; "
            "name the version that was tested, such as azureml:sklearn-env:3",
        ),
        (
            "environment: azureml:sklearn-env",
            "environment: azureml:sklearn-env is whatever is newest",
        ),
        (
            "environment: azureml:AzureML-sklearn@latest",
            "such as azureml:AzureML-sklearn:3",
        ),
        (
            "environment: azureml://registries/azureml/environments/sklearn/labels/latest",
            "such as azureml://registries/azureml/environments/sklearn/versions/3",
        ),
        (
            f"environment: {ARM.format(DEV)}",
            "environment: this id is of the workspace dev-ws, from which prod-ws cannot take it; "
            "to have it go along with the model, name it azureml:sklearn-env:3",
        ),
        (
            "environment: {build: {path: env}}",
            "environment: an environment that is built from a folder cannot be registered",
        ),
        (
            "component: azureml:score:1",
            "component: a registry takes no component from a workspace, so azureml:score:1 cannot "
            "go along with the model; create it in the registry and name it "
            "azureml://registries/…, or write assets: target if the workspace of the stage has it",
        ),
        (
            "code_configuration: {code: 'azureml:code:1', scoring_script: score.py}",
            "code_configuration.code: a registry takes no code from a workspace",
        ),
        ("environment: &e {image: a, conda_file: {b: *e}}", "environment: no plain data"),
    ],
)
def test_what_cannot_go_along_is_a_mistake_with_its_line_and_a_way_out(written, mistake):
    (told,) = mistakes(written)
    assert told.startswith(
        "promotion.yaml:17:11: routes.taxi.stages.0.online.deployment: deployment.yml: "
    )
    assert mistake in told


def test_what_is_wrong_with_a_file_is_said_once_however_many_stages_name_it():
    again = POLICY[POLICY.index("      - name: prod") :].replace("name: prod", "name: next", 1)
    assert len(mistakes("component: azureml:score:1", POLICY + again)) == 1


def test_aliases_of_aliases_in_an_environment_cannot_fill_the_memory():
    levels = "\n".join(f"x{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12))
    (told,) = mistakes(f"x0: &a0 [1]\n{levels}\nenvironment: {{image: a, conda_file: *a11}}")
    assert "environment: larger than 64 KB" in told


@pytest.mark.parametrize("text", ["", "- a\n", "environment: [a]\n", "environment: 5\n", "{", "a"])
def test_a_file_that_makes_no_sense_names_nothing(text):
    assert named_assets(text, "deployment.yml") == ()


def test_a_job_names_environments_first_then_data_but_no_models():
    job = """\
inputs:
  golden: {type: uri_folder, path: azureml:golden-set:2}
  plain: azureml:rates:1
  model: {type: mlflow_model, path: azureml:taxi:1}
  other: {type: uri_file, path: https://contoso.com/a.csv}
  threshold: 5
outputs:
  scores: {path: azureml:scores:1}
jobs:
  score:
    environment: azureml:sklearn-env:3
    inputs: {data: '${{parent.inputs.golden}}'}
"""
    assert [(use.field, str(use.what)) for use in named_assets(job, "job.yml")] == [
        ("jobs.score.environment", "environment sklearn-env:3"),
        ("inputs.golden.path", "data golden-set:2"),
        ("inputs.plain", "data rates:1"),
    ]


def test_an_asset_that_several_stages_use_is_shared_once():
    uses = [Use(field=field, what=SKLEARN) for field in ("environment", "jobs.a.environment")]
    assert to_share(uses) == (SKLEARN,)
    assert [use.reference for use in with_references(uses, {SKLEARN: "r"})] == ["r", "r"]


def test_data_of_two_workspaces_have_two_versions_in_the_registry():
    data = Asset(kind="data", name="golden-set", version="2")
    assert data.version_in_registry(DEV) != data.version_in_registry(PROD)
    assert SKLEARN.version_in_registry(DEV) == SKLEARN.version_in_registry(PROD) == "3"


def test_the_plan_says_what_would_be_shared():
    candidate = a_candidate(metrics={"rmse": 3.0})
    document = a_document(files=deployment("environment: azureml:sklearn-env:3"))
    lines = list(in_words(candidate, preview(document, candidate)))
    copied = lines.index("  copy         taxi-model:7 to the-registry")
    assert lines[copied + 1] == "  share        environment sklearn-env:3 with the-registry"
