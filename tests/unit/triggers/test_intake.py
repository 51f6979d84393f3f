import asyncio
import json
from pathlib import Path
from types import SimpleNamespace

import grpc
import pytest
from unit.builders import FILES, POLICY, PROD, a_cloud_event, an_event

from promotion.core.policy.mistakes import PolicyInvalid
from promotion.triggers.intake import receive


class FakeClient:
    """A durable client that remembers what was started."""

    def __init__(self, *, races: bool = False) -> None:
        self.started: dict[str, dict] = {}
        self.outputs: dict[str, dict] = {}
        """Of those that have ended."""
        self._races = races

    async def get_orchestration_state(self, instance_id):
        known = self.started.get(instance_id)
        return SimpleNamespace(get_output=lambda: self.outputs.get(instance_id)) if known else None

    async def schedule_new_orchestration(self, name, *, input, instance_id):
        if self._races:
            code = grpc.StatusCode.ALREADY_EXISTS
            raise grpc.aio.AioRpcError(code, grpc.aio.Metadata(), grpc.aio.Metadata())
        assert name == "promote"
        self.started[instance_id] = input


class Intake:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.client = FakeClient()
        self.write(POLICY)
        for path, text in FILES.items():
            (folder / path).write_text(text)

    def write(self, policy: str) -> None:
        (self.folder / "promotion.yaml").write_text(policy)

    def receive(self, event: object) -> None:
        text = event if isinstance(event, str) else json.dumps(event)
        asyncio.run(receive(text, self.client))

    def audit(self) -> list[tuple[str, dict]]:
        """What is recorded of events; which policy was found is recorded before that."""
        lines = (self.folder / "audit.jsonl").read_text().splitlines()
        rows = [row for row in map(json.loads, lines) if row["Name"] != "promotion.policy_changed"]
        return [(row["Name"], row["Properties"]) for row in rows]


@pytest.fixture
def intake(tmp_path, monkeypatch) -> Intake:
    monkeypatch.setenv("PROMOTION_POLICY", str(tmp_path / "promotion.yaml"))
    monkeypatch.setenv("PROMOTION_AUDIT_FILE", str(tmp_path / "audit.jsonl"))
    return Intake(tmp_path)


@pytest.mark.parametrize("event", [an_event(), a_cloud_event()])
def test_a_registration_starts_its_promotion(intake, event):
    intake.receive(event)
    ((promotion_id, order),) = intake.client.started.items()
    assert promotion_id.startswith("taxi-taxi-model-7-")
    assert order["plan"]["model"] == {"name": "taxi-model", "version": "7"}


def test_the_plan_travels_with_the_promotion(intake):
    intake.receive(an_event())
    ((_, order),) = intake.client.started.items()
    (stage,) = order["plan"]["stages"]
    assert stage["deployment_yaml"] == FILES["deployment.yml"]
    assert stage["smoke_test"]["samples"][0]["response"] == FILES["response.json"]


def test_a_second_delivery_starts_nothing_and_is_recorded_as_a_duplicate(intake):
    intake.receive(an_event())
    intake.receive(a_cloud_event(id="another-delivery"))
    assert len(intake.client.started) == 1
    ((name, properties),) = intake.audit()
    assert name == "promotion.duplicate"
    assert properties["promotion_id"] in intake.client.started


def test_two_deliveries_at_the_same_moment_start_one_promotion(intake):
    intake.client = FakeClient(races=True)
    intake.receive(an_event())
    assert intake.audit()[0][0] == "promotion.duplicate"


def test_every_route_that_wants_the_model_gets_a_promotion(intake):
    route = POLICY[POLICY.index("  taxi:") :].replace("  taxi:", "  taxi-too:", 1)
    intake.write(POLICY + route)
    intake.receive(an_event())
    assert len(intake.client.started) == 2


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        ("{", "not JSON"),
        (an_event(eventType="Microsoft.Storage.BlobCreated"), "not a model registration"),
        (an_event(topic=PROD.arm_id + "x"), "is not in the policy"),
        (an_event(topic=PROD.arm_id), "no route wants taxi-model:7 from prod"),
        (an_event(data={"modelName": "bus", "modelVersion": 1}), "no route wants bus:1 from dev"),
    ],
)
def test_what_does_not_concern_us_is_acknowledged_and_recorded_with_the_reason(
    intake, event, reason
):
    intake.receive(event)
    assert intake.client.started == {}
    ((name, properties),) = intake.audit()
    assert name == "promotion.ignored"
    assert reason in properties["reason"]


def test_every_delivery_is_a_fact_of_its_own(intake):
    for _ in range(3):
        intake.receive(an_event(topic=PROD.arm_id))
    assert len({properties["record_id"] for _, properties in intake.audit()}) == 3


def test_a_registration_that_nobody_wants_can_be_found_by_its_model(intake):
    intake.receive(an_event(topic=PROD.arm_id))
    ((_, properties),) = intake.audit()
    assert (properties["model"], properties["version"]) == ("taxi-model", "7")


def test_a_policy_that_is_no_text_is_a_mistake(intake):
    (intake.folder / "promotion.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(PolicyInvalid, match="not a text in UTF-8"):
        intake.receive(an_event())


def test_an_event_is_not_lost_to_a_broken_policy(intake):
    intake.write(POLICY.replace("at_most", "at_mots"))
    with pytest.raises(PolicyInvalid, match="did you mean at_most"):
        intake.receive(an_event())
    intake.write(POLICY)
    intake.receive(an_event())
    assert len(intake.client.started) == 1


def test_a_changed_policy_counts_from_the_next_event_on(intake):
    intake.receive(an_event())
    intake.write(POLICY.replace("5.0", "4.0"))
    intake.receive(an_event(data={"modelName": "taxi-model", "modelVersion": "8"}))
    bounds = [order["plan"]["gates"][0]["at_most"] for order in intake.client.started.values()]
    assert bounds == [5.0, 4.0]


def test_a_changed_deployment_file_counts_from_the_next_event_on(intake):
    intake.receive(an_event())
    (intake.folder / "deployment.yml").write_text("name: green\nendpoint_name: x\n")
    intake.receive(an_event(data={"modelName": "taxi-model", "modelVersion": "8"}))
    first, second = intake.client.started.values()
    assert first["plan"]["stages"][0]["deployment_yaml"].startswith("name: blue")
    assert second["plan"]["stages"][0]["deployment_yaml"].startswith("name: green")


def test_an_engine_that_does_not_answer_is_for_event_grid_to_try_again(intake):
    class Down(FakeClient):
        async def get_orchestration_state(self, instance_id):
            raise ConnectionError("no engine")

    intake.client = Down()
    with pytest.raises(ConnectionError):
        intake.receive(an_event())


@pytest.mark.parametrize(
    ("output", "ids"),
    [
        ({"failure": {"code": "ModelNotFound"}}, ["", "-2"]),
        ({"failure": {"code": "ModelNotFound"}, "asset_id": "deleted later"}, [""]),
        ({"failure": {"code": "GateFailed"}}, [""]),
        (None, [""]),
    ],
)
def test_what_was_asked_for_before_it_was_registered_is_run_again(intake, output, ids):
    intake.receive(an_event())
    (promotion,) = intake.client.started
    intake.client.outputs[promotion] = output
    intake.receive(an_event())
    intake.receive(an_event())
    assert list(intake.client.started) == [f"{promotion}{end}" for end in ids]
