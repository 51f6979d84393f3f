"""What stories do with the running service, and what they see of it."""

import json
from typing import Any

import httpx

from local import taxi
from local.cloud import LocalCloud
from local.data_scientist import DataScientist
from local.observing import ENDS, Observer, Row


class Service:
    """The running service, seen from outside: Event Grid, Azure, the audit trail."""

    def __init__(self, cloud: LocalCloud) -> None:
        self.cloud = cloud
        self.info = cloud.info
        self.observer = Observer(cloud)
        self.scientist = DataScientist(cloud.info)
        self._model = 0

    def a_model(self) -> str:
        """A model name that no other story uses."""
        self._model += 1
        return f"taxi-{self._model}"

    def register(self, training: taxi.Training = taxi.GOOD, name: str | None = None) -> "Told":
        """Register a version, and follow its promotion."""
        name = name or self.a_model()
        after = self.observer.recorded()
        return Told(self, name, self.scientist.register(training, name), after)

    def event(self, model: str, **changes: Any) -> dict[str, Any]:
        """A registration as Event Grid would tell of it."""
        return {
            "id": f"e-{model}",
            "topic": taxi.workspace_id(taxi.DEV),
            "subject": f"models/{model}:1",
            "eventType": "Microsoft.MachineLearningServices.ModelRegistered",
            "eventTime": "2026-03-02T11:59:58.1234567Z",
            "data": {"modelName": model, "modelVersion": "1"},
            "dataVersion": "2",
            "metadataVersion": "1",
        } | changes

    def cloud_event(self, model: str, **changes: Any) -> dict[str, Any]:
        """The same as a CloudEvent."""
        event = self.event(model)
        return {
            "specversion": "1.0",
            "type": event["eventType"],
            "source": event["topic"],
            "time": event["eventTime"],
            **{key: event[key] for key in ("id", "subject", "data")},
        } | changes

    def fault(self, method: str, path: str, **what: Any) -> str:
        """The id of a fault that requests meet from now on."""
        fault = {"method": method, "path": path, **what}
        return str(self.cloud.control.post("/_emulator/faults", json=fault).json()["id"])

    def seconds(self, **seconds: float) -> None:
        self.cloud.control.put("/_emulator/clock", json={"seconds": seconds})

    def traffic(self, endpoint: str) -> list[dict[str, int]]:
        """Every distribution of the endpoint's traffic so far, without what has none."""
        known = self.cloud.control.get("/_emulator/traffic").json()["endpoints"]
        (states,) = [states for path, states in known.items() if path.endswith(f"/{endpoint}")]
        return [{d: share for d, share in s["traffic"].items() if share} for s in states]

    def endpoint(self, name: str) -> dict[str, Any]:
        """The endpoint in the prod workspace, as ARM gives it."""
        return self._arm(f"onlineEndpoints/{name}")

    def deployments(self, endpoint: str) -> list[str]:
        """Names of the endpoint's deployments."""
        found = self._arm(f"onlineEndpoints/{endpoint}/deployments")["value"]
        return sorted(deployment["name"] for deployment in found)

    def _arm(self, path: str) -> dict[str, Any]:
        answer = self.cloud.control.get(
            f"{taxi.workspace_id(taxi.PROD)}/{path}",
            params={"api-version": "2022-02-01-preview"},
            headers={"Authorization": "Bearer test"},
        )
        found: dict[str, Any] = answer.json()
        return found

    def instance(self, instance_id: str, **show: str) -> dict[str, Any]:
        """A durable instance, as the management API shows it."""
        answer = httpx.get(
            f"{self.info['durable_url']}/instances/{instance_id}",
            params={"code": self.info["durable_key"], **show},
        )
        found: dict[str, Any] = answer.json()
        return found


class Told:
    """What became of one registered version."""

    def __init__(self, service: Service, model: str, version: str, after: int) -> None:
        self._service = service
        self._after = after
        self.model, self.version = model, version

    def end(self) -> Row:
        """The record with which its promotion ended, waited for."""
        return self.wait_for(*ENDS)

    def wait_for(self, *names: str) -> Row:
        """The first record of one of those names about this version."""
        (row,) = self._service.observer.wait_for(
            lambda row: row["Name"] in names and self._concerns(row), after=self._after
        )
        return row

    def rows(self) -> list[Row]:
        """Its records so far."""
        return [row for row in self._service.cloud.audit() if self._concerns(row)]

    def records(self) -> list[str]:
        """Names of its records so far, without their prefix."""
        return [row["Name"].removeprefix("promotion.") for row in self.rows()]

    def imports(self) -> int:
        """How often it was imported into the registry."""
        sent = self._service.observer.requests("POST", "/import$")
        names = [json.dumps(entry["request_body"]) for entry in sent]
        return sum(f'"destinationName": "{self.model}"' in name for name in names)

    def deployments(self) -> int:
        """How often its deployment was asked for."""
        path = rf"/deployments/{self.model}-{self.version}$"
        return len(self._service.observer.requests("PUT", path))

    def _concerns(self, row: Row) -> bool:
        told = row["Properties"]
        return (told.get("model"), told.get("version")) == (self.model, self.version)
