"""Registers models as a data scientist does: with the real azure-ai-ml."""

import os
from typing import Any

from local import taxi


class DataScientist:
    """Somebody with an MLClient of the dev workspace, built from what `make serve` writes down."""

    def __init__(self, info: dict[str, Any]) -> None:
        self._info = info
        self._client = self.client("dev")

    def client(self, workspace: str) -> Any:
        """An MLClient of the workspace that the policy calls by that name."""
        from azure.ai.ml import MLClient
        from azure.identity import DefaultAzureCredential

        self._introduce()
        name = self._info["workspaces"][workspace]
        return MLClient(
            DefaultAzureCredential(),
            self._info["subscription"],
            self._info["resource_groups"][name],
            name,
            cloud=self._info["cloud"]["name"],
            cloud_metadata=self._info["cloud"]["metadata"],
            show_progress=False,
            enable_telemetry=False,
        )

    def register(self, training: taxi.Training, name: str = taxi.MODEL) -> str:
        """Register what `training` made; the version that Azure ML gave it."""
        from azure.ai.ml.entities import Model

        self._introduce()
        model = Model(
            name=name,
            path=training.model_path,
            type="mlflow_model",
            description="Fare of a taxi trip in New York",
            tags={"trained_on": "nyc-taxi-2026-01", "team": "pricing"},
        )
        return str(self._client.models.create_or_update(model).version)

    def _introduce(self) -> None:
        """Tell this process whom to trust and who we are: azure-ai-ml and azure-identity read it
        from the environment, and drop other ways to name an authority in some of their calls."""
        os.environ["REQUESTS_CA_BUNDLE"] = self._info["ca_file"]
        os.environ["IDENTITY_ENDPOINT"] = self._info["identity"]["endpoint"]
        os.environ["IDENTITY_HEADER"] = self._info["identity"]["header"]
