import pytest
from unit.builders import FILES, POLICY, a_document
from unit.orchestrators.durable import After, FakeContext, run

from promotion.core.operating import rollback
from promotion.core.steps.operations import Request
from promotion.core.timing import Timing
from promotion.orchestrators.roll_back import roll_back

CANARY = POLICY + "          canary: {steps: [25], every: 10m}\n"
TOLD = CANARY.replace(
    "  taxi:\n", "  taxi:\n    notify: [{kind: slack, url_setting: SLACK}]\n    write_back: true\n"
)
DONE = {"stage": "prod", "status": "succeeded", "replaced": ["taxi-model-7"]}


def a_deployment(version: str) -> dict:
    model = {"name": "taxi-model", "version": version}
    return {"asset_id": f"azureml://the-copy/{version}", "model": model, "promotion_id": "p-1"}


SCENE = {
    "traffic": {"taxi-model-7": 100},
    "standing": {f"taxi-model-{version}": a_deployment(version) for version in "67"},
    "marks": {"promotion.previous": "taxi-model-6", "promotion.previous_version": "6"},
}


def back(version=None, scene=SCENE, delivering=None, files=None, policy=CANARY, **answers):
    """The rollback of version 7: the context and the output."""
    request = Request(route="taxi", stage="prod", version=version, by="ada", reason="complaints")
    planned = rollback(a_document(policy, files), request, "rollback-1", Timing())
    there = {"present": list(delivering or {}), "delivering": delivering or {}}
    known = {
        "plan_rollback": {"rollback": planned.to_json(whole=True)},
        "guard.hold": there,
        "look_at_scene": {"scene": scene},
        "deliver": DONE,
    }
    ctx = FakeContext(known | answers)
    return ctx, run(roll_back, ctx, request.to_json())


def test_it_holds_the_place_then_lets_the_previous_version_serve():
    ctx, output = back()
    assert ctx.names() == [
        *("plan_rollback", "guard.hold", "turn.pass", "look_at_scene", "deliver"),
        *("retire", "record_rollback", "mark_hold"),
    ]
    assert output == {"status": "succeeded", "serves": "taxi-model-6"}


def test_a_deployment_that_stands_is_not_asked_and_gets_all_traffic_at_once():
    (order,) = back()[0].called("deliver")
    assert (order["force"], order["ask"]) == (True, False)
    assert order["stage"]["target"]["deployment"] == "taxi-model-6"
    assert order["stage"]["canary"] is None
    assert order["asset_id"] == "azureml://the-copy/6"


def test_a_version_whose_deployment_is_gone_is_deployed_and_asked_first():
    (order,) = back("5")[0].called("deliver")
    assert (order["ask"], order["stage"]["target"]["deployment"]) == (True, "taxi-model-5")
    assert order["asset_id"] == "azureml://registries/the-registry/models/taxi-model/versions/5"


def test_a_deployment_that_is_made_anew_runs_in_the_environment_that_its_file_names():
    environment = {"deployment.yml": FILES["deployment.yml"] + "environment: azureml:env:3\n"}
    ctx, _ = back("5", files=environment, share_asset={"reference": "azureml://the-env"})
    (order,) = ctx.called("deliver")
    assert order["stage"]["assets"][0]["reference"] == "azureml://the-env"
    assert ctx.called("share_asset")[0]["source"]["name"] == "dev-ws"
    assert back(files=environment)[0].called("share_asset") == []


def test_what_is_being_delivered_is_taken_back_and_that_is_all():
    ctx, output = back(delivering={"p-8": "taxi-model-8"})
    taken_back = [sent for sent in ctx.sent if sent[1] == "take_back"]
    assert taken_back == [("p-8", "take_back", {"by": "ada", "reason": "complaints"})]
    assert ctx.called("deliver") == []
    assert output == {"status": "succeeded", "serves": "taxi-model-7", "taken_back": ["p-8"]}


def test_what_got_through_before_it_could_be_stopped_is_rolled_back_as_well():
    ctx, output = back(delivering={"p-7": "taxi-model-7"})
    assert len(ctx.called("deliver")) == 1
    assert output["serves"] == "taxi-model-6"


def test_a_named_version_is_brought_back_also_after_a_delivery_was_stopped():
    assert len(back("6", delivering={"p-8": "taxi-model-8"})[0].called("deliver")) == 1


def test_where_there_is_no_way_back_it_fails_and_the_place_stays_held():
    ctx, output = back(scene=SCENE | {"marks": {}})
    assert (output["status"], output["failure"]["code"]) == ("failed", "PreviousUnknown")
    assert ctx.names()[-1] == "mark_hold"


@pytest.mark.parametrize("status", ["failed", "rolled_back"])
def test_a_delivery_that_ends_badly_is_the_result(status):
    why = {"reason": "No quota."}
    ctx, output = back("5", deliver={"stage": "prod", "status": status, "failure": why})
    assert (output["status"], output["failure"]) == (status, why)
    assert ctx.called("record_rollback") == []


def test_a_rollback_that_fails_is_recorded_and_told_to_people():
    why = {"reason": "No quota.", "remedy": "Ask for more.", "code": "OutOfQuota"}
    deliver = {"stage": "prod", "status": "failed", "failure": why}
    ctx, _ = back("5", policy=TOLD, deliver=deliver)
    assert ctx.recorded() == ["rollback_failed"]
    (told,) = ctx.called("notify")
    notice = told["notice"]
    assert (notice["occasion"], notice["by"]) == ("failed", "ada")
    assert notice["remedy"].startswith("Ask for more. Deliveries are held there")
    assert (told["audience"]["publish"], told["audience"]["write_back"]) == (False, False)


def test_a_tag_that_cannot_be_written_does_not_spoil_it():
    assert back(mark_hold={"failed": {"reason": "No right."}})[1]["status"] == "succeeded"


CHECKED = CANARY.replace("registry:", "hosts: [drift.contoso.com]\nregistry:").replace(
    "online:\n",
    """online:
          verify:
            - {kind: azure_metric, metric: ErrorRate, at_most: 1}
            - {kind: http, name: drift, url: 'https://drift.contoso.com/judge'}
""",
)


def test_services_are_asked_about_a_named_version_but_no_figures_are_waited_for():
    (order,) = back("5", policy=CHECKED)[0].called("deliver")
    assert [check["kind"] for check in order["stage"]["verify"]] == ["http"]
    assert order["candidate"]["model"] == {"name": "taxi-model", "version": "5"}


def test_what_begins_to_deliver_meanwhile_because_somebody_resumed_is_taken_back_as_well():
    later = {"delivering": {"p-9": "taxi-model-9"}}
    ctx, output = back(**{"turn.pass": After(45, None), "guard.look": later})
    assert [sent[:2] for sent in ctx.sent] == [("p-9", "take_back")]
    assert output["status"] == "succeeded"


@pytest.mark.parametrize(
    ("known", "written"),
    [({"source": "dev"}, True), ({"source": "dev2"}, False), ({}, False)],
)
def test_a_rollback_is_written_only_on_the_version_that_it_took_away(known, written):
    found = SCENE["standing"]["taxi-model-7"]
    standing = SCENE["standing"] | {"taxi-model-7": found | {"promotion_id": "p-7", **known}}
    policy = CANARY.replace("routes:", "defaults: {write_back: true}\nroutes:", 1)
    ctx, _ = back(scene=SCENE | {"standing": standing}, policy=policy)
    (notified,) = ctx.called("notify") or [{"audience": {}}]
    assert notified["audience"].get("write_back", False) is written
