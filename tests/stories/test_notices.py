"""People and other systems are told what happens, on the whole service."""

import json
import shutil
from pathlib import Path

import httpx
import pytest
from stories.crashes import until
from stories.service import Service

from local import taxi
from local.cloud import LocalCloud
from local.demo import demo_policy
from local.notices import Notices
from local.notices.far_sides import HOOK, SIGNATURE, TOKEN

POLICY = """\
version: 1
workspaces:
  dev: {{subscription: {sub}, resource_group: rg-mlops-dev, name: mlw-mlops-dev}}
  prod: {{subscription: {sub}, resource_group: rg-mlops-prod, name: mlw-mlops-prod}}
registry: mlops-registry
defaults:
  write_back: true
  notify:
    - {{kind: teams, url_setting: TEAMS_WEBHOOK}}
    - {{kind: slack, url_setting: SLACK_WEBHOOK}}
    - {{kind: json, url_setting: OPS_WEBHOOK, token_setting: OPS_TOKEN, on: [refused, failed]}}
routes:
  gated:
    from: dev
    models: [gated*]
    gates: [{{kind: metric, name: rmse, at_most: 5.0}}]
    stages: [{{name: prod, workspace: prod, register: {{}}}}]
  approved:
    from: dev
    models: [approved]
    stages:
      - name: prod
        workspace: prod
        gates: [{{kind: approval, by: [bob@contoso.com], allow_registrant: true}}]
        register: {{}}
  tested:
    from: dev
    models: [tested]
    stages:
      - name: prod
        workspace: prod
        online:
          endpoint: deploy/tested.yml
          deployment: deploy/online-deployment.yml
          smoke_test:
            request: deploy/sample-request.json
            response: deploy/sample-response.json
            tolerance: 4.0
"""
SETTINGS = {"PROMOTION_URL": "https://promotion.contoso.com", "PROMOTION_NOTICE_LIMIT": "6"}


@pytest.fixture(scope="module")
def notices(tmp_path_factory):
    with Notices(tmp_path_factory.mktemp("notices")) as notices:
        yield notices


@pytest.fixture(scope="module")
def service(tmp_path_factory, notices):
    directory: Path = tmp_path_factory.mktemp("told")
    example, both = demo_policy(directory), directory / "both.pem"
    shutil.copytree(example.parent / "deploy", directory / "told" / "deploy")
    (directory / "told/deploy/tested.yml").write_text("name: tested\nauth_mode: key\n")
    policy = directory / "told" / "promotion.yaml"
    policy.write_text(POLICY.format(sub=taxi.SUBSCRIPTION))
    settings = {**SETTINGS, **notices.settings, "REQUESTS_CA_BUNDLE": str(both)}
    with LocalCloud(directory, policy=policy, settings=settings) as cloud:
        known = (directory / "ca.pem").read_text()
        both.write_text(known + notices.ca_file.read_text())  # before the app's first request
        yield Service(cloud)


@pytest.fixture(autouse=True)
def inbox(notices):
    notices.inbox.faults.clear()
    return notices.inbox


def told(inbox, side: str, promotion: str, occasion: str) -> dict:
    """The one message to that far side about it, waited for."""
    mark = f"{promotion}-"

    def found():
        return [
            one
            for one in inbox.of(side)
            if mark in json.dumps(one) and f"--notice-{occasion}" in json.dumps(one)
        ]

    assert until(lambda: bool(found())), f"{side} was not told: {inbox.asked}"
    (message,) = found()
    return message


def id_of(version) -> str:
    return version.wait_for("promotion.requested")["Properties"]["promotion_id"]


def tags(service, version) -> dict[str, str]:
    """The tags of the source model version."""
    path = f"{taxi.workspace_id(taxi.DEV)}/models/{version.model}/versions/{version.version}"
    found = service.cloud.control.get(
        path, params={"api-version": "2023-08-01-preview"}, headers={"Authorization": "Bearer t"}
    )
    return found.json()["properties"]["tags"]


def test_a_refusal_is_told_to_everybody_and_written_back(service, inbox):
    version = service.register(taxi.INACCURATE, name="gated")
    promotion = id_of(version)
    reason = version.wait_for("promotion.rejected")["Properties"]["reason"]
    for side in ("teams", "slack", "json"):
        message = json.dumps(told(inbox, side, promotion, "refused"))
        assert reason in message
        assert f"https://promotion.contoso.com/api/promotions/{promotion}" in message
    event = told(inbox, "topic", promotion, "refused")
    assert (event["type"], event["data"]["reason"]) == ("azureml.promotion.rejected", reason)
    assert until(lambda: "promotion.status" in tags(service, version))
    assert tags(service, version)["promotion.status"] == "rejected"
    assert tags(service, version)["promotion.reason"] == reason
    assert len([row for row in version.rows() if row["Name"] == "promotion.requested"]) == 1


