"""Workspaces and registries: where assets live."""

import uuid
from dataclasses import dataclass, field
from typing import Any

from local.azureml.store.assets import Shelves, shelves
from local.azureml.store.batch import BatchEndpoint
from local.azureml.store.clock import stamp
from local.azureml.store.endpoints import OnlineEndpoint
from local.azureml.store.jobs import Job

TENANT = str(uuid.uuid5(uuid.NAMESPACE_URL, "tenant"))
"""The one tenant of this cloud."""

_PROVIDER = "providers/Microsoft.MachineLearningServices"


@dataclass
class Workspace:
    """One workspace. Its GUID follows from its ARM id, so a reset does not change it."""

    subscription: str
    resource_group: str
    name: str
    location: str
    created: str = field(default_factory=stamp)
    assets: Shelves = field(default_factory=shelves)
    jobs: dict[str, Job] = field(default_factory=dict)
    computes: dict[str, dict[str, Any]] = field(default_factory=dict)
    online_endpoints: dict[str, OnlineEndpoint] = field(default_factory=dict)
    batch_endpoints: dict[str, BatchEndpoint] = field(default_factory=dict)

    @property
    def id(self) -> str:
        scope = f"/subscriptions/{self.subscription}/resourceGroups/{self.resource_group}"
        return f"{scope}/{_PROVIDER}/workspaces/{self.name}"

    @property
    def guid(self) -> str:
        return str(uuid.uuid5(uuid.NAMESPACE_URL, self.id.lower()))

    @property
    def storage_account(self) -> str:
        return "st" + self.guid.replace("-", "")[:13]

    def container(self, datastore: str) -> str:
        """The blob container behind one of the workspace's own datastores."""
        return f"azureml-{datastore.removeprefix('workspace')}-{self.guid}"

    def job_output(self, job: str, path: str = "") -> str:
        """Where Azure keeps what a job has logged as its artifacts."""
        container = self.container("workspaceartifactstore")
        return f"{container}/ExperimentRun/dcid.{job}/{path}".rstrip("/")


@dataclass
class Registry:
    """One registry: assets that any workspace may use."""

    name: str
    subscription: str
    resource_group: str
    location: str
    created: str = field(default_factory=stamp)
    assets: Shelves = field(default_factory=shelves)
    importing: set[tuple[str, str, str]] = field(default_factory=set)
    """Kind, name and version of the imports under way."""
    reads: int = 0
    """How often a model was read: each read names another of two storage accounts."""

    @property
    def account(self) -> str:
        """What the names of its two storage accounts begin with."""
        return "feed" + self.guid.replace("-", "")[:12]

    @property
    def guid(self) -> str:
        return str(uuid.uuid5(uuid.NAMESPACE_URL, f"registry/{self.name.lower()}"))

    def container(self, kind: str, name: str, version: str) -> str:
        """The blob container of one version; the same one whenever it is asked for."""
        asset = uuid.uuid5(uuid.NAMESPACE_URL, f"{self.guid}/{kind}/{name}/{version}")
        return f"{self.name.lower()}-{asset}"
