"""How workspaces, registries and model versions are pointed at."""

from pydantic import Field

from promotion.core.value import Value


class WorkspaceRef(Value):
    """An Azure ML workspace."""

    # These become parts of URLs, so they are held to what Azure allows for such names.
    subscription: str = Field(pattern=r"^[\w-]{1,64}$", description="Id of the subscription.")
    resource_group: str = Field(
        pattern=r"^[\w.()-]{1,90}$", description="Name of the resource group."
    )
    name: str = Field(pattern=r"^[\w-]{1,64}$", description="Name of the workspace.")

    @property
    def arm_id(self) -> str:
        """The workspace's Azure Resource Manager id. Azure compares ids case-insensitively."""
        return (
            f"/subscriptions/{self.subscription}/resourceGroups/{self.resource_group}"
            f"/providers/Microsoft.MachineLearningServices/workspaces/{self.name}"
        )

    def is_same(self, arm_id: str) -> bool:
        """Whether ``arm_id`` names this workspace, in whatever spelling."""
        return self.arm_id.lower() == arm_id.rstrip("/").lower()


class ModelVersion(Value):
    """One version of a model, in a workspace or a registry."""

    name: str = Field(min_length=1)
    version: str = Field(min_length=1)

    def __str__(self) -> str:
        return f"{self.name}:{self.version}"

    def is_older_than(self, version: str) -> bool:
        """Whether this is an older version than ``version``; only numbers have an order."""
        return self.version.isdecimal() and version.isdecimal() and int(self.version) < int(version)

    def in_registry(self, registry: str) -> str:
        """The asset id by which deployments name this version in ``registry``."""
        return f"azureml://registries/{registry}/models/{self.name}/versions/{self.version}"
