"""The Event Grid webhook."""

import json

import pytest

CLOUD = "application/cloudevents+json; charset=utf-8"
CLOUD_BATCH = "application/cloudevents-batch+json; charset=utf-8"


@pytest.fixture
def post(host, web, app):
    app.EVENTS.clear()

    def post(content, *, kind="Notification", function="on_event", **headers):
        headers = {"aeg-event-type": kind} | {k.replace("_", "-"): v for k, v in headers.items()}
        body = content if isinstance(content, str | bytes) else json.dumps(content)
        return web.post(host.eventgrid_url(function), content=body, headers=headers)

    return post


def event(number, **data):
    return {"id": str(number), "eventType": "Test", "data": data}


def cloud_event(number, **data):
    return {"id": str(number), "specversion": "1.0", "type": "Test", "data": data}


def received(app):
    return sorted(event["id"] for event in app.EVENTS)


def test_a_subscription_validates_itself_with_the_event_grid_schema(post):
    answer = post([{"data": {"validationCode": "512d"}}], kind="SubscriptionValidation")
    assert (answer.status_code, answer.json()) == (200, {"validationResponse": "512d"})


def test_a_subscription_validates_itself_with_a_cloud_event(post):
    data = json.dumps({"validationCode": "512d"})  # Azure encodes it twice
    answer = post({"data": data}, kind="SubscriptionValidation", content_type=CLOUD)
    assert answer.json() == {"validationResponse": "512d"}


def test_a_cloud_events_sender_is_welcome(host, web):
    origin = {"WebHook-Request-Origin": "eventgrid.azure.net"}
    answer = web.options(host.eventgrid_url("on_event"), headers=origin)
    assert answer.status_code == 200
    assert answer.headers["webhook-allowed-origin"] == "eventgrid.azure.net"


@pytest.mark.parametrize(
    ("body", "content_type", "ids"),
    [
        ([event(1), event(2)], "application/json", ["1", "2"]),
        (event(3), "application/json", ["3"]),
        (cloud_event(4), CLOUD, ["4"]),
        ([cloud_event(5), cloud_event(6)], CLOUD_BATCH, ["5", "6"]),
        ([], "application/json", []),
    ],
)
def test_each_event_is_one_invocation(post, app, body, content_type, ids):
    assert post(body, content_type=content_type).status_code == 202
    assert received(app) == ids


def test_one_failure_fails_the_delivery_but_not_its_siblings(post, app):
    answer = post([event(1), event(2, fail=True), event(3)])
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert received(app) == ["1", "2", "3"]


@pytest.mark.parametrize("body", ["", "no JSON", "5", '"text"', b"\xff", "[" * 100_000])
@pytest.mark.parametrize("kind", ["Notification", "SubscriptionValidation"])
def test_a_body_that_cannot_be_read_is_500_as_on_azure(post, body, kind):
    answer = post(body, kind=kind)
    assert (answer.status_code, answer.text) == (500, "")


@pytest.mark.parametrize(
    ("kind", "function", "status"),
    [
        ("Unsubscribe", "on_event", 202),
        ("Other", "on_event", 400),
        ("Notification", "nobody", 404),
        ("Notification", "ON_EVENT", 404),  # the extension compares with case
        ("Notification", "hello", 404),  # a function, but of another trigger
    ],
)
def test_what_is_not_a_notification_for_a_function(post, kind, function, status):
    assert post([event(1)], kind=kind, function=function).status_code == status


def test_only_the_system_key_and_the_master_key_open_the_webhook(host, web):
    def status(key):
        url = f"/runtime/webhooks/EventGrid?functionName=on_event&code={key}"
        return web.post(url, json=[], headers={"aeg-event-type": "Notification"}).status_code

    assert status(host.keys.eventgrid) == status(host.keys.master) == 202
    assert status(host.keys.default) == status(host.keys.durabletask) == status("") == 401


def test_a_body_over_azures_limit_is_refused(post, monkeypatch):
    monkeypatch.setattr("local.host.http.BODY_LIMIT", 1000)
    assert post([event(1, text="x" * 1000)]).status_code == 413
