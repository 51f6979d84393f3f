"""Reads what orchestrations were given, and what they answered."""

from pydantic import BaseModel, ValidationError

from promotion.api.problems import Refusal


def stored[M: BaseModel](model: type[M], value: object) -> M:
    """``value`` as the ``model``. Raises Refusal (409) when it is none."""
    try:
        return model.model_validate(value)
    except ValidationError:
        raise Refusal(
            409,
            "What is stored of it cannot be read: another version of the service has planned it, "
            "or somebody has started it past the API.",
            code="Unreadable",
            remedy="The list shows its status, and the audit trail has its records.",
        ) from None
