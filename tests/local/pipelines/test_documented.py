"""The stand-ins' bodies have the fields, types and words of the public descriptions.

Copied by hand, with what matters here, from
https://github.com/MicrosoftDocs/vsts-rest-api-specs (MIT),
specification/pipelines/7.1/pipelines.json and specification/build/7.1/build.json, and
https://github.com/github/rest-api-description (MIT).
"""

import base64
import ssl

import httpx
import jsonschema
import pytest

from local.pipelines import Pipelines, azure_devops, github

TEXT, WHOLE, OBJECT = {"type": "string"}, {"type": "integer"}, {"type": "object"}
TIME = {"type": "string", "format": "date-time"}
LINKS = {"type": "object", "properties": {"web": {"type": "object", "required": ["href"]}}}


def of(required: str, **properties):
    return {"type": "object", "required": required.split(), "properties": properties}


RUN = of(
    "id name state createdDate _links pipeline resources url",
    id=WHOLE,
    name=TEXT,
    state={"enum": ["unknown", "inProgress", "canceling", "completed"]},
    result={"enum": ["unknown", "succeeded", "failed", "canceled"]},
    createdDate=TIME,
    _links=LINKS,
    pipeline=of("id", id=WHOLE, name=TEXT, folder=TEXT, revision=WHOLE),
    resources=OBJECT,
    templateParameters=OBJECT,
    url=TEXT,
)
BUILD = of(
    "id buildNumber status queueTime definition _links url",
    id=WHOLE,
    buildNumber=TEXT,
    status={
        "enum": ["none", "inProgress", "completed", "cancelling", "postponed", "notStarted", "all"]
    },
    result={"enum": ["none", "succeeded", "partiallySucceeded", "failed", "canceled"]},
    queueTime=TIME,
    definition=of("id", id=WHOLE),
    reason={"enum": ["manual"]},
    sourceBranch=TEXT,
    templateParameters=OBJECT,
    _links=LINKS,
    url=TEXT,
)
BUILDS = of("count value", count=WHOLE, value={"type": "array", "items": BUILD})
AZURE_ERROR = of("message typeKey errorCode", message=TEXT, typeKey=TEXT, errorCode=WHOLE)
WORKFLOW_RUN = of(
    "id run_number event status conclusion display_title html_url url created_at head_branch",
    id=WHOLE,
    run_number=WHOLE,
    event=TEXT,
    status={"enum": ["queued", "in_progress", "completed", "waiting", "requested", "pending"]},
    conclusion={
        "enum": [
            *("success", "failure", "neutral", "cancelled", "skipped", "timed_out"),
            *("action_required", "stale", "startup_failure", None),
        ]
    },
    display_title=TEXT,
    html_url=TEXT,
    url=TEXT,
    created_at=TIME,
    head_branch=TEXT,
)
WORKFLOW_RUNS = of(
    "total_count workflow_runs",
    total_count=WHOLE,
    workflow_runs={"type": "array", "items": WORKFLOW_RUN},
)
DISPATCHED = of(
    "workflow_run_id run_url html_url", workflow_run_id=WHOLE, run_url=TEXT, html_url=TEXT
)
GITHUB_ERROR = of("message documentation_url", message=TEXT, documentation_url=TEXT)

GIVEN = {
    "modelName": "taxi",
    "modelVersion": "1",
    "registryPath": "azureml://registries/r/models/taxi/versions/1",
    "promotionId": "p-1-prod",
}
AZURE = "/contoso/mlops/_apis"
ACTIONS = "/repos/contoso/release/actions"
OF_42 = f"{AZURE}/pipelines/42/runs"
DISPATCH = f"{ACTIONS}/workflows/release.yml/dispatches"


@pytest.fixture(scope="module")
def pipelines(tmp_path_factory):
    with Pipelines(tmp_path_factory.mktemp("pipelines")) as pipelines:
        yield pipelines


def client(pipelines: Pipelines, url: str, authorization: str) -> httpx.Client:
    context = ssl.create_default_context(cafile=str(pipelines.ca_file))
    headers = {"Authorization": authorization}
    return httpx.Client(base_url=url, verify=context, headers=headers, trust_env=False)


