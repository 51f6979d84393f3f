"""Registers models as a data scientist does: with the real azure-ai-ml."""

import os
from typing import Any

from local import taxi


class DataScientist:
    """Somebody with an MLClient of the dev workspace, built from what `make serve` writes down."""

    def __init__(self, info: dict[str, Any]) -> None:
        # azure-ai-ml drops other ways to name a certificate authority in some of its calls.
        os.environ["REQUESTS_CA_BUNDLE"] = info["ca_file"]
        os.environ["IDENTITY_ENDPOINT"] = info["identity"]["endpoint"]
        os.environ["IDENTITY_HEADER"] = info["identity"]["header"]
        self._info = info
        self._client = self.client("dev")

    def client(self, workspace: str) -> Any:
        """An MLClient of the workspace that the policy calls by that name."""
        from azure.ai.ml import MLClient
        from azure.identity import DefaultAzureCredential

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

        model = Model(
            name=name,
            path=training.model_path,
            type="mlflow_model",
            description="Fare of a taxi trip in New York",
            tags={"trained_on": "nyc-taxi-2026-01", "team": "pricing"},
        )
        return str(self._client.models.create_or_update(model).version)
