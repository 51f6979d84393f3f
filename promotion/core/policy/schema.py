"""The JSON Schema of the policy, for editors: as the models have it, and as people write it."""

from datetime import timedelta
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema

from promotion.core.policy.duration import in_words
from promotion.core.policy.models import Policy

type Schema = dict[str, Any]

_SETTING: Schema = {
    "description": "A text with app settings: ${NAME} stands for the setting of that name.",
    "type": "string",
    "pattern": r"\$\{[A-Za-z_][A-Za-z0-9_]*\}",
}
_ANNOTATIONS = ("title", "description", "default")


def policy_schema() -> Schema:
    """The schema in draft 2020-12, new for each caller."""
    generated: Schema = _settable(Policy.model_json_schema(schema_generator=_AsWritten))
    definitions = generated.pop("$defs") | {"Setting": dict(_SETTING)}
    generated |= {
        # A place for YAML anchors.
        "patternProperties": {"^x-": {}},
        "$schema": _AsWritten.schema_dialect,
        "title": "Model promotion policy",
        "description": "Which Azure ML models move where, through which gates and stages.",
    }
    first = ("$schema", "title", "description")
    return {key: generated.pop(key) for key in first} | generated | {"$defs": definitions}


class _AsWritten(GenerateJsonSchema):
    """What pydantic generates, without what is noise or wrong in an editor."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002
        """``At Least`` says no more than ``at_least``."""
        return False

    def encode_default(self, dft: Any) -> Any:
        """Durations as people write them."""
        if isinstance(dft, timedelta):
            return in_words(dft).replace(" ", "")
        if isinstance(dft, BaseModel):
            return dft.model_dump(mode="json", exclude_defaults=True)
        return super().encode_default(dft)

    def nullable_schema(self, schema: Any) -> Schema:
        """What may be left out is left out, not written as null."""
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: Any) -> Schema:
        """Nothing at all is no default that an editor should write."""
        generated = super().default_schema(schema)
        if generated.get("default", ...) in (None, [], {}):
            del generated["default"]
        return generated

    def dict_schema(self, schema: Any) -> Schema:
        """Keys are held to their pattern, where pydantic would let any other key pass."""
        generated = super().dict_schema(schema)
        patterns = generated.pop("patternProperties", {})
        for pattern, values in patterns.items():
            generated |= {"propertyNames": {"pattern": pattern}, "additionalProperties": values}
        return generated

    def tagged_union_schema(self, schema: Any) -> Schema:
        """``discriminator`` is OpenAPI's word; the constant ``kind`` of each gate says the same."""
        generated = super().tagged_union_schema(schema)
        generated.pop("discriminator", None)
        return generated


def _settable(node: Any) -> Any:
    """``node`` with ``${NAME}`` as an alternative wherever only certain texts or numbers pass."""
    if isinstance(node, list):
        return [_settable(item) for item in node]
    if not isinstance(node, dict):
        return node
    inner = {
        key: value if key in ("propertyNames", "default") else _settable(value)
        for key, value in node.items()
    }
    if "anyOf" in inner:
        inner["anyOf"] = _flat(inner["anyOf"])
    if not _is_particular(node):
        return inner
    annotations = {key: inner.pop(key) for key in _ANNOTATIONS if key in inner}
    return annotations | {"anyOf": [inner, {"$ref": "#/$defs/Setting"}]}


def _is_particular(node: Schema) -> bool:
    """Whether ``node`` is the schema of a value (not a mapping of fields) that is not any text."""
    if "const" in node or not isinstance(node.get("type"), str):
        return False
    narrowed = any(not isinstance(node.get(key, {}), dict) for key in ("pattern", "enum", "format"))
    return node["type"] in ("number", "integer", "boolean") or narrowed


def _flat(alternatives: list[Schema]) -> list[Schema]:
    flat: list[Schema] = []
    for one in alternatives:
        flat += one["anyOf"] if one.keys() == {"anyOf"} else [one]
    return [one for index, one in enumerate(flat) if one not in flat[:index]]
