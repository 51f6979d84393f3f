"""Everything that a reset forgets."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from local.azureml.store.batch import BatchEndpoint
from local.azureml.store.blobs import Blobs
from local.azureml.store.endpoints import OnlineEndpoint, TrafficLog
from local.azureml.store.metrics import Metrics
from local.azureml.store.operations import Operations
from local.azureml.store.places import Registry, Workspace


@dataclass
class Store:
    """The resources of this cloud. Names are found in any case, as ARM finds them."""

    workspaces: dict[str, Workspace] = field(default_factory=dict)
    registries: dict[str, Registry] = field(default_factory=dict)
    blobs: Blobs = field(default_factory=Blobs)
    operations: Operations = field(default_factory=Operations)
    traffic: TrafficLog = field(default_factory=TrafficLog)
    metrics: Metrics = field(default_factory=Metrics)

    def workspace(self, subscription: str, resource_group: str, name: str) -> Workspace | None:
        wanted = (subscription.lower(), resource_group.lower(), name.lower())
        for found in self.workspaces.values():
            key = (found.subscription.lower(), found.resource_group.lower(), found.name.lower())
            if key == wanted:
                return found
        return None

    def workspace_by_guid(self, guid: str) -> Workspace | None:
        return next((found for found in self.workspaces.values() if found.guid == guid), None)

    def workspaces_called(self, name_or_id: str) -> list[Workspace]:
        """By ARM id, or by bare name: the seed uses names, which may not be unique."""
        wanted = name_or_id.lower()
        return [
            found
            for found in self.workspaces.values()
            if wanted in (found.name.lower(), found.id.lower())
        ]

    def add_workspace(self, workspace: Workspace) -> None:
        self.workspaces[workspace.id.lower()] = workspace

    def registry(self, name: str) -> Registry | None:
        return self.registries.get(name.lower())

    def add_registry(self, registry: Registry) -> None:
        self.registries[registry.name.lower()] = registry

    def online_endpoints(self, location: str) -> Iterator[tuple[Workspace, OnlineEndpoint]]:
        """Every endpoint of a region: their names share one DNS zone."""
        for workspace in self.workspaces.values():
            if workspace.location == location:
                for endpoint in workspace.online_endpoints.values():
                    yield workspace, endpoint

    def batch_endpoints(self, location: str) -> Iterator[tuple[Workspace, BatchEndpoint]]:
        """Every batch endpoint of a region; its name is in the same DNS zone."""
        for workspace in self.workspaces.values():
            if workspace.location == location:
                for endpoint in workspace.batch_endpoints.values():
                    yield workspace, endpoint
