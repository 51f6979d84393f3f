"""The taxi team's Azure, and what a test does in it."""

import json
import ssl
from pathlib import Path
from typing import Any, Self

import httpx

from local import taxi
from local.azureml import StandIn
from promotion.core.context import Context
from promotion.core.errors import Failure
from promotion.core.references import ModelVersion, WorkspaceRef
from promotion.core.steps.base import FAILED
from promotion.core.ways.base import Target
from promotion.core.ways.online import OnlinePlan, Sample, SmokeTestPlan
from promotion.triggers.dispatch import carry_out

EXAMPLE = Path(__file__).parents[2] / "examples" / "taxi-fare" / "deploy"
NOW = "2026-03-02T12:00:00+00:00"

ERROR_403 = {
    "status": 403,
    "body": {
        "error": {
            "code": "AuthorizationFailed",
            "message": "The client 'app' does not have authorization to perform this action.",
        }
    },
}


def workspace(name: str) -> WorkspaceRef:
    return WorkspaceRef(
        subscription=taxi.SUBSCRIPTION, resource_group=taxi.RESOURCE_GROUPS[name], name=name
    )


DEV, PROD = workspace(taxi.DEV), workspace(taxi.PROD)


class Refused(Exception):
    """An activity's reply was a failure."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.reason)
        self.failure = failure


class World:
    """Azure in the beginning; activities are carried out in it as the host would."""

    def __init__(self, azure: StandIn, audit_file: Path) -> None:
        self._audit_file = audit_file
        context = ssl.create_default_context(cafile=str(azure.ca_file))
        self.http = httpx.Client(
            base_url=azure.url,
            verify=context,
            headers={"Authorization": "Bearer test"},
            event_hooks={"response": [httpx.Response.raise_for_status]},
        )
        self.http.post("/_emulator/reset")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()

    # -- what a test arranges

    def register(
        self,
        version: str = "1",
        training: taxi.Training = taxi.GOOD,
        source: WorkspaceRef = DEV,
        **tags: str,
    ) -> ModelVersion:
        """A version of the taxi model, made by that training."""
        properties = {"modelUri": training.model_path, "modelType": "mlflow_model", "tags": tags}
        self.http.put(
            f"{source.arm_id}/models/{taxi.MODEL}/versions/{version}",
            params={"api-version": "2023-08-01-preview"},
            json={"properties": properties},
        )
        return ModelVersion(name=taxi.MODEL, version=version)

    def seconds(self, **seconds: float) -> None:
        """How long operations take from now on, by kind."""
        self.http.put("/_emulator/clock", json={"seconds": seconds})

    def seed(self, **what: Any) -> None:
        """What on Azure somebody else has made: ``jobs=[…]``, ``models=[…]``."""
        self.http.post("/_emulator/seed", json=what)

    def fault(self, method: str, path: str, **what: Any) -> None:
        """Let the next request of that method and path (a regular expression) go wrong."""
        self.http.post("/_emulator/faults", json={"method": method, "path": path, **what})

    def forget_requests(self) -> None:
        self.http.delete("/_emulator/ledger")

    # -- what it does

    def do(self, activity: str, context: Context | None = None, **order: Any) -> dict[str, Any]:
        """The receipt of that activity; Refused if its reply is a failure."""
        plain = {key: _plain(value) for key, value in _at_target(activity, order).items()}
        given = {"context": (context or a_context()).to_json(), **plain}
        reply = json.loads(json.dumps(carry_out(activity, json.loads(json.dumps(given)))))
        if FAILED in reply:
            raise Refused(Failure.model_validate(reply[FAILED]))
        return reply

    def settle(self, activity: str, **order: Any) -> dict[str, Any]:
        """The settled receipt; operations take no time unless the test says so."""
        for _ in range(20):
            reply = self.do(activity, **order)
            if reply.get("settled", True):
                return reply
            order |= {key: reply[key] for key in ("operation", "written") if key in reply}
        raise AssertionError(f"{activity} does not settle: {reply}")

    def copied(self, model: ModelVersion) -> str:
        """Asset id of the registry's copy of ``model``."""
        order = {"source": DEV, "registry": taxi.REGISTRY, "started_at": NOW}
        context = a_context(model)
        return str(self.settle("copy_to_registry", context=context, **order)["asset_id"])

    def serving(self, version: str, training: taxi.Training = taxi.GOOD) -> OnlinePlan:
        """The stage at which that version has all traffic."""
        stage = self.standing(version, training)
        before = self.do("ensure_endpoint", stage=stage).get("traffic", {})
        self.settle("shift_traffic", stage=stage, **shift(stage, before))
        return stage

    def standing(self, version: str, training: taxi.Training = taxi.GOOD) -> OnlinePlan:
        """The stage at which that version stands without traffic."""
        model = self.register(version, training)
        stage = a_stage(version)
        asset_id = self.copied(model)
        self.settle("ensure_endpoint", stage=stage)
        self.do("create_deployment", context=a_context(model), stage=stage, asset_id=asset_id)
        self.settle("look_at_deployment", stage=stage, started_at=NOW)
        return stage

    # -- what it sees

    def requests(self, method: str = "", path: str = "") -> list[dict[str, Any]]:
        """What was asked of Azure since the ledger was emptied."""
        params = {"method": method, "path": path}
        answer = self.http.get("/_emulator/ledger", params={k: v for k, v in params.items() if v})
        entries: list[dict[str, Any]] = answer.json()["entries"]
        return entries

    def endpoint(self) -> dict[str, Any]:
        """The endpoint as ARM gives it."""
        return self._arm("onlineEndpoints/taxi-fare")

    def deployment(self, name: str) -> dict[str, Any]:
        """A deployment as ARM gives it."""
        return self._arm(f"onlineEndpoints/taxi-fare/deployments/{name}")

    def deployments(self) -> list[str]:
        """Names of the deployments that stand."""
        found = self._arm("onlineEndpoints/taxi-fare/deployments")["value"]
        return sorted(deployment["name"] for deployment in found)

    def put_endpoint(self, endpoint: dict[str, Any]) -> None:
        """Somebody else's write to the endpoint."""
        self.http.put(
            f"{PROD.arm_id}/onlineEndpoints/taxi-fare",
            params={"api-version": "2022-02-01-preview"},
            json=endpoint,
        )

    def untag(self, deployment: str, tag: str) -> None:
        """Somebody else takes a tag from the deployment at that path."""
        self.retag(deployment, tag, None)

    def retag(self, deployment: str, tag: str, value: str | None) -> None:
        """Somebody else changes a tag of the deployment at that path."""
        found = self._arm(deployment)
        found["tags"] = {**found["tags"], tag: value} if value else dict(found["tags"])
        if value is None:
            del found["tags"][tag]
        self.http.put(
            f"{PROD.arm_id}/{deployment}", params={"api-version": "2022-02-01-preview"}, json=found
        )

    def audit(self) -> list[dict[str, Any]]:
        """The records so far."""
        if not self._audit_file.exists():
            return []
        return [json.loads(line) for line in self._audit_file.read_text().splitlines()]

    def _arm(self, path: str) -> dict[str, Any]:
        params = {"api-version": "2022-02-01-preview"}
        found: dict[str, Any] = self.http.get(f"{PROD.arm_id}/{path}", params=params).json()
        return found


