"""Telling people: the activities against Teams, Slack, a team's own service and Event Grid."""

import json
import socket
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from contract.world import DEV, World, a_context
from unit.builders import NOON

from local.notices import Notices
from local.notices.far_sides import HOOK, SIGNATURE, TOKEN
from promotion.core.notices.notice import Notice
from promotion.core.notices.occasion import Occasion
from promotion.core.policy.notify import Webhook
from promotion.core.steps.base import FAILED
from promotion.triggers.dispatch import carry_out

HOOKS = {
    "teams": Webhook(kind="teams", url_setting="TEAMS_WEBHOOK"),
    "slack": Webhook(kind="slack", url_setting="SLACK_WEBHOOK"),
    "json": Webhook(kind="json", url_setting="OPS_WEBHOOK", token_setting="OPS_TOKEN"),
}
PATHS = {"teams": "/workflows/", "slack": "/services/", "json": "/ops"}
NOTICE = Notice(
    id="p-1-end--notice-failed",
    occasion=Occasion.FAILED,
    context=a_context(),
    source=DEV,
    at=NOON,
    reason="It could not go on.",
)


@pytest.fixture(scope="module")
def notices(stand_in, tmp_path_factory):
    with Notices(tmp_path_factory.mktemp("notices")) as notices:
        both = notices.ca_file.with_name("both.pem")
        both.write_text(notices.ca_file.read_text() + stand_in.ca_file.read_text())
        notices.ca_file = both
        yield notices


@pytest.fixture
def far(world: World, notices: Notices, monkeypatch):
    """The far sides, as the app's settings lead to them."""
    inbox = notices.inbox
    inbox.came, inbox.asked, inbox.faults = [], [], []
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(notices.ca_file))
    for name, value in notices.settings.items():
        monkeypatch.setenv(name, value)
    return inbox


def send(kind: str) -> dict[str, Any]:
    order = {"notice": NOTICE.to_json(), "webhook": HOOKS[kind].to_json()}
    return carry_out("notify_webhook", json.loads(json.dumps(order)))


def publish() -> dict[str, Any]:
    return carry_out("publish", json.loads(json.dumps({"notice": NOTICE.to_json()})))


@pytest.mark.parametrize("kind", HOOKS)
def test_a_notice_is_taken_and_recorded_without_its_address(kind, far, world):
    assert send(kind) == {}
    (body,) = far.of(kind)
    assert "It could not go on." in json.dumps(body)
    (record,) = world.audit()
    told = record["Properties"]
    assert record["Name"] == "promotion.notice_sent"
    assert (told["kind"], told["setting"]) == (kind, HOOKS[kind].url_setting)
    assert (told["notice"], told["occasion"]) == (NOTICE.id, "failed")
    assert "localhost" not in json.dumps(record)


@pytest.mark.parametrize("kind", HOOKS)
def test_a_notice_that_is_sent_twice_has_one_id_and_one_record(kind, far, world):
    send(kind)
    send(kind)
    first, second = far.of(kind)
    assert first == second
    assert NOTICE.id in json.dumps(first)
    assert len({record["Properties"]["record_id"] for record in world.audit()}) == 1


@pytest.mark.parametrize("status", [408, 429, 500, 503])
@pytest.mark.parametrize("kind", HOOKS)
def test_who_cannot_take_it_now_is_asked_later(kind, status, far, world):
    far.fault(PATHS[kind], status=status)
    reply = send(kind)
    assert reply == {
        "settled": False,
        "note": f"The webhook in {HOOKS[kind].url_setting} answered {status}.",
        "code": str(status),
    }
    assert world.audit() == []


@pytest.mark.parametrize(
    ("after", "seconds"),
    [("30", 30), ("999999", 3600), ("Wed, 21 Oct 2105 07:28:00 GMT", 3600), ("soon", None)],
)
def test_who_says_when_is_left_alone_until_then(after, seconds, far, world):
    far.fault("/services/", status=429, headers={"Retry-After": after})
    reply = send("slack")
    if seconds is None:
        assert "not_before" not in reply
        return
    pause = datetime.fromisoformat(reply["not_before"]) - datetime.now(UTC)
    assert timedelta(seconds=seconds - 5) < pause <= timedelta(seconds=seconds)


def test_a_lost_answer_and_nobody_there_are_passing(far, world, monkeypatch):
    far.fault("/ops", cut=True)
    assert send("json")["note"].startswith("The webhook in OPS_WEBHOOK could not be reached")
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        monkeypatch.setenv("OPS_WEBHOOK", f"https://localhost:{nobody.getsockname()[1]}/ops")
        assert send("json")["settled"] is False


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_not_followed(status, far, world, notices):
    far.fault("/workflows/", status=status, headers={"Location": f"{notices.url}/ops"})
    failure = send("teams")[FAILED]
    assert failure["reason"] == (
        f"The webhook in TEAMS_WEBHOOK answered {status}, a redirect, which is not followed."
    )
    assert [path for path, _ in far.asked if path == "/ops"] == []


