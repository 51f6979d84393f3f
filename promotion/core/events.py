"""Event Grid's delivery, in either schema, becomes a registration or a reason to ignore it."""

import json
import re
from typing import Annotated

from pydantic import AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails

from promotion.core.references import ModelVersion
from promotion.core.value import Value

MODEL_REGISTERED = "Microsoft.MachineLearningServices.ModelRegistered"
"""azure.eventgrid.SystemEventNames.MachineLearningServicesModelRegisteredEventName; written out
because importing azure.eventgrid would double the start of intake. A contract test compares."""

MAX_EVENT_CHARACTERS = 1_048_576
"""Event Grid refuses to take events over 1 MB, so a larger one is not Event Grid's."""

_WORKSPACE = re.compile(
    r"/subscriptions/[^/]+/resourceGroups/[^/]+"
    r"/providers/Microsoft\.MachineLearningServices/workspaces/[^/]+",
    re.IGNORECASE,
)
_ASSET_NAME = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,254}$"


class ModelRegistered(Value):
    """A model version was registered in a workspace."""

    event_id: str
    workspace_id: str
    """ARM id of the workspace, as the event spells it."""
    model: ModelVersion
    tags: dict[str, str] = {}
    properties: dict[str, str] = {}


class Ignored(Value):
    """An event that concerns nobody here, and why."""

    reason: str
    event_id: str | None = None
    event_type: str | None = None
    model: str | None = None
    version: str | None = None
    workspace: str | None = None
    """ARM id of the workspace, if a registration was told of."""


def _number_as_text(version: object) -> object:
    """Azure's reference shows the version as a number, azure-ai-ml gives it as a text."""
    is_number = isinstance(version, int) and not isinstance(version, bool)
    return str(version) if is_number else version


def _as_texts(values: object) -> object:
    """Whatever is no text in tags and properties is not worth losing the event for."""
    if not isinstance(values, dict):
        return {}
    return {key: value for key, value in values.items() if isinstance(value, str)}


_Texts = Annotated[dict[str, str], BeforeValidator(_as_texts)]


class _Data(BaseModel):
    """``data`` of the event. Azure's reference documents camelCase and shows PascalCase."""

    model_config = ConfigDict(defer_build=True)

    # The pattern is what Azure ML accepts for asset names: the name goes into URLs later on.
    name: str = Field(validation_alias=AliasChoices("modelName", "ModelName"), pattern=_ASSET_NAME)
    version: Annotated[str, BeforeValidator(_number_as_text)] = Field(
        validation_alias=AliasChoices("modelVersion", "ModelVersion"), pattern=_ASSET_NAME
    )
    tags: _Texts = Field(validation_alias=AliasChoices("modelTags", "ModelTags"), default={})
    properties: _Texts = Field(
        validation_alias=AliasChoices("modelProperties", "ModelProperties"), default={}
    )


class _Envelope(BaseModel):
    """What the Event Grid schema and CloudEvents 1.0 have in common, under either name."""

    model_config = ConfigDict(defer_build=True)

    id: str = Field(min_length=1, max_length=1024)
    type: str = Field(validation_alias=AliasChoices("type", "eventType"))
    source: str = Field(validation_alias=AliasChoices("source", "topic"), default="")
    data: object = None


def read_event(text: str) -> ModelRegistered | Ignored:
    """One event as it was delivered; never raises, because nobody could mend the event."""
    if len(text) > MAX_EVENT_CHARACTERS:
        return Ignored(reason=f"larger than the {MAX_EVENT_CHARACTERS} characters of an event")
    try:
        body = json.loads(text)
    except (ValueError, RecursionError) as error:
        return Ignored(reason=f"not JSON: {error}")
    if not isinstance(body, dict):
        return Ignored(reason=f"not an event: a JSON object is expected, not {_kind(body)}")
    try:
        envelope = _Envelope.model_validate(body)
    except ValidationError as error:
        return Ignored(reason=f"not an event: {_mistakes(error)}", event_id=_text(body.get("id")))
    return _registration(envelope)


def _registration(envelope: _Envelope) -> ModelRegistered | Ignored:
    def ignored(reason: str) -> Ignored:
        return Ignored(reason=reason, event_id=envelope.id, event_type=envelope.type[:255])

    if envelope.type.lower() != MODEL_REGISTERED.lower():
        return ignored(f"not a model registration but {envelope.type[:255]}")
    workspace = _WORKSPACE.match(envelope.source)
    if workspace is None:
        return ignored(f"source {envelope.source[:255]!r} is not the id of a workspace")
    try:
        data = _Data.model_validate(envelope.data)
    except ValidationError as error:
        return ignored(f"not a model registration: data: {_mistakes(error)}")
    return ModelRegistered(
        event_id=envelope.id,
        workspace_id=workspace.group(),
        model=ModelVersion(name=data.name, version=data.version),
        tags=data.tags,
        properties=data.properties,
    )


def _mistakes(error: ValidationError) -> str:
    def in_words(mistake: ErrorDetails) -> str:
        where = ".".join(map(str, mistake["loc"])) or "event"
        missing = mistake["type"] == "missing"
        return f"{where} is missing" if missing else f"{where}: {mistake['msg']}"

    return "; ".join(in_words(mistake) for mistake in error.errors()[:5])


def _text(value: object) -> str | None:
    return value[:255] if isinstance(value, str) else None


def _kind(value: object) -> str:
    return {list: "an array", str: "a string", type(None): "null"}.get(type(value), "a number")
