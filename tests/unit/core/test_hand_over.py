"""Handing over to a pipeline, as the policy writes it and the plan has it."""

import json

import pytest
from unit.builders import POLICY, TAXI_7, a_document, a_promotion

from promotion.core.errors import Terminal
from promotion.core.plan import Promotion
from promotion.core.policy.mistakes import PolicyInvalid
from promotion.core.references import ModelVersion
from promotion.handoff.secrets import secret

AZURE = "azure_pipeline: {organization: contoso, project: ML Ops, pipeline: 42"
GITHUB = "github_workflow: {repository: contoso/release, workflow: release.yml"
TOKEN = ", token_setting: RELEASE_TOKEN"
ELSEWHERE = ", url: 'https://elsewhere.example/api'"


def policy(way: str) -> str:
    """The builders' policy with that way instead of its own."""
    return POLICY[: POLICY.index("        online:")] + f"        {way}}}\n"


def mistakes(way: str) -> str:
    with pytest.raises(PolicyInvalid) as invalid:
        a_document(policy(way))
    return str(invalid.value)


@pytest.mark.parametrize("way", [AZURE, GITHUB + TOKEN])
def test_a_plan_arrives_as_it_was(way):
    promotion = a_promotion(policy(way))
    sent = json.dumps(promotion.to_json(whole=True))
    assert Promotion.model_validate(json.loads(sent)) == promotion


def test_a_run_is_given_the_version_and_what_is_the_same_for_every_one():
    (stage,) = a_promotion(policy(AZURE + ", parameters: {environment: prod}")).plan.stages
    assert stage.given("p-1-prod", TAXI_7, "azureml://copy") == {
        "environment": "prod",
        "modelName": "taxi-model",
        "modelVersion": "7",
        "registryPath": "azureml://copy",
        "promotionId": "p-1-prod",
    }


def test_parameters_can_have_other_names_or_be_left_out():
    names = ", names: {model_name: MODEL, omit: [registry_path], promotion_id: correlation}"
    (stage,) = a_promotion(policy(GITHUB + TOKEN + names)).plan.stages
    assert stage.given("p-1-prod", TAXI_7, "azureml://copy") == {
        "MODEL": "taxi-model",
        "modelVersion": "7",
        "correlation": "p-1-prod",
    }


def test_people_are_told_which_pipeline_it_is():
    (stage,) = a_promotion(policy(AZURE + ", parameters: {environment: prod}")).plan.stages
    assert list(stage.doing()) == [
        ("start", "pipeline 42 of contoso/ML Ops, with environment: prod"),
        ("wait", "for its result"),
    ]
    assert stage.place == "the pipeline 42 of contoso/ML Ops"


