"""Azure Monitor: figures that were set, figures of what was served, and bad questions."""

import time
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from standin_client import ENDPOINT, Client

ROW = {"input_data": [[10, 4]]}
LATENCY = {"endpoint": "taxi-endpoint", "metric": "RequestLatency_P95"}


def ask(client: Client, resource: str = ENDPOINT, **query: str) -> httpx.Response:
    """The last five minutes of RequestsPerMinute, unless the query wants something else."""
    now = time.time()
    asked = {
        "api-version": "2024-02-01",
        "metricnames": "RequestsPerMinute",
        "timespan": f"{moment(now - 240)}/{moment(now + 60)}",
        "interval": "PT1M",
        "aggregation": "Average",
        **{name.replace("filter", "$filter"): value for name, value in query.items()},
    }
    written = "&".join(f"{name}={quote(value)}" for name, value in asked.items())
    return client.get(f"{resource}/providers/microsoft.insights/metrics?{written}")


def moment(seconds: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:00Z", time.gmtime(seconds))


def figures(client: Client, *metrics: dict[str, Any]) -> httpx.Response:
    return client.put("/_emulator/metrics", {"metrics": list(metrics)})


def points(reply: httpx.Response, aggregation: str = "average") -> list[list[float]]:
    """The values of every series, minutes without one left out."""
    [metric] = reply.json()["value"]
    series = [found["data"] for found in metric["timeseries"]]
    return [[point[aggregation] for point in data if aggregation in point] for data in series]


def test_a_constant_is_there_for_every_minute_up_to_now(client: Client) -> None:
    client.serve(blue=100)
    figures(client, {**LATENCY, "deployment": "blue", "value": 120})

    reply = ask(client, metricnames="RequestLatency_P95", filter="deployment eq 'blue'")

    assert points(reply) == [[120.0] * 5]
    body = reply.json()
    assert (body["interval"], body["namespace"]) == (
        "PT1M",
        "Microsoft.MachineLearningServices/workspaces/onlineEndpoints",
    )
    [metric] = body["value"]
    assert (metric["unit"], metric["type"]) == ("Milliseconds", "Microsoft.Insights/metrics")
    [named] = metric["timeseries"][0]["metadatavalues"]
    assert (named["name"]["value"], named["value"]) == ("deployment", "blue")


def test_nothing_that_was_set_or_served_is_no_series(client: Client) -> None:
    client.serve(blue=100)

    assert points(ask(client)) == []
    assert points(ask(client, filter="deployment eq 'blue'")) == []


def test_a_series_ends_in_the_minute_that_it_says(client: Client) -> None:
    client.serve(blue=100)
    ends = moment(time.time() - 60)
    series = {**LATENCY, "deployment": "blue", "series": [100, None, 300], "ends": ends}
    figures(client, series)

    reply = ask(client, metricnames="RequestLatency_P95", filter="deployment eq 'blue'")

    data = reply.json()["value"][0]["timeseries"][0]["data"]
    assert [point.get("average") for point in data] == [None, 100.0, None, 300.0, None]
    assert list(data[0]) == ["timeStamp"]


def test_requests_that_were_served_are_counted_by_deployment_and_status(client: Client) -> None:
    client.serve(blue=100, green=0)
    for _ in range(3):
        client.score(ROW)
    client.score({"nonsense": 1}, **{"azureml-model-deployment": "green"})

    assert [sum(found) for found in points(ask(client))] == [4.0]
    assert [sum(found) for found in points(ask(client, filter="deployment eq 'blue'"))] == [3.0]
    failed = ask(client, filter="deployment eq '*' and statusCodeClass eq '4xx'")
    assert [sum(found) for found in points(failed)] == [1.0]
    values = [
        named["value"] for named in failed.json()["value"][0]["timeseries"][0]["metadatavalues"]
    ]
    assert values == ["green", "4xx"]
    apart = ask(client, filter="deployment eq '*'").json()["value"][0]["timeseries"]
    assert len(apart) == 2


def test_latencies_that_were_measured_are_answered_in_milliseconds(client: Client) -> None:
    client.serve(blue=100)
    client.score(ROW)

    [found] = points(ask(client, metricnames="RequestLatency_P50"))

    assert 0 < found[0] < 1000


def test_mirrored_requests_are_counted_where_they_went(client: Client) -> None:
    client.serve(blue=100, green=0)
    client.endpoint({"blue": 100}, mirrorTraffic={"green": 50})
    for _ in range(4):
        client.score(ROW)

    assert [sum(found) for found in points(ask(client, filter="deployment eq 'green'"))] == [2.0]


def test_what_is_set_comes_before_what_was_served(client: Client) -> None:
    client.serve(blue=100)
    client.score(ROW)
    entry = {"endpoint": "taxi-endpoint", "deployment": "blue", "metric": "RequestsPerMinute"}
    figures(client, {**entry, "value": 60})
    figures(client, {**entry, "value": 90})

    assert points(ask(client, filter="deployment eq 'blue'")) == [[90.0] * 5]
    client.delete("/_emulator/metrics")
    assert points(ask(client)) == []


def test_failures_can_be_set_by_their_status(client: Client) -> None:
    client.serve(blue=100)
    entry = {"endpoint": "taxi-endpoint", "deployment": "blue", "metric": "RequestsPerMinute"}
    figures(
        client,
        {**entry, "value": 57, "dimensions": {"statusCodeClass": "2xx"}},
        {**entry, "value": 3, "dimensions": {"statusCodeClass": "5xx"}},
    )

    assert points(ask(client, filter="deployment eq 'blue'")) == [[60.0] * 5]
    failed = ask(client, filter="deployment eq 'blue' and statusCodeClass eq '5xx'")
    assert points(failed) == [[3.0] * 5]


def test_longer_intervals_are_aggregated(client: Client) -> None:
    client.serve(blue=100)
    now = moment(time.time())
    figures(client, {**LATENCY, "series": [1, 2, 3, 4, 5], "ends": now})

    reply = ask(
        client, metricnames="RequestLatency_P95", interval="P1D", aggregation="Minimum,Count"
    )

    assert sum(found[0] for found in points(reply, "count")) == 5
    assert points(reply, "minimum")[0][0] == 1.0


def test_a_deployment_has_metrics_of_its_instances(client: Client) -> None:
    client.serve(blue=100)
    cpu = {"endpoint": "taxi-endpoint", "metric": "CpuUtilizationPercentage", "deployment": "blue"}
    figures(client, {**cpu, "value": 35})

    found = ask(client, f"{ENDPOINT}/deployments/blue", metricnames="CpuUtilizationPercentage")

    assert points(found) == [[35.0] * 5]
    assert found.json()["value"][0]["unit"] == "Percent"
    nobody = ask(client, f"{ENDPOINT}/deployments/nobody")
    assert (nobody.status_code, nobody.json()["error"]["code"]) == (404, "ResourceNotFound")


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"metricnames": "Speed"}, "Failed to find metric configuration for provider: Microsoft."),
        ({"metricnames": "Speed"}, "metric: Speed, Valid metrics: ConnectionsActive,"),
        ({"filter": "colour eq 'x'"}, "does not support requested dimension combination: colour,"),
        ({"filter": "deployment = 'x'"}, "Invalid $filter"),
        ({"filter": "deployment eq 'x' or statusCode eq '2'"}, "Invalid $filter"),
        ({"interval": "PT2M"}, "'interval'"),
        ({"aggregation": "Median"}, "'aggregation'"),
        ({"timespan": "yesterday"}, "'timespan'"),
        ({"timespan": "2026-01-02T00:00:00Z/2026-01-01T00:00:00Z"}, "'timespan'"),
    ],
)
def test_a_bad_question_is_a_flat_400(client: Client, query: dict[str, str], said: str) -> None:
    client.serve(blue=100)

    reply = ask(client, **query)

    assert reply.status_code == 400
    assert set(reply.json()) == {"code", "message"}
    assert reply.json()["code"] == "BadRequest"
    assert said in reply.json()["message"]


def test_an_unknown_version_or_endpoint_is_refused_by_arm(client: Client) -> None:
    unknown = ask(client)
    client.serve(blue=100)
    old = ask(client, **{"api-version": "2016-06-01"})

    assert (unknown.status_code, unknown.json()["error"]["code"]) == (404, "ResourceNotFound")
    assert old.json()["error"]["code"] == "InvalidApiVersionParameter"


@pytest.mark.parametrize(
    "entry",
    [
        {"metric": "Speed", "value": 1},
        {"metric": "RequestLatency"},
        {"metric": "RequestLatency", "value": 1, "series": [1]},
        {"metric": "RequestLatency", "value": "fast"},
        {"metric": "RequestLatency", "value": 1, "colour": "red"},
    ],
)
def test_only_real_metrics_with_a_value_can_be_set(client: Client, entry: dict[str, Any]) -> None:
    assert figures(client, {"endpoint": "taxi-endpoint", **entry}).status_code == 400
    assert client.get("/_emulator/metrics").json() == {"metrics": []}
