"""Batch endpoints and their deployments."""

from dataclasses import dataclass, field
from typing import Any

from local.azureml.store.endpoints import Deployment
from local.azureml.store.jobs import Job


@dataclass(frozen=True)
class Invocation:
    """One job of an endpoint."""

    deployment: Deployment
    job: Job
    inputs: dict[str, Any]


@dataclass
class BatchEndpoint:
    """One endpoint. It has no keys: Azure takes Entra tokens only."""

    name: str
    body: dict[str, Any]
    deployments: dict[str, Deployment] = field(default_factory=dict)
    invocations: list[Invocation] = field(default_factory=list)

    @property
    def state(self) -> str:
        return str(self.body["properties"]["provisioningState"])

    @state.setter
    def state(self, value: str) -> None:
        self.body["properties"]["provisioningState"] = value

    @property
    def default(self) -> str | None:
        """The deployment that answers whoever names none."""
        name: str | None = self.body["properties"]["defaults"]["deploymentName"]
        return name
