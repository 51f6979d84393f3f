"""The OpenAPI document, written from the table of endpoints and their models."""

import re
from collections.abc import Iterator
from functools import cache
from http import HTTPStatus
from typing import Any, Final

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from promotion.api.endpoints import ENDPOINTS, Endpoint
from promotion.api.exchange import PREFIX, to_json
from promotion.api.problems import MEDIA_TYPE, Problem
from promotion.api.rights import roles_with

_REF: Final = "#/components/schemas/{model}"
_ALWAYS: Final = (401, 403, 500, 503)
_OF_BODIES: Final = (400, 413, 415, 422)
_SECURITY: Final = {
    "entra": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "A token of Microsoft Entra for the app, with its app roles.",
    },
    "key": {
        "type": "apiKey",
        "in": "header",
        "name": "x-functions-key",
        "description": "A function key, where the app has PROMOTION_AUTH=key.",
    },
}


@cache
def document() -> str:
    """The document, as JSON."""
    schemas, definitions = _schemas()
    paths: dict[str, dict[str, Any]] = {}
    for endpoint in ENDPOINTS:
        methods = paths.setdefault(f"{PREFIX}/{endpoint.path}", {})
        methods[endpoint.method.lower()] = _operation(endpoint, schemas)
    whole = {
        "openapi": "3.1.0",
        "info": {
            "title": "Promotion of Azure ML models",
            "version": "1",
            "description": "Start, watch, approve, stop and take back promotions.",
        },
        "servers": [{"url": "/"}],
        "security": [{"entra": []}, {"key": []}],
        "paths": paths,
        "components": {"schemas": definitions, "securitySchemes": _SECURITY},
    }
    return to_json(whole)


def _schemas() -> tuple[dict[type[BaseModel], Any], dict[str, Any]]:
    """The reference of each model, and what they refer to."""
    given = {one.body for one in ENDPOINTS if one.body}
    models = [(model, "validation") for model in sorted(given, key=lambda m: m.__name__)]
    content = {one.content for one in ENDPOINTS} | {Problem}
    models += [(model, "serialization") for model in sorted(content, key=lambda m: m.__name__)]
    found, whole = models_json_schema(models, ref_template=_REF)  # type: ignore[arg-type]
    definitions = whole["$defs"]
    return {model: found[model, mode] for model, mode in models}, definitions  # type: ignore[index]


def _operation(endpoint: Endpoint, schemas: dict[type[BaseModel], Any]) -> dict[str, Any]:
    roles = ", ".join(roles_with(endpoint.right))
    end = "_everywhere" if endpoint.path.startswith("line/") else ""
    written: dict[str, Any] = {
        "operationId": endpoint.handler.__name__ + end,
        "tags": [endpoint.path.partition("/")[0]],
        "summary": endpoint.summary,
        "description": f"App roles: {roles}.",
        "parameters": [*_parameters(endpoint)],
        "responses": dict(_responses(endpoint, schemas)),
    }
    if endpoint.body is not None:
        content = {"application/json": {"schema": schemas[endpoint.body]}}
        written["requestBody"] = {"required": True, "content": content}
    return written


def _parameters(endpoint: Endpoint) -> Iterator[dict[str, Any]]:
    for name in re.findall(r"\{(\w+)\}", endpoint.path):
        yield {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
    if endpoint.query is not None:
        properties = endpoint.query.model_json_schema()
        definitions = properties.get("$defs", {})
        for name, schema in properties["properties"].items():
            plain = _without_null(schema, definitions)
            description = plain.pop("description", "")
            yield {"name": name, "in": "query", "description": description, "schema": plain}
    if endpoint.idempotent:
        text = {"type": "string", "minLength": 1, "maxLength": 200}
        said = "The same key again is the same request: it is carried out once."
        yield {"name": "Idempotency-Key", "in": "header", "description": said, "schema": text}


def _without_null(schema: dict[str, Any], definitions: dict[str, Any]) -> dict[str, Any]:
    """A query parameter is there or not; it is never null."""
    some = [one for one in schema.get("anyOf", []) if one.get("type") != "null"]
    kept = {key: value for key, value in schema.items() if key not in ("anyOf", "default", "title")}
    merged = kept | (some[0] if some else {})
    if "default" in schema and schema["default"] is not None:
        merged["default"] = schema["default"]
    if "$ref" in merged:
        merged |= definitions[merged.pop("$ref").rpartition("/")[2]]
        merged = {"description": kept.get("description", ""), **_enum(merged)}
    return merged


def _enum(schema: dict[str, Any]) -> dict[str, Any]:
    return {key: schema[key] for key in ("type", "enum")}


def _responses(
    endpoint: Endpoint, schemas: dict[type[BaseModel], Any]
) -> Iterator[tuple[str, Any]]:
    good: dict[str, Any] = {
        "description": HTTPStatus(endpoint.status).phrase,
        "content": {"application/json": {"schema": schemas[endpoint.content]}},
    }
    if endpoint.status == 202:
        good["headers"] = {
            "Location": {"description": "Where to look.", "schema": {"type": "string"}},
            "Retry-After": {"description": "Seconds.", "schema": {"type": "integer"}},
        }
    yield str(endpoint.status), good
    of_body = _OF_BODIES if endpoint.body else ()
    for status in sorted({*_ALWAYS, *endpoint.refusals, *of_body}):
        told: dict[str, Any] = {"description": HTTPStatus(status).phrase}
        if status != 304:
            told["content"] = {MEDIA_TYPE: {"schema": schemas[Problem]}}
        yield str(status), told
