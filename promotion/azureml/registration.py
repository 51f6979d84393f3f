"""Registers a version in a workspace, from the registry's copy of it.

Azure's documentation has a model of a registry among the paths that a registered model may have
(https://learn.microsoft.com/azure/machine-learning/how-to-manage-models), but no example or
recording shows that a workspace takes it. So that is tried first; where Azure refuses it, the files
are copied to the workspace's default datastore.
"""

import re
from typing import TYPE_CHECKING, Any, Final, Literal
from urllib.parse import quote

from promotion.azureml import access
from promotion.azureml.errors import Role, azure_errors
from promotion.azureml.model_files import copy_files
from promotion.azureml.reading import look, mapping, text, texts
from promotion.azureml.registration_tags import REGISTRY_PATH, fitting, lineage, own_tags
from promotion.azureml.registry import find_copy, read_copy
from promotion.core.errors import Retryable, Terminal
from promotion.core.steps.register import RegisterOrder
from promotion.core.value import Value

if TYPE_CHECKING:
    from azure.ai.ml import MLClient

_API: Final = "2023-08-01-preview"
_REGISTRY: Final = re.compile(r"azureml://registries/(?P<registry>[^/]+)/models/.+")
_NO_SUCH_PATH: Final = (400, 404, 422, 501)
"""What Azure may say to a path of a kind that it does not take."""
_AZURES: Final = ("azureml.", "flavors", "model_json")
"""How properties begin that Azure writes itself, about where the files of a model are."""


class Registration(Value):
    """A version that is registered."""

    model_id: str
    how: Literal["found", "reference", "copy"]
    left_out: tuple[str, ...] = ()
    """Tags of its own for which there was no room."""


def register(order: RegisterOrder) -> Registration:
    """Register the version, unless it is; another model of its name and number is never touched."""
    model, workspace = order.context.model, order.workspace
    model_id = f"{workspace.arm_id}/models/{model.name}/versions/{model.version}"
    with azure_errors(f"register {model} in {workspace.name}", Role.DEPLOY):
        existing = _read(order)
        if existing is not None:
            return _found(order, existing, model_id)
        copy = read_copy(model, _registry_of(order))
        if copy is None:
            raise Retryable(f"The registry no longer shows {order.asset_id}.", code="CopyGone")
        tags, left_out = fitting(own_tags(copy), order.tags | lineage(order, copy))
        how = _create(order, copy, tags)
    return Registration(model_id=model_id, how=how, left_out=left_out)


def _found(order: RegisterOrder, existing: dict[str, Any], model_id: str) -> Registration:
    """What is there is this very version; what it lacks of our tags it gets."""
    model, workspace = order.context.model, order.workspace
    if not _is_this_version(order, existing):
        raise Terminal(
            f"{workspace.name} has a model {model} already, and it is not the one of "
            f"{order.asset_id}.",
            remedy="Register the model again, so that it gets a version that is free there. If "
            f"it is the same model all the same, give it the tag {REGISTRY_PATH} with that "
            "address, and promote the version again.",
            code="RegistrationTaken",
        )
    client = access.workspace_client(workspace)
    if existing.get("isArchived"):
        client.models.restore(model.name, model.version)
    own = texts(existing.get("tags"))
    # The first promotion that registered it stays its maker.
    wanted = order.tags | {name: own.get(name, value) for name, value in lineage(order).items()}
    tags, left_out = fitting(own, wanted)
    if tags != own:
        version = client.models.get(model.name, model.version)
        version.tags = tags
        client.models.create_or_update(version)
    return Registration(model_id=model_id, how="found", left_out=left_out)


def _is_this_version(order: RegisterOrder, existing: dict[str, Any]) -> bool:
    """Whether it came from the registry's copy, or the copy from it."""
    named = (texts(existing.get("tags")).get(REGISTRY_PATH), text(existing.get("modelUri")))
    if order.asset_id in named:
        return True
    # A stage in the workspace where the version was registered: the registry's copy came from it.
    try:
        return find_copy(order.workspace, order.context.model, _registry_of(order)) is not None
    except Terminal:
        return False


def _create(
    order: RegisterOrder, copy: dict[str, Any], tags: dict[str, str]
) -> Literal["reference", "copy"]:
    from azure.ai.ml.exceptions import ValidationException
    from azure.core.exceptions import HttpResponseError

    client = access.workspace_client(order.workspace)
    try:
        _put(client, order, copy, tags, order.asset_id)
        return "reference"
    except ValidationException:
        pass  # the SDK takes the end of an address for the name of a file: versions such as 1.2
    except HttpResponseError as error:
        if error.status_code not in _NO_SUCH_PATH:
            raise
    model, uri = order.context.model, str(copy["modelUri"])
    files = copy_files(model, _registry_of(order), uri, order.workspace)
    _put(client, order, copy, tags, files)
    return "copy"


def _put(
    client: "MLClient", order: RegisterOrder, copy: dict[str, Any], tags: dict[str, str], path: str
) -> None:
    from azure.ai.ml.entities import Model

    own = texts(copy.get("properties"))
    client.models.create_or_update(
        Model(
            name=order.context.model.name,
            version=order.context.model.version,
            path=path,
            type=copy.get("modelType"),
            description=text(copy.get("description")),
            flavors={
                name: mapping(one).get("data") or {}
                for name, one in mapping(copy.get("flavors")).items()
            },
            tags=tags,
            properties={key: own[key] for key in own if not key.startswith(_AZURES)},
        )
    )


def _read(order: RegisterOrder) -> dict[str, Any] | None:
    """The version as it is; the SDK does not tell whether it is archived."""
    model = order.context.model
    url = access.resource_manager() + order.workspace.arm_id.lstrip("/")
    path = f"models/{quote(model.name)}/versions/{quote(model.version)}"
    found = look(f"{url}/{path}", {"api-version": _API})
    return None if found is None else mapping(found.get("properties"))


def _registry_of(order: RegisterOrder) -> str:
    named = _REGISTRY.fullmatch(order.asset_id)
    if named is None:
        raise Terminal(f"{order.asset_id} is no model of a registry.", code="NotInRegistry")
    return named["registry"]
