"""The MLmodel file of a model, and what Azure makes of it when a job's output is registered."""

import json
from typing import TYPE_CHECKING, Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from local.azureml.artifacts import Place
from local.azureml.errors import user_error
from local.azureml.store.places import Workspace

if TYPE_CHECKING:
    from local.azureml.cloud import Cloud


def read(cloud: "Cloud", place: Place) -> dict[str, Any]:
    """The MLmodel file, which Azure reads when it registers a job's output."""
    blob = cloud.store.blobs.get(f"{place.folder}/MLmodel")
    if blob is None:
        return {}
    try:
        parsed = YAML(typ="safe", pure=True).load(blob.data.decode())
    except (YAMLError, UnicodeDecodeError) as error:
        raise user_error(400, f"The MLmodel file could not be read: {error}") from None
    return parsed if isinstance(parsed, dict) else {}


def lineage(workspace: Workspace, place: Place, mlmodel: dict[str, Any]) -> dict[str, str]:
    """The properties that Azure adds to a model that was registered from a job."""
    experiment = workspace.jobs[place.job or ""].experiment
    source = f"azureml://experiments/{experiment}/runs/{place.job}/artifacts/{place.path}"
    stored = f"ExperimentRun/dcid.{place.job}/{place.path}".rstrip("/")
    added = {}
    if flavors := mlmodel.get("flavors"):
        added = {f"flavors.{name}": json.dumps(flavors[name], indent=2) for name in flavors}
        added["flavors"] = ",".join(flavors)
        known = {"run_id": place.job, "artifact_path": place.path}
        added["model_json"] = json.dumps({**known, **mlmodel}, default=str)
    return {
        **added,
        "azureml.artifactPrefix": stored,
        "azureml.storagePath": stored,
        "mlflow.modelSourceUri": source,
    }