def test_slack_says_why_in_a_word(far, world, monkeypatch, notices):
    monkeypatch.setenv("SLACK_WEBHOOK", f"{notices.url}/services/T0/B0/gone")
    failure = send("slack")[FAILED]
    assert failure["reason"] == "The webhook in SLACK_WEBHOOK answered 404 no_service."
    assert failure["remedy"] == "Make the webhook again, and set SLACK_WEBHOOK to its address."


def test_a_refused_token_is_named_by_its_setting_and_never_repeated(far, world, monkeypatch):
    monkeypatch.setenv("OPS_TOKEN", "wrong-s3cr3t")
    failure = send("json")[FAILED]
    assert failure["remedy"] == "Check the token in OPS_TOKEN."
    assert "s3cr3t" not in json.dumps(failure)


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (None, "SecretMissing"),
        ("http://hooks.example/s3cr3t", "SecretMalformed"),
        ("https://hooks.example/s3cr3t\r\nHost: evil", "SecretMalformed"),
        ("https://ada:s3cr3t@hooks.example/", "SecretMalformed"),
        ("https://169.254.169.254/s3cr3t", "SecretMalformed"),
        ("@Microsoft.KeyVault(SecretUri=https://kv/s3cr3t)", "SecretUnresolved"),
    ],
)
def test_an_address_that_is_none_is_never_shown(value, code, far, world, monkeypatch):
    monkeypatch.delenv("TEAMS_WEBHOOK")
    if value is not None:
        monkeypatch.setenv("TEAMS_WEBHOOK", value)
    failure = send("teams")[FAILED]
    assert failure["code"] == code
    assert "TEAMS_WEBHOOK" in failure["reason"]
    assert "s3cr3t" not in json.dumps(failure)


def test_a_name_that_leads_into_the_cloud_is_not_asked(far, world, monkeypatch):
    monkeypatch.setattr(socket, "getaddrinfo", _metadata_service)
    failure = send("teams")[FAILED]
    assert failure["code"] == "AddressForbidden"
    assert SIGNATURE not in json.dumps(failure)


def _metadata_service(*_: Any, **__: Any):
    return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("169.254.169.254", 443))]


def test_nothing_that_is_shown_has_a_part_of_any_secret(far, world, caplog):
    replies = []
    for kind, path in PATHS.items():
        for status in (302, 400, 401, 403, 404, 410, 413, 429, 500):
            body = f"{SIGNATURE} {HOOK} {TOKEN}"
            far.fault(path, status=status, body=body, headers={"Location": f"/{SIGNATURE}"})
            replies.append(send(kind))
    shown = json.dumps(replies) + json.dumps(world.audit()) + caplog.text
    for secret in (SIGNATURE, HOOK, TOKEN):
        assert secret not in shown


# -- Event Grid


def test_an_event_is_published_as_the_apps_own_identity(far, world):
    assert publish() == {}
    (event,) = far.of("topic")
    assert event["specversion"] == "1.0"
    assert event["id"] == NOTICE.id
    assert event["type"] == "azureml.promotion.failed"
    assert event["subject"] == "models/taxi-model:1"
    assert datetime.fromisoformat(event["time"]) == NOTICE.at
    assert event["datacontenttype"] == "application/json"
    assert event["data"]["reason"] == "It could not go on."
    (record,) = world.audit()
    assert record["Properties"]["kind"] == "event_grid"


def test_an_event_that_is_published_twice_has_the_same_id_and_source(far, world):
    publish()
    publish()
    assert len({(event["id"], event["source"]) for event in far.of("topic")}) == 1


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_topic_that_cannot_take_it_now_is_asked_later(status, far, world):
    far.fault("/api/events", status=status, times=9, headers={"Retry-After": "600"})
    asked, reply = datetime.now(UTC), publish()
    assert reply["settled"] is False
    assert datetime.fromisoformat(reply["not_before"]) > asked + timedelta(minutes=9)
    assert reply["note"] == f"The Event Grid topic in PROMOTION_TOPIC answered {status}."


@pytest.mark.parametrize(
    ("status", "remedy"),
    [(401, "EventGrid Data Sender"), (403, "EventGrid Data Sender"), (404, "PROMOTION_TOPIC")],
)
def test_a_topic_that_will_never_take_it_says_what_to_do(status, remedy, far, world):
    far.fault("/api/events", status=status, times=9)
    reply = publish()
    assert remedy in reply.get(FAILED, reply).get("remedy", ""), reply


def test_a_setting_that_is_no_endpoint_is_not_used(far, world, monkeypatch):
    monkeypatch.setenv("PROMOTION_TOPIC", "my-topic")
    assert publish()[FAILED]["code"] == "SettingInvalid"


def test_a_topic_that_is_taken_away_meanwhile_is_no_secret(far, world, monkeypatch):
    monkeypatch.delenv("PROMOTION_TOPIC")
    assert publish()[FAILED]["code"] == "SettingMissing"
