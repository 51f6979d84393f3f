"""A service of the team is asked about a deployment while its rollout is under way."""

from datetime import timedelta

import pytest
import trustme
from contract.test_services import Serving, a_reply
from contract.world import a_context, a_stage
from unit.builders import NOON, a_candidate

from promotion.activities.verify import verify
from promotion.core.checks.http import HttpCheck
from promotion.core.checks.serving import Moment
from promotion.core.steps.verification import VerifyOrder


@pytest.fixture
def service(tmp_path, monkeypatch):
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "ca.pem"))
    monkeypatch.setenv("PROMOTION_AUDIT_FILE", str(tmp_path / "audit.jsonl"))
    with Serving(authority.issue_cert("localhost")) as service:
        yield service


def looked(service, *replies: bytes, **changes):
    service.replies = list(replies)
    check = HttpCheck(kind="http", name="drift", url=service.url)
    moment = Moment(
        endpoint="taxi-fare",
        deployment="taxi-model-7",
        live="taxi-model-6",
        share=25,
        since=NOON - timedelta(minutes=10),
        as_of=NOON,
    )
    order = VerifyOrder(
        context=a_context(),
        target=a_stage("7").target,
        checks=(check,),
        moment=moment,
        candidate=a_candidate(metrics={"rmse": float("nan")}),
        hosts=("localhost",),
    )
    (finding,) = verify(order.model_copy(update=changes)).findings
    return finding


def test_it_is_told_of_the_candidate_and_of_how_it_serves(service):
    found = looked(service, a_reply({"passed": True, "reason": "No drift."}))
    ((_, body),) = service.asked
    assert body["gate"] == "drift"
    assert body["candidate"]["model"] == {"name": "taxi-model", "version": "7"}
    assert body["candidate"]["metrics"]["rmse"]["value"] == "NaN"
    assert body["candidate"]["serving"] == {
        "endpoint": "taxi-fare",
        "deployment": "taxi-model-7",
        "live": "taxi-model-6",
        "share": 25,
        "mirrored": 0,
        "since": "2026-03-02T11:50:00Z",
        "as_of": "2026-03-02T12:00:00Z",
        "figures": {},
        "live_figures": {},
    }
    assert found.outcome == "passed"


@pytest.mark.parametrize(
    ("reply", "outcome"),
    [
        (a_reply({"passed": False, "reason": "Drift is 0.4; at most 0.2 is fine."}), "failed"),
        (a_reply({"passed": None, "reason": "Too early."}), "inconclusive"),
        (a_reply(b"<html>"), "error"),
    ],
)
def test_it_has_three_answers_and_a_fourth_for_what_is_none(service, reply, outcome):
    assert looked(service, reply).outcome == outcome


def test_without_a_candidate_nobody_is_asked(service):
    found = looked(service, a_reply(), candidate=None)
    assert found.outcome == "inconclusive"
    assert service.asked == []
