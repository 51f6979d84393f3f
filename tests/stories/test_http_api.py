"""What people do over HTTP, on the whole service."""

import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from stories.service import Service

from local import taxi
from local.cloud import LocalCloud
from local.demo import demo_policy

NAMES = ("manual", "approved", "stopped")
POLICY = f"""\
version: 1
workspaces:
  dev: {{subscription: {taxi.SUBSCRIPTION}, resource_group: rg-mlops-dev, name: mlw-mlops-dev}}
  prod: {{subscription: {taxi.SUBSCRIPTION}, resource_group: rg-mlops-prod, name: mlw-mlops-prod}}
registry: mlops-registry
routes:
"""
ROUTE = """\
  {name}:
    from: dev
    models: [{model}]
    gates: [{{kind: metric, name: rmse, at_most: 5.0}}]
    stages:
      - name: prod
        workspace: prod
        gates: {waits}
        online:
          endpoint: deploy/{name}.yml
          deployment: deploy/online-deployment.yml
          smoke_test:
            request: deploy/sample-request.json
            response: deploy/sample-response.json
            tolerance: 4.0
"""
FORBIDDEN = {
    "status": 403,
    "body": {"error": {"code": "AuthorizationFailed", "message": "The client may not do this."}},
}
BUSY = {"status": 503, "body": {"error": {"code": "ServerBusy", "message": "Later."}}}
APPROVAL = "[{kind: approval, by: [Promotion.Approver], comment: required}]"