def test_an_approval_is_asked_for_with_the_command_and_the_success_is_told(service, inbox):
    version = service.register(name="approved")
    promotion = id_of(version)
    asked = json.dumps(told(inbox, "teams", promotion, "approval"))
    assert f"promote approve {promotion} --stage prod" in asked
    assert until(lambda: len([row for row in version.records() if row == "notice_sent"]) == 3)
    decide(service, promotion)
    assert version.end()["Name"] == "promotion.succeeded"
    assert "was promoted" in json.dumps(told(inbox, "slack", promotion, "succeeded"))
    kinds = [row["Properties"]["kind"] for row in sent(version, "approval")]
    assert sorted(kinds) == ["event_grid", "slack", "teams"]  # json wants to know of trouble only


def test_a_rollback_is_told(service, inbox):
    good = service.register(name="tested")
    assert good.end()["Name"] == "promotion.succeeded"
    version = service.register(taxi.NONSENSE, name="tested")
    assert version.end()["Name"] == "promotion.rolled_back"
    message = json.dumps(told(inbox, "teams", id_of(version), "rolled-back"))
    assert "failed its smoke test" in message


def test_a_rollback_by_hand_is_told(service, inbox):
    for training in (taxi.GOOD, taxi.BETTER):
        version = service.register(training, name="tested")
        assert version.end()["Name"] == "promotion.succeeded"
    request = {"by": "eve@contoso.com", "reason": "Complaints.", "route": "tested", "stage": "prod"}
    start(service, "roll_back", "rollback-1", request)
    assert until(lambda: "rollback-1--notice" in json.dumps(inbox.of("slack")))
    (message,) = [one for one in inbox.of("slack") if "rollback-1--notice" in json.dumps(one)]
    assert "Rolled back by eve@contoso.com: Complaints." in message["text"]
    assert until(lambda: tags(service, version).get("promotion.status") == "rolled_back")


def test_who_is_down_for_a_while_is_told_afterwards(service, inbox):
    inbox.fault("/services/", status=503, times=2)
    inbox.fault("/services/", status=429, headers={"Retry-After": "1"})
    version = service.register(name="gated")
    assert version.end()["Name"] == "promotion.succeeded"
    told(inbox, "slack", id_of(version), "succeeded")
    told(inbox, "teams", id_of(version), "succeeded")


def test_who_is_down_for_ever_does_not_keep_a_promotion_from_succeeding(service, inbox):
    inbox.fault("/workflows/", status=503, times=None)
    version = service.register(name="gated")
    assert version.end()["Name"] == "promotion.succeeded"
    told(inbox, "slack", id_of(version), "succeeded")
    record = version.wait_for("promotion.notice_failed")["Properties"]
    assert record["setting"] == "TEAMS_WEBHOOK"
    assert record["reason"].startswith("The webhook in TEAMS_WEBHOOK answered 503. Given up after")
    assert record["remedy"]


def test_a_missing_role_for_the_tags_does_not_keep_a_promotion_from_succeeding(service):
    denied = {"status": 403, "body": {"error": {"code": "AuthorizationFailed", "message": "No."}}}
    path = "rg-mlops-dev.*/models/gated-[0-9a-z]*/versions/"
    service.fault("PUT", path, answer=denied, skip=1, times=None)  # the first registers it
    version = service.register(name="gated-denied")
    assert version.end()["Name"] == "promotion.succeeded"
    record = version.wait_for("promotion.write_back_failed")["Properties"]
    assert "AzureML Data Scientist on the source workspace" in record["remedy"]


def test_no_secret_gets_into_logs_records_or_what_is_kept(service, inbox):
    version = service.register(taxi.INACCURATE, name="gated")
    promotion = id_of(version)
    told(inbox, "json", promotion, "refused")
    shown = [
        service.instance(one, showInput="true", showHistory="true", showHistoryOutput="true")
        for one in (promotion, f"{promotion}-end--notice-refused")
    ]
    assert "TEAMS_WEBHOOK" in str(shown)
    kept = f"{shown} {service.cloud.audit()} {service.cloud.host_log()}"
    for secret in (SIGNATURE, HOOK, TOKEN):
        assert secret not in kept


def sent(version, occasion: str) -> list[dict]:
    return [
        row
        for row in version.rows()
        if row["Name"] == "promotion.notice_sent" and row["Properties"]["occasion"] == occasion
    ]


def decide(service: Service, promotion: str) -> None:
    known = {"who": "bob@contoso.com", "display_name": "Bob", "at": "2026-03-02T12:00:00Z"}
    said = {**known, "decision": "approve"}
    _post(service, f"instances/{promotion}-prod/raiseEvent/decision", said)


def start(service: Service, name: str, id: str, request: dict) -> None:
    _post(service, f"orchestrators/{name}/{id}", request)


def _post(service: Service, path: str, body: dict) -> None:
    url = f"{service.info['durable_url']}/{path}"
    reply = httpx.post(url, params={"code": service.info["durable_key"]}, json=body)
    reply.raise_for_status()