def a_context(model: ModelVersion | None = None, promotion_id: str = "p-1") -> Context:
    return Context(
        promotion_id=promotion_id,
        route="taxi-fare",
        model=model or ModelVersion(name=taxi.MODEL, version="1"),
        source="dev",
        actor="event-grid",
        stage="prod",
    )


def a_stage(version: str = "1", **changes: Any) -> OnlinePlan:
    plan = OnlinePlan(
        way="online",
        name="prod",
        workspace=PROD,
        target=Target(workspace=PROD, endpoint="taxi-fare", deployment=f"{taxi.MODEL}-{version}"),
        endpoint_yaml=(EXAMPLE / "online-endpoint.yml").read_text(),
        deployment_yaml=(EXAMPLE / "online-deployment.yml").read_text(),
        deployment_path="deploy/online-deployment.yml",
        keep_previous="PT0S",
        time_limit="PT1H",
    )
    return plan.model_copy(update=changes)


def a_smoke_test(**changes: Any) -> SmokeTestPlan:
    """The example's; changes are of its one request, or of the test."""
    sample = Sample(
        request=(EXAMPLE / "sample-request.json").read_text(),
        response=(EXAMPLE / "sample-response.json").read_text(),
        tolerance=4.0,
    )
    own = {name: changes.pop(name) for name in tuple(changes) if name in Sample.model_fields}
    plan = SmokeTestPlan(samples=(sample.model_copy(update=own),), timeout=10)
    return plan.model_copy(update=changes)


def shift(stage: OnlinePlan, before: dict[str, int]) -> dict[str, Any]:
    """The rest of an order to give all traffic to the stage's deployment."""
    return {"expected": before, "wanted": {stage.target.deployment: 100}, "started_at": NOW}


def _at_target(activity: str, order: dict[str, Any]) -> dict[str, Any]:
    """The order as the activity takes it: of the stage only what it needs."""
    if (stage := order.pop("stage", None)) is None:
        return order
    files = {
        "ensure_endpoint": {"yaml": stage.endpoint_yaml},
        "create_deployment": {"yaml": stage.deployment_yaml, "path": stage.deployment_path},
    }
    return {"target": stage.target, **files.get(activity, {}), **order}


def _plain(value: Any) -> Any:
    return value.to_json() if hasattr(value, "to_json") else value