@pytest.mark.parametrize(
    ("way", "what"),
    [
        (AZURE + ", url: 'https://devops.contoso.com'", "name a token_setting with the url"),
        (AZURE + ", url: 'http://devops.contoso.com', token_setting: T", "begins with https://"),
        (AZURE + ", url: 'https://me@contoso.com', token_setting: T", "no user name"),
        (AZURE + ", url: 'https://contoso.com?a=b', token_setting: T", "no query"),
        (AZURE + ", token_setting: 'a secret'", "token_setting"),
        (AZURE + ", branch: 'a b'", "branch"),
        (AZURE + ", parameters: {modelName: x}", "two parameters are called modelName"),
        (AZURE + ", parameters: {PROMOTIONID: x}", "two parameters are called PROMOTIONID"),
        (AZURE + ", names: {model_name: a, model_version: a}", "two parameters are called a"),
        (AZURE + ", parameters: {'a b': x}", "is not a name"),
        (AZURE + ", parameters: {a: 5}", "parameters.a"),
        (AZURE + ", names: {omit: [promotion_id]}", "omit"),
        (AZURE.replace("ML Ops", "'../other'"), "project"),
        (AZURE.replace("42", "0"), "pipeline"),
        (AZURE + ", names: {promotion_id: 'a b'}", "expected a name of letters"),
        (AZURE + ", token_setting: ghp-secret", "never the secret"),
        (AZURE + ELSEWHERE + TOKEN, "elsewhere.example is not one of the policy's hosts, add it"),
        (GITHUB + ELSEWHERE + TOKEN, "elsewhere.example is not one of the policy's hosts, add it"),
        (AZURE + ", url: 'https://api.github.com'" + TOKEN, "not one of the policy's hosts"),
        (GITHUB + ", app: {id: 1, installation: 1, key_setting: MSI_SECRET}", "the app's own"),
        (AZURE.replace("contoso", "'a/b'"), "organization"),
        (GITHUB, "needs one of token_setting and app"),
        (GITHUB + TOKEN + ", app: {id: 1, installation: 1, key_setting: K}", "needs one of"),
        (GITHUB.replace("/release", "/..") + TOKEN, "repository"),
        (GITHUB.replace("/release", "/a/b") + TOKEN, "repository"),
        (GITHUB.replace("release.yml", "../x.yml") + TOKEN, "workflow"),
        (GITHUB + TOKEN + ", inputs: {promotionId: x}", "two parameters are called promotionId"),
        (GITHUB + TOKEN + ", ref: 'a\\tb'", "ref"),
    ],
)
def test_what_cannot_work_is_a_mistake(way, what):
    assert what in mistakes(way)


def test_a_model_that_is_called_like_an_endpoint_does_not_keep_it_from_others():
    (online,), (pipeline,) = a_promotion().plan.stages, a_promotion(policy(AZURE)).plan.stages
    same = ModelVersion(name=online.target.endpoint, version="1")
    assert online.workspace == pipeline.workspace
    assert pipeline.turn(same) not in (online.turn(same), pipeline.turn(TAXI_7))


@pytest.mark.parametrize(
    ("way", "url"),
    [
        (AZURE, "https://dev.azure.com"),
        (GITHUB, "https://api.github.com"),
        (AZURE, "https://devops.contoso.com:8443/tfs"),
        (GITHUB, "https://github.contoso.com/api/v3"),
    ],
)
def test_a_pipeline_is_where_it_usually_is_or_at_one_of_the_hosts(way, url):
    allowing = policy(f"{way}, url: '{url}'{TOKEN}").replace(
        "version: 1", "version: 1\nhosts: ['*.contoso.com']"
    )
    (stage,) = a_promotion(allowing).plan.stages
    assert stage.pipeline.url == url


@pytest.mark.parametrize(
    "setting",
    [
        "MICROSOFT_PROVIDER_AUTHENTICATION_SECRET",
        "WEBSITE_AUTH_ENCRYPTION_KEY",
        "IDENTITY_HEADER",
        "AzureWebJobsStorage",
        "azurewebjobsstorage",
        "APPSETTING_RELEASE_TOKEN",
        "SQLAZURECONNSTR_main",
        "AZURE_CLIENT_SECRET",
        "APPLICATIONINSIGHTS_CONNECTION_STRING",
        "PROMOTION_AUTH",
    ],
)
def test_a_setting_of_the_host_is_never_sent_anywhere(setting):
    assert "name a setting made for this secret" in mistakes(f"{AZURE}, token_setting: {setting}")
    with pytest.raises(Terminal, match="are the app's own") as refused:
        secret(setting, {setting: "a secret of the host"})
    assert "of the host" not in str(refused.value.failure)


def test_a_token_for_azure_devops_may_be_called_as_its_tools_call_it():
    assert secret("AZURE_DEVOPS_EXT_PAT", {"AZURE_DEVOPS_EXT_PAT": "pat"}) == "pat"


def test_the_secret_itself_is_never_part_of_a_plan():
    plan = a_promotion(policy(GITHUB + TOKEN)).plan
    (stage,) = plan.stages
    assert stage.pipeline.token_setting == "RELEASE_TOKEN"