class Client:
    """HTTP as one of the people of `local.identities`."""

    def __init__(self, service: Service, name: str) -> None:
        self._http = httpx.Client(
            base_url=service.info["api_url"],
            headers=service.info["identities"].get(name, {}),
            timeout=30,
        )

    def get(self, path: str, **query: str) -> httpx.Response:
        return self._http.get(path, params=query)

    def post(self, path: str, key: str | None = None, **body: Any) -> httpx.Response:
        headers = {"Idempotency-Key": key} if key else {}
        return self._http.post(path, json=body, headers=headers)

    def when(self, path: str, holds: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """What is answered there as soon as that holds."""
        deadline = time.monotonic() + 60
        while True:
            found: dict[str, Any] = self.get(path).raise_for_status().json()
            if holds(found):
                return found
            assert time.monotonic() < deadline, found
            time.sleep(0.05)

    def ended(self, accepted: httpx.Response) -> dict[str, Any]:
        """How that ended which was accepted."""
        assert accepted.status_code == 202, accepted.text
        path = accepted.headers["Location"].removeprefix("/api/")
        ends = ("succeeded", "failed", "rejected", "cancelled", "rolled_back", "superseded")
        return self.when(path, lambda found: found["status"] in ends)


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    directory: Path = tmp_path_factory.mktemp("http")
    example = demo_policy(directory).parent
    folder = directory / "routes"
    shutil.copytree(example / "deploy", folder / "deploy")
    routes = ""
    for name in NAMES:
        (folder / "deploy" / f"{name}.yml").write_text(f"name: {name}\nauth_mode: key\n")
        waits = "[]" if name == "manual" else APPROVAL
        routes += ROUTE.format(name=name, model=name, waits=waits)
    policy = folder / "promotion.yaml"
    policy.write_text(POLICY + routes)
    with LocalCloud(directory, policy=policy) as cloud:
        yield Service(cloud)


@pytest.fixture(scope="module")
def people(service: Service) -> dict[str, Client]:
    return {name: Client(service, name) for name in ("vera", "ada", "bob", "grace", "nobody")}


def waiting(client: Client, promotion: str) -> dict[str, Any]:
    """The promotion, as soon as its stage waits for approval."""
    return client.when(
        f"promotions/{promotion}",
        lambda found: found["stages"][0]["waiting_for"] == "approval",
    )


def id_of(told: Any) -> str:
    return str(told.wait_for("promotion.requested")["Properties"]["promotion_id"])


def test_a_promotion_is_run_again_by_hand_listed_and_rolled_back(service, people):
    first = service.register(name="manual")
    assert first.end()["Name"] == "promotion.succeeded"
    second = service.register(taxi.BETTER, name="manual")
    assert second.end()["Name"] == "promotion.succeeded"
    ada, vera = people["ada"], people["vera"]

    again = ada.post("promotions", "k-1", model="manual", version="2", reason="once more")
    assert again.json()["id"] == f"{id_of(second)}-2"
    shown = ada.ended(again)
    assert (shown["status"], shown["actor"]) == ("succeeded", "ada@contoso.com")
    assert shown["verdicts"][0]["outcome"] == "passed"
    same = ada.post("promotions", "k-1", model="manual", version="2", reason="once more")
    assert same.json() == again.json()
    other = ada.post("promotions", "k-1", model="manual", version="2", reason="another")
    assert other.status_code == 422

    ids: list[str] = []
    page = vera.get("promotions", route="manual", limit="2").json()
    ids += [one["id"] for one in page["promotions"]]
    page = vera.get("promotions", route="manual", limit="2", cursor=page["next"]).json()
    ids += [one["id"] for one in page["promotions"]]
    assert ids == [again.json()["id"], id_of(second), id_of(first)]
    assert page["next"] is None

    back = ada.ended(ada.post("targets/manual/prod/rollback", reason="complaints"))
    assert (back["status"], back["serves"]) == ("succeeded", "manual-1")
    resumed = ada.ended(ada.post("targets/manual/prod/resume", reason="it is well"))
    assert (resumed["status"], resumed["by"]) == ("succeeded", "ada@contoso.com")


def test_a_version_is_approved_by_whom_the_policy_names_and_nobody_else(service, people):
    told = service.register(name="approved")
    path = f"promotions/{id_of(told)}"
    stage = waiting(people["vera"], id_of(told))["stages"][0]
    assert stage["approvers"] == ["Promotion.Approver"]
    wish = {"stage": "prod", "decision": "approve"}

    assert people["ada"].post(f"{path}/approvals", **wish).status_code == 403
    uncommented = people["bob"].post(f"{path}/approvals", **wish)
    assert uncommented.status_code == 403
    assert uncommented.json()["detail"] == "A decision here needs a comment."
    accepted = people["bob"].post(f"{path}/approvals", **wish, comment="well done")
    assert people["bob"].ended(accepted)["status"] == "succeeded"
    (approved,) = [row for row in told.rows() if row["Name"] == "promotion.approved"]
    assert approved["Properties"]["by"] == "bob@contoso.com"
    timeline = people["vera"].get(path).json()["timeline"]
    assert Counter(one["what"] for one in timeline) == Counter(told.records())
    assert [one["by"] for one in timeline if one["what"] == "approved"] == ["bob@contoso.com"]
    assert (timeline[0]["what"], timeline[-1]["what"]) == ("requested", "succeeded")

    late = people["bob"].post(f"{path}/approvals", **wish, comment="again")
    assert (late.status_code, late.json()["current"]) == (409, "succeeded")


def test_in_an_emergency_a_gate_is_bypassed_and_every_record_says_so(service, people):
    told = service.register(taxi.INACCURATE, name="manual")
    assert told.end()["Name"] == "promotion.rejected"
    before = len(told.rows())
    wish = {"model": "manual", "version": told.version, "reason": "the live one is worse"}
    assert people["ada"].post("promotions", **wish, bypass=["metric rmse"]).status_code == 403
    ended = people["grace"].ended(
        people["grace"].post("promotions", **wish, bypass=["metric rmse"])
    )
    assert ended["bypassed"] == ["metric rmse"]
    records = [row["Properties"] for row in told.rows()[before:]]
    assert {one["bypassed"] for one in records} == {"metric rmse"}
    assert {one["actor"] for one in records} == {"grace@contoso.com"}


def test_who_is_not_known_learns_nothing(people):
    for path in ("promotions", "openapi.json", "no-such-path"):
        answer = people["nobody"].get(path)
        assert answer.status_code == 401
        assert answer.headers["content-type"].startswith("application/problem+json")
    assert people["nobody"].get("health").json() == {"status": "ok"}


def test_a_cancelled_promotion_may_be_tried_again(service, people):
    told = service.register(name="stopped")
    path = f"promotions/{id_of(told)}"
    waiting(people["ada"], id_of(told))
    cancelled = people["ada"].ended(people["ada"].post(f"{path}/cancel", reason="not today"))
    assert cancelled["failure"]["reason"] == "Cancelled by ada@contoso.com: not today"
    again = people["ada"].post(f"{path}/retry", reason="now").json()["id"]
    assert waiting(people["ada"], again)["actor"] == "ada@contoso.com"
    people["ada"].ended(people["ada"].post(f"promotions/{again}/cancel", reason="tidy up"))


def test_the_line_is_stopped_and_started(people):
    ada = people["ada"]
    assert ada.ended(ada.post("line/hold", reason="an incident"))["status"] == "succeeded"
    assert ada.ended(ada.post("line/resume", reason="it is over"))["status"] == "succeeded"


def writes(service):
    """How often Azure was asked to change something so far; runs are searched with a POST."""
    sent = [
        one
        for method in ("PUT", "PATCH", "DELETE")
        for one in service.observer.requests(method, ".")
    ]
    return len(sent)


def test_a_plan_says_what_would_become_of_a_version_and_changes_nothing(service, people):
    bad = service.register(taxi.INACCURATE, name="manual")
    assert bad.end()["Name"] == "promotion.rejected"
    before = len(service.cloud.audit())
    written = writes(service)
    plan = people["vera"].post("plans", model="manual", version=bad.version).json()
    routes = {one["route"]: one for one in plan["routes"]}
    assert plan["candidate"]["workspace"] == "dev"
    assert routes["manual"]["ending"] == "would be refused"
    assert (routes["manual"]["id"], routes["manual"]["current"]) == (id_of(bad), "rejected")
    assert "6.81" in routes["manual"]["verdicts"][0]["reason"]
    assert "approved" in routes["approved"]["unwanted"]

    wish = {"model": "manual", "version": bad.version, "route": "manual"}
    bypassed = people["vera"].post("plans", **wish, bypass=["metric rmse"]).json()["routes"]
    assert [one["ending"] for one in bypassed] == ["would be promoted"]
    assert [one["verb"] for one in bypassed[0]["stages"][0]["doing"]] == ["deploy", "ask", "switch"]
    assert people["vera"].post("plans", model="manual", version="99").status_code == 404
    assert len(service.cloud.audit()) == before
    assert writes(service) == written


@pytest.mark.parametrize(("answer", "status"), [(FORBIDDEN, 502), (BUSY, 503)])
def test_a_plan_for_which_azure_gives_no_evidence_says_so(service, people, answer, status):
    service.fault("GET", "/models/manual/versions/1$", answer=answer, times=10)
    reply = people["vera"].post("plans", model="manual", version="1")
    service.cloud.control.delete("/_emulator/faults")
    assert (reply.status_code, "Retry-After" in reply.headers) == (status, status == 503)


def test_targets_say_what_serves_and_who_holds_it(service, people):
    service.register(name="manual").end()
    ada = people["ada"]
    ada.ended(ada.post("targets/approved/prod/hold", reason="a look"))
    service.fault("GET", "/onlineEndpoints/stopped$", answer=FORBIDDEN)
    found = people["vera"].get("targets").raise_for_status().json()
    targets = {one["route"]: one for one in found["targets"]}
    (serving,) = targets["manual"]["serving"]
    assert targets["manual"]["traffic"] == {serving["deployment"]: 100}
    assert (serving["model"], serving["promotion_id"]) == ("manual", id_of_serving(people, serving))
    assert targets["approved"]["hold"]["by"] == "ada@contoso.com"
    assert "Data Scientist" in targets["stopped"]["problem"]["remedy"]
    assert found["hold"] is None
    ada.ended(ada.post("targets/approved/prod/resume", reason="seen"))


def id_of_serving(people, serving):
    """The newest promotion of what serves there that succeeded."""
    query = {"model": "manual", "status": "succeeded", "limit": "200"}
    found = people["vera"].get("promotions", **query).json()["promotions"]
    return next(one["id"] for one in found if one["version"] == serving["version"])


def test_the_api_is_shown_in_a_page(people):
    page = people["vera"].get("docs")
    assert page.headers["content-type"].startswith("text/html")
    assert "default-src 'none'" in page.headers["content-security-policy"]


def test_what_does_not_exist_is_said_with_what_does(people):
    answer = people["ada"].post("targets/manuel/prod/hold", reason="x")
    assert answer.status_code == 404
    assert "did you mean manual?" in answer.json()["detail"]
    assert people["vera"].get("promotions/no-such").status_code == 404


def test_a_version_that_was_asked_for_too_early_is_promoted_when_it_is_registered(service, people):
    wish = {"model": "stopped", "version": "2", "reason": "too early"}
    early = people["ada"].ended(people["ada"].post("promotions", **wish))
    assert (early["status"], early["failure"]["code"]) == ("failed", "ModelNotFound")
    told = service.register(name="stopped")
    assert told.version == "2"
    again = id_of(told)
    assert again == f"{early['id']}-2"
    shown = waiting(people["vera"], again)
    assert (shown["actor"], shown["status"]) == ("event-grid", "waiting")
    listed = people["bob"].get("promotions", status="waiting").json()["promotions"]
    assert [(one["id"], one["waiting_for"]) for one in listed] == [(again, ["approval"])]
    people["ada"].ended(people["ada"].post(f"promotions/{again}/cancel", reason="tidy up"))
