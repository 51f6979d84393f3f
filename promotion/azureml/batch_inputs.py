"""Sample data of a batch test, as `az ml batch-endpoint invoke --input` takes it."""

import re
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from azure.ai.ml import MLClient

_ASSET: Final = re.compile(r"azureml:(?P<name>[^/:@]+)(?P<kind>[:@])(?P<rest>[^/:@]+)")
_ARM_ID: Final = re.compile(r"(?:azureml:)?(?P<id>/subscriptions/.+)")


def resolved(client: "MLClient", given: str) -> str:
    """The address or Azure Resource Manager id that batch endpoints take for ``given``.

    ``azureml:sample:1`` and ``azureml:sample@latest`` are looked up in the workspace; a data asset
    that is not there raises what the SDK raises.
    """
    if found := _ARM_ID.fullmatch(given):
        return found["id"]
    if not (asset := _ASSET.fullmatch(given)):
        return given
    which = "version" if asset["kind"] == ":" else "label"
    data: Any = client.data.get(asset["name"], **{which: asset["rest"]})
    return str(data.id).removeprefix("azureml:")
