"""The real azure-ai-ml against the stand-in: endpoints, deployments, scoring."""

from pathlib import Path

import pytest
from azure.ai.ml.entities import CodeConfiguration, Environment, ManagedOnlineEndpoint
from azure.core.exceptions import HttpResponseError, ResourceExistsError
from standin_client import Client
from standin_sdk import Sdk, deployment, register, serve

pytestmark = pytest.mark.filterwarnings("ignore")


def test_a_deployed_model_answers_the_sdk(sdk: Sdk, tmp_path: Path) -> None:
    prod = serve(sdk)
    request = tmp_path / "request.json"
    request.write_text('{"input_data": [[10, 4]]}')

    assert prod.online_endpoints.get("taxi-endpoint").traffic == {"blue": 100}
    assert prod.online_endpoints.invoke("taxi-endpoint", request_file=str(request)) == "[23.0]"
    assert "is loaded" in prod.online_deployments.get_logs("blue", "taxi-endpoint", lines=9)


def test_deployments_and_endpoints_are_listed_and_deleted(sdk: Sdk) -> None:
    prod = serve(sdk)
    prod.online_deployments.begin_create_or_update(deployment("green")).result()
    listed = {found.name for found in prod.online_deployments.list("taxi-endpoint")}

    prod.online_deployments.begin_delete("green", "taxi-endpoint").result()
    with pytest.raises(HttpResponseError, match="traffic"):
        prod.online_deployments.begin_delete("blue", "taxi-endpoint").result()
    prod.online_endpoints.begin_delete("taxi-endpoint").result()

    assert listed == {"blue", "green"}
    assert list(prod.online_endpoints.list()) == []


def test_a_deployment_brings_its_code_and_environment(sdk: Sdk, tmp_path: Path) -> None:
    (tmp_path / "score.py").write_text("def run(data): ...\n")
    conda = tmp_path / "conda.yml"
    conda.write_text("name: e\ndependencies: [python=3.12]\n")
    prod = serve(sdk)
    code = CodeConfiguration(code=str(tmp_path), scoring_script="score.py")
    environment = Environment(image="mcr/x:1", conda_file=str(conda))

    made = prod.online_deployments.begin_create_or_update(
        deployment("custom", code_configuration=code, environment=environment)
    ).result()

    assert made.provisioning_state == "Succeeded"


def test_a_failed_operation_is_an_error_with_status_200(client: Client, sdk: Sdk) -> None:
    register(sdk)
    client.fault("onlineEndpoints", method="PUT", operation={"code": "Quota", "message": "full"})
    endpoint = ManagedOnlineEndpoint(name="taxi-endpoint")

    with pytest.raises(HttpResponseError) as raised:
        sdk.workspace().online_endpoints.begin_create_or_update(endpoint).result()

    assert (raised.value.status_code, raised.value.error.code) == (200, "Quota")


def test_a_change_of_a_busy_endpoint_is_a_conflict(client: Client, sdk: Sdk) -> None:
    client.clock(1000, "endpoint")
    client.endpoint()
    endpoint = ManagedOnlineEndpoint(name="taxi-endpoint")

    with pytest.raises(ResourceExistsError):
        sdk.workspace().online_endpoints.begin_create_or_update(endpoint)


def test_the_sdk_waits_as_long_as_it_takes(client: Client, sdk: Sdk) -> None:
    """A hint when to ask again shortens the 5 s between the SDK's own looks."""
    serve(sdk)
    client.put("/_emulator/clock", {"seconds": {"deployment": 0.3}, "retry_after": 0.05})

    made = sdk.workspace("prod").online_deployments.begin_create_or_update(deployment("green"))

    assert made.result().provisioning_state == "Succeeded"
    polls = client.get("/_emulator/ledger?path=mfeOperationsStatus/od").json()["entries"]
    assert len(polls) > 2
