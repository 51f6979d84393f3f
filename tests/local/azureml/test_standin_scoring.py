"""Scoring: a deployed model really answers, and says no as Azure does."""

import pytest
from standin_client import ENDPOINT, Client, a_job

ROW = [[10, 4]]
ANSWER = [23.0]
"""2 a km, 0.5 a minute, and 1 to begin with."""


@pytest.mark.parametrize(
    "body",
    [
        {"input_data": {"columns": ["km", "min"], "index": [0], "data": ROW}},
        {"input_data": {"columns": ["min", "km"], "index": [0], "data": [[4, 10]]}},
        {"input_data": ROW},
        {"data": ROW},
    ],
)
def test_predictions_are_computed_from_the_coefficients(client: Client, body: object) -> None:
    client.serve(blue=100)

    reply = client.score(body)

    assert (reply.status_code, reply.json()) == (200, ANSWER)
    assert reply.headers["content-type"] == "application/json"
    assert reply.headers["x-ms-run-function-failed"] == "False"


def test_the_files_travel_from_job_to_workspace_to_registry_to_deployment(client: Client) -> None:
    client.register()
    client.import_model()
    client.endpoint()
    client.deploy(model="azureml://registries/shared/models/taxi/versions/1")
    client.endpoint({"blue": 100})

    assert client.score({"input_data": ROW}).json() == ANSWER


def test_the_reply_names_the_deployment_that_answered(client: Client) -> None:
    client.serve(blue=100)

    assert client.score({"input_data": ROW}).headers["azureml-model-deployment"] == "blue"


def test_a_header_picks_a_deployment_that_has_no_traffic(client: Client) -> None:
    client.serve(blue=100, green=0)

    reply = client.score({"input_data": ROW}, **{"azureml-model-deployment": "green"})

    assert reply.headers["azureml-model-deployment"] == "green"


def test_without_the_header_every_deployment_gets_exactly_its_share(client: Client) -> None:
    client.serve(blue=90, green=10)

    answered = [
        client.score({"input_data": ROW}).headers["azureml-model-deployment"] for _ in range(20)
    ]

    assert (answered.count("blue"), answered.count("green")) == (18, 2)


def test_a_failed_update_leaves_the_model_that_served(client: Client) -> None:
    client.serve(blue=100)
    worse = {"features": ["km", "min"], "coefficients": {"km": 0, "min": 0}, "intercept": 0}
    client.seed(jobs=[a_job("train-2", artifacts={"model/coefficients.json": worse})])
    client.register("2", modelUri="runs:/train-2/model", modelType="custom_model")
    client.fault("/deployments/", operation={"code": "X", "message": "x"})
    client.deploy(model="azureml:taxi:2")

    assert client.score({"input_data": ROW}).json() == ANSWER


@pytest.mark.parametrize(
    ("token", "said"),
    [("", "key_auth_bad_header_forbidden"), ("wrong", "key_auth_access_denied")],
)
def test_the_wrong_key_is_401(client: Client, token: str, said: str) -> None:
    client.serve(blue=100)

    reply = client.score({"input_data": ROW}, token=token)

    assert (reply.status_code, reply.text) == (401, said)


def test_the_secondary_key_is_as_good_as_the_first(client: Client) -> None:
    client.serve(blue=100)
    second = client.post(f"{ENDPOINT}/listKeys").json()["secondaryKey"]

    assert client.score({"input_data": ROW}, token=second).status_code == 200


def test_an_entra_endpoint_takes_any_jwt_and_nothing_else(client: Client) -> None:
    client.serve(blue=100)
    client.endpoint({"blue": 100}, authMode="AADToken")
    identity = f"{client.azure.identity_endpoint}?api-version=2019-08-01&resource=x"
    jwt = client.get(identity, headers={"X-IDENTITY-HEADER": client.azure.identity_header})

    accepted = client.score({"input_data": ROW}, token=jwt.json()["access_token"])

    assert accepted.status_code == 200
    assert client.score({"input_data": ROW}, token="a.b.c").status_code == 401


def test_an_endpoint_without_traffic_is_404(client: Client) -> None:
    client.serve(blue=0)

    assert client.score({"input_data": ROW}).status_code == 404


def test_a_deployment_that_does_not_exist_is_404(client: Client) -> None:
    client.serve(blue=100)

    reply = client.score({"input_data": ROW}, **{"azureml-model-deployment": "nobody"})

    assert reply.status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        {"rows": ROW},
        {"input_data": {"columns": ["km"], "data": [[1]]}},
        {"input_data": [["ten", 4]]},
        {"input_data": 7},
        [],
    ],
)
def test_what_the_model_cannot_read_is_424_with_its_own_status(
    client: Client, body: object
) -> None:
    client.serve(blue=100)

    reply = client.score(body)

    assert reply.status_code == 424
    assert reply.headers["ms-azureml-model-error-statuscode"] == "400"
    assert reply.json()["error_code"] == "BAD_REQUEST"


def test_a_broken_model_is_424_too(client: Client) -> None:
    client.seed(jobs=[a_job(artifacts={"model/coefficients.json": {"features": ["km"]}})])
    client.serve(blue=100)

    assert client.score({"input_data": [[1]]}).status_code == 424
