"""What an environment is made of, so that two can be compared and one can have a name."""

import io
import json
from pathlib import Path
from typing import Any, Final

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from promotion.azureml.files import refuse, what_is_wrong
from promotion.azureml.reading import mapping
from promotion.core.assets import InlineEnvironment
from promotion.core.names import digest
from promotion.settings import read_settings

_ROUTES: Final = ("livenessRoute", "readinessRoute", "scoringRoute")


def content_of(properties: dict[str, Any]) -> dict[str, Any]:
    """What makes the environment with those REST properties what it is.

    Azure rewrites the conda file as JSON and keeps a build folder at another address in each
    workspace and registry: of that folder only the Dockerfile's path can be compared.
    """
    routes = mapping(properties.get("inferenceConfig"))
    return {
        "image": properties.get("image"),
        "conda": _conda(properties.get("condaFile")),
        "routes": {name: routes[name] for name in _ROUTES if routes.get(name)},
        "dockerfile": mapping(properties.get("build")).get("dockerfilePath"),
        "os": str(properties.get("osType") or "Linux").lower(),
    }


def differences(ours: dict[str, Any], theirs: dict[str, Any]) -> str:
    """The parts of two contents that differ, for people."""
    names = {"conda": "conda file", "routes": "inference config", "os": "operating system"}
    return ", ".join(names.get(part, part) for part in ours if ours[part] != theirs[part])


def name_of(content: dict[str, Any], folder: str = "") -> str:
    """The name of an environment that has none: the same for the same content, anywhere.

    ``folder`` is what tells the folder apart from which it is built, if it is.
    """
    built = {"folder": folder} if content["dockerfile"] else {}
    return f"promotion-{digest(json.dumps(content | built, sort_keys=True, default=str))}"


def properties_of(what: InlineEnvironment) -> dict[str, Any]:
    """The REST properties of an environment that a file describes, with its conda file read.

    Raises Terminal with what is wrong with the description.
    """
    path = read_settings().policy.parent / what.path
    refuse(what.path, what_is_wrong(lambda: _load(what.definition, path), path))
    environment, definition = _load(what.definition, path), json.loads(what.definition)
    properties: dict[str, Any] = {
        "description": "Registered by the promotion service; its name is made from its content.",
        "isAnonymous": False,
        "isArchived": False,
    }
    if environment.os_type:
        properties["osType"] = str(environment.os_type).capitalize()
    if environment.image:
        properties["image"] = environment.image
    if environment.conda_file:
        # Azure keeps conda files as JSON anyway, which is YAML, too.
        properties["condaFile"] = json.dumps(environment.conda_file, indent=2, default=str)
    if routes := mapping(definition.get("inference_config")):
        properties["inferenceConfig"] = {_camel(name): routes[name] for name in routes}
    return properties


def _load(definition: str, path: Path) -> Any:
    from azure.ai.ml import load_environment

    # The name is needed to load one; it is not the name that the environment gets.
    overrides = [{"name": "environment"}]
    environment = load_environment(
        io.StringIO(definition), relative_origin=str(path), params_override=overrides
    )
    environment.validate()
    return environment


def _conda(text: Any) -> Any:
    """The conda file as data: Azure gives it as JSON, others may have written YAML."""
    if not isinstance(text, str) or not text.strip():
        return None
    try:
        return YAML(typ="safe", pure=True).load(text)
    except (YAMLError, ValueError, TypeError, AttributeError, RecursionError):
        return text


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(other.capitalize() for other in others)
