"""The model that a deployment asks for, and what it predicts.

The sample models of this project are linear: their artifact holds a `coefficients.json`, and
scoring computes with it, so that a bad model gives bad answers.
"""

import json
import re
from typing import Any

from local.azureml.errors import user_error
from local.azureml.store.assets import Asset
from local.azureml.store.places import Workspace
from local.azureml.wire import Call

_REGISTRY = re.compile(r"azureml://registries/([^/]+)/models/([^/]+)/versions/(.+)")
_WORKSPACE = re.compile(r"(?:.*/)?models/([^/]+)/versions/(.+)")
_SHORT = re.compile(r"azureml:([^/:]+):(.+)")


class ModelError(Exception):
    """The model cannot answer: it does not understand the request, or is broken itself."""


def files(call: Call, workspace: Workspace, reference: Any) -> dict[str, bytes] | None:
    """The files of the model that a deployment names: taken now, whatever becomes of it later.

    Azure takes deployments without a model (custom containers bring their own): None.
    """
    if not reference:
        return None
    asset = _resolve(call, workspace, str(reference))
    if asset is None:
        raise user_error(400, f"Model {reference} was not found.", inner="NotFoundError")
    blobs = call.cloud.store.blobs.under(asset.artifacts)
    return {path: blob.data for path, blob in blobs.items()}


def predict(model: dict[str, bytes] | None, request: Any) -> list[float]:
    """One prediction for each row, as a no-code MLflow deployment gives them."""
    features, weights, intercept = _coefficients(model)
    return [
        intercept + sum(weights[name] * _number(row[name], name) for name in features)
        for row in _rows(request, features)
    ]


def check(model: dict[str, bytes] | None) -> None:
    """ModelError unless the model can answer anything at all."""
    _coefficients(model)


def _resolve(call: Call, workspace: Workspace, reference: str) -> Asset | None:
    if found := _REGISTRY.fullmatch(reference):
        registry = call.cloud.store.registry(found[1])
        return registry.assets["models"].get(found[2], found[3]) if registry else None
    if found := _SHORT.fullmatch(reference) or _WORKSPACE.fullmatch(reference):
        return workspace.assets["models"].get(found[1], found[2])
    return None


def _coefficients(model: dict[str, bytes] | None) -> tuple[list[str], dict[str, float], float]:
    """Features, their weights and the intercept; the file nearest to the top counts."""
    for path, data in sorted((model or {}).items(), key=lambda found: found[0].count("/")):
        if path.rpartition("/")[2] == "coefficients.json":
            try:
                linear = json.loads(data)
                weights = {name: float(linear["coefficients"][name]) for name in linear["features"]}
                return list(weights), weights, float(linear["intercept"])
            except (ValueError, KeyError, TypeError) as error:
                raise ModelError(
                    f"the model's coefficients.json cannot be read: {error!r}"
                ) from None
    raise ModelError("the model has no coefficients.json, so this stand-in cannot score it")


def _rows(request: Any, features: list[str]) -> list[dict[str, Any]]:
    """Rows by column name; without names the values are in the order of the features."""
    if not isinstance(request, dict) or not {"input_data", "data"} & set(request):
        raise ModelError("Request must contain a top level key named 'input_data'")
    given = request.get("input_data", request.get("data"))
    columns = features
    if isinstance(given, dict):
        columns = given.get("columns", features)
        given = given.get("data")
    if not isinstance(given, list) or not all(isinstance(row, list) for row in given):
        raise ModelError("input_data must hold a list of rows")
    rows = [dict(zip(columns, row, strict=False)) for row in given]
    for row in rows:
        if missing := [name for name in features if name not in row]:
            raise ModelError(f"Model is missing inputs {missing}.")
    return rows


def _number(value: Any, name: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ModelError(f"Incompatible input type for column {name}: {value!r} is not a number")
    return float(value)
