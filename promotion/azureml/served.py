"""Which version of a model of the source workspace a deployment serves."""

import re
from typing import Any, Final

from promotion.azureml.deployments import MODEL_TAG, SOURCE_TAG, VERSION_TAG
from promotion.azureml.reading import texts
from promotion.azureml.registry import find_copy
from promotion.core.errors import Terminal
from promotion.core.references import ModelVersion, WorkspaceRef
from promotion.core.ways.base import Target

_VERSION: Final = r"models/(?P<name>[^/:]+)/versions/(?P<version>[^/:]+)"
_IN_REGISTRY: Final = re.compile(
    rf"azureml://registries/(?P<registry>[\w-]+)/{_VERSION}", re.IGNORECASE
)
_IN_WORKSPACE: Final = re.compile(rf"(?:azureml:)?(?P<workspace>/.+)/{_VERSION}", re.IGNORECASE)
_SHORT: Final = re.compile(r"azureml:(?P<name>[^/:]+):(?P<version>[^/:]+)")
_PLAIN: Final = re.compile(r"[\w-][\w.-]*")
"""Names and versions as Azure allows them: both become parts of addresses."""

type Found = tuple[ModelVersion | None, str | None]
"""The version; or, if it is none, why."""


def served_by(
    deployment: Any, target: Target, source: WorkspaceRef, source_name: str | None
) -> Found:
    """What ``deployment`` serves: as its tags say, or else as the id of its model does."""
    tags = texts(deployment.tags)
    name, version = tags.get(MODEL_TAG, ""), tags.get(VERSION_TAG, "")
    if not (_PLAIN.fullmatch(name) and _PLAIN.fullmatch(version)):
        return _by_id(str(deployment.model or ""), target, source)
    promoted_from = tags.get(SOURCE_TAG)
    if source_name is not None and promoted_from not in (None, source_name):
        return None, (
            f"{target.endpoint} serves {name}:{version} of {promoted_from}, "
            f"which is another source than {source_name}."
        )
    return ModelVersion(name=name, version=version), None


def _by_id(asset_id: str, target: Target, source: WorkspaceRef) -> Found:
    if found := _IN_REGISTRY.fullmatch(asset_id):
        return _from_registry(_version(found), found["registry"], source)
    if found := _IN_WORKSPACE.fullmatch(asset_id):
        here = source.is_same(found["workspace"])
    elif found := _SHORT.fullmatch(asset_id):
        here = source.is_same(target.workspace.arm_id)
    if found and here:
        return _version(found), None
    serves = f"the model {asset_id}" if asset_id else "no model that it names"
    return None, f"{target.endpoint} serves {serves}; that is no version of {source.name}."


def _from_registry(model: ModelVersion, registry: str, source: WorkspaceRef) -> Found:
    """Nothing but the registry knows whether a copy that no promotion deployed is of ``source``."""
    try:
        copy = find_copy(source, model, registry)
    except Terminal as error:
        return None, error.failure.reason
    if copy is None:
        return None, f"The registry {registry} no longer has {model}, so its origin is not known."
    return model, None


def _version(found: re.Match[str]) -> ModelVersion:
    return ModelVersion(name=found["name"], version=found["version"])
