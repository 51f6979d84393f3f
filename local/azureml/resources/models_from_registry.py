"""A workspace's model that is made from a registry's.

`azureml://registries/{r}/models/{m}/versions/{v}` is among the documented paths of a model that is
registered (how-to-manage-models). No recording shows Azure's answer, so both can be set.
"""

import re
from typing import TYPE_CHECKING

from local.azureml.errors import user_error
from local.azureml.store.assets import Asset

if TYPE_CHECKING:
    from local.azureml.cloud import Cloud

_MODEL = re.compile(r"azureml://registries/([^/]+)/models/([^/]+)/versions/([^/]+)/?")


def find(cloud: "Cloud", uri: str) -> Asset | None:
    """The registry's model that a `modelUri` names; None if it names something else."""
    named = _MODEL.fullmatch(uri)
    if named is None:
        return None
    if cloud.settings.models_from_registry == "refused":
        raise user_error(400, f"The model path {uri} is not supported.")
    registry = cloud.store.registry(named[1])
    found = registry.assets["models"].get(named[2], named[3]) if registry else None
    if found is None:
        raise user_error(404, f"Could not find asset with ID: {uri}", inner="NotFoundError")
    return found
