"""What is in a model, as far as Azure tells without a look at its files."""

from typing import Any, Final

from promotion.azureml.reading import mapping, parsed
from promotion.core.candidate import Contents

_NO_FRAMEWORK: Final = frozenset({"python_version", "cloudpickle_version"})
"""Versions in a flavor's settings that are not of the framework."""


def mlmodel_of(properties: dict[str, str]) -> dict[str, Any]:
    """The MLmodel file, which Azure keeps as JSON with models of jobs; empty when it has not."""
    return parsed(properties.get("model_json"))


def contents_of(type: str | None, flavors: Any, properties: dict[str, str]) -> Contents:
    """Of a version of that type, with the flavors and properties that Azure has of it.

    A model that is not MLflow's has no flavors. One that was uploaded has its flavors, but
    whether it has a signature is not known.
    """
    mlmodel = mlmodel_of(properties)
    found = mapping(mlmodel.get("flavors")) | mapping(flavors)
    versions = {name: _framework_version(name, mapping(conf)) for name, conf in found.items()}
    return Contents(
        flavors=versions or (None if type == "mlflow_model" else {}),
        python=_version(mapping(found.get("python_function")).get("python_version")),
        signature=_has_signature(mlmodel) if mlmodel else None,
        size=_bytes(mlmodel.get("model_size_bytes")),
    )


def _framework_version(flavor: str, conf: dict[str, Any]) -> str | None:
    """MLflow writes it in a setting of its own for each flavor: sklearn_version, lgb_version."""
    named = [name for name in conf if name.endswith("_version") and name not in _NO_FRAMEWORK]
    own = f"{flavor}_version"
    first = [own] if own in named else named
    return next((version for name in first if (version := _version(conf[name]))), None)


def _version(value: Any) -> str | None:
    # A version without quotes, as 2.1, is a number in YAML.
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    return str(value) or None


def _has_signature(mlmodel: dict[str, Any]) -> bool:
    """Whether both inputs and outputs are stated; MLflow writes each as JSON in a text."""
    signature = mapping(mlmodel.get("signature"))
    return all(signature.get(part) not in (None, "", "[]", []) for part in ("inputs", "outputs"))


def _bytes(value: Any) -> int | None:
    known = isinstance(value, int) and not isinstance(value, bool) and value >= 0
    return value if known else None
