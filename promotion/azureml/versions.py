"""A model version as the workspace has it."""

import re
from typing import Any, Final

from promotion.azureml import access
from promotion.azureml.contents import mlmodel_of
from promotion.azureml.errors import Role, azure_errors
from promotion.azureml.reading import text, texts
from promotion.azureml.runs import is_run
from promotion.core.errors import Terminal
from promotion.core.references import ModelVersion, WorkspaceRef

NOT_FOUND: Final = "ModelNotFound"
"""The code of the failure when there is no such version."""
_RUN: Final = re.compile(r"(?:^runs:/|/runs/)([^/]+)/")


def read_version(source: WorkspaceRef, model: ModelVersion) -> Any:
    """The SDK's entity of ``model``; Terminal when there is none."""
    from azure.core.exceptions import ResourceNotFoundError

    with azure_errors(f"read {model} in {source.name}", Role.READ_SOURCE):
        try:
            return access.workspace_client(source).models.get(model.name, model.version)
        except ResourceNotFoundError:
            raise Terminal(
                f"{model} is not in the workspace {source.name}: "
                "it was registered and then deleted, or never was.",
                remedy="Look whether the version is right; if it was deleted, register the model "
                "again, as a new version.",
                code=NOT_FOUND,
            ) from None


def run_of(version: Any) -> str | None:
    """The run that logged the model: its job's, or the one that MLflow names.

    Outside a job, in a notebook for instance, MLflow alone knows it.
    """
    properties = texts(version.properties)
    match = _RUN.search(properties.get("mlflow.modelSourceUri", ""))
    logged_by = text(mlmodel_of(properties).get("run_id"))
    named = (version.job_name, match and match.group(1), logged_by)
    return next((run for run in named if run and is_run(run)), None)