@pytest.fixture
def azure(pipelines):
    pipelines.azure.reset()
    token = base64.b64encode(f":{azure_devops.TOKEN}".encode()).decode()
    with client(pipelines, pipelines.azure_devops_url, f"Basic {token}") as http:
        http.params = {"api-version": "7.1"}
        yield http


@pytest.fixture
def hub(pipelines):
    pipelines.github.reset()
    with client(pipelines, pipelines.github_url, f"Bearer {github.TOKEN}") as http:
        yield http


def test_azure_devops_answers_as_microsoft_describes_it(azure, pipelines):
    begun = azure.post(OF_42, json={"templateParameters": GIVEN})
    assert begun.status_code == 200
    jsonschema.validate(begun.json(), RUN)
    assert begun.json()["name"].endswith("_p-1-prod")
    number = begun.json()["id"]
    jsonschema.validate(azure.get(f"{OF_42}/{number}").json(), RUN)
    query = {"definitions": "42", "queryOrder": "queueTimeDescending"}
    jsonschema.validate(azure.get(f"{AZURE}/build/builds", params=query).json(), BUILDS)
    cancelled = azure.patch(f"{AZURE}/build/builds/{number}", json={"status": "cancelling"})
    jsonschema.validate(cancelled.json(), BUILD)
    ended = azure.get(f"{OF_42}/{number}").json()
    jsonschema.validate(ended, RUN)
    assert (ended["state"], ended["result"]) == ("completed", "canceled")
    pipelines.azure.finish("succeeded")


@pytest.mark.parametrize("given", [{}, GIVEN | {"colour": "red"}])
def test_azure_devops_refuses_other_parameters_than_are_declared(azure, given):
    refused = azure.post(OF_42, json={"templateParameters": given})
    assert refused.status_code == 400
    jsonschema.validate(refused.json(), AZURE_ERROR)


def test_azure_devops_shows_strangers_its_page_to_sign_in(azure):
    azure.headers["Authorization"] = "Basic bm9ib2R5"
    shown = azure.get(f"{OF_42}/1")
    assert shown.status_code == 203
    assert "Sign In" in shown.text


def test_github_answers_as_it_describes_itself(hub):
    wish = {"ref": "main", "inputs": GIVEN, "return_run_details": True}
    begun = hub.post(DISPATCH, json=wish)
    assert begun.status_code == 200
    jsonschema.validate(begun.json(), DISPATCHED)
    number = begun.json()["workflow_run_id"]
    jsonschema.validate(hub.get(f"{ACTIONS}/runs/{number}").json(), WORKFLOW_RUN)
    runs = hub.get(f"{ACTIONS}/workflows/release.yml/runs", params={"event": "workflow_dispatch"})
    jsonschema.validate(runs.json(), WORKFLOW_RUNS)
    assert runs.json()["workflow_runs"][0]["display_title"] == "Release taxi 1 (p-1-prod)"
    assert hub.post(f"{ACTIONS}/runs/{number}/cancel").status_code == 202
    assert hub.get(f"{ACTIONS}/runs/{number}").json()["conclusion"] == "cancelled"
    assert hub.post(f"{ACTIONS}/runs/{number}/cancel").status_code == 409


def test_github_tells_nothing_of_the_run_unless_asked(hub):
    begun = hub.post(DISPATCH, json={"ref": "main", "inputs": GIVEN})
    assert (begun.status_code, begun.content) == (204, b"")


@pytest.mark.parametrize(
    "wish",
    [
        {"ref": "other", "inputs": GIVEN},
        {"ref": "main", "inputs": GIVEN | {"colour": "red"}},
        {"ref": "main", "inputs": {}},
    ],
)
def test_github_refuses_other_inputs_than_are_declared(hub, wish):
    refused = hub.post(DISPATCH, json=wish)
    assert refused.status_code == 422
    jsonschema.validate(refused.json(), GITHUB_ERROR)


def test_github_knows_no_strangers(hub):
    hub.headers["Authorization"] = "Bearer nobody"
    refused = hub.get(f"{ACTIONS}/runs/1")
    assert refused.status_code == 401
    jsonschema.validate(refused.json(), GITHUB_ERROR)
