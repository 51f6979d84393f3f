"""Foreign clients at the Event Grid webhook, and what becomes of their events."""

import httpx
import pytest

from local import taxi
from local.observing import ENDS


def posted(service, body, content_type="application/json", **headers):
    headers = {"aeg-event-type": "Notification", "Content-Type": content_type} | headers
    return httpx.post(service.info["event_url"], json=body, headers=headers)


def ended(service, *models):
    """The ends of the promotions of version 1 of those models."""
    rows = service.observer.wait_for(
        lambda row: row["Name"] in ENDS and row["Properties"]["model"] in models,
        count=len(models),
    )
    return {row["Properties"]["model"]: row["Name"] for row in rows}


@pytest.mark.parametrize(
    ("schema", "content_type"),
    [
        ("event", "application/json"),
        ("cloud_event", "application/cloudevents+json; charset=utf-8"),
    ],
)
def test_single_events_of_both_schemas_are_taken(service, schema, content_type):
    model = service.a_model()
    assert posted(service, getattr(service, schema)(model), content_type).is_success
    # Nothing of that name was registered, so the promotion fails: it was started, though.
    assert ended(service, model) == {model: "promotion.failed"}


@pytest.mark.parametrize(
    ("schema", "content_type"),
    [("event", "application/json"), ("cloud_event", "application/cloudevents-batch+json")],
)
def test_batches_of_both_schemas_are_taken(service, schema, content_type):
    models = [service.a_model() for _ in range(3)]
    batch = [getattr(service, schema)(model) for model in models]
    assert posted(service, batch, content_type).is_success
    assert set(ended(service, *models)) == set(models)


def test_a_version_that_was_deleted_meanwhile_fails_with_the_reason(service):
    model = service.a_model()
    posted(service, service.event(model))
    (row,) = service.observer.wait_for(
        lambda row: row["Name"] == "promotion.failed" and row["Properties"]["model"] == model
    )
    assert "registered and then deleted" in row["Properties"]["reason"]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"eventType": "Microsoft.MachineLearningServices.RunCompleted"}, "RunCompleted"),
        ({"topic": taxi.workspace_id(taxi.PROD)}, "no route wants"),
        ({"topic": taxi.workspace_id(taxi.DEV) + "-2"}, "is not in the policy"),
        ({"data": {"modelName": "bus-model", "modelVersion": 1}}, "no route wants bus-model:1"),
        ({"data": None}, "data"),
    ],
)
def test_what_does_not_concern_us_is_acknowledged_and_recorded(service, change, reason):
    after = service.observer.recorded()
    assert posted(service, service.event("taxi-x") | change).is_success
    (row,) = service.observer.wait_for(lambda row: row["Name"] == "promotion.ignored", after=after)
    assert reason in row["Properties"]["reason"]


def test_event_grid_can_validate_the_address(service):
    validation = service.event("x") | {
        "eventType": "Microsoft.EventGrid.SubscriptionValidationEvent",
        "data": {"validationCode": "512d38b6"},
    }
    answer = httpx.post(
        service.info["event_url"],
        json=[validation],
        headers={"aeg-event-type": "SubscriptionValidation"},
    )
    assert answer.json() == {"validationResponse": "512d38b6"}


def test_nobody_gets_in_without_the_key(service):
    url = service.info["event_url"].rpartition("&code=")[0]
    assert httpx.post(url, json=[], headers={"aeg-event-type": "Notification"}).status_code == 401
