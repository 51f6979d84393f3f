"""A route: which models, from where, through which gates and stages."""

from collections.abc import Mapping
from typing import Annotated, Final

from pydantic import BeforeValidator, Field, WithJsonSchema, field_validator

from promotion.core.events import ModelRegistered
from promotion.core.expressions import NotComputable, NotKnown, checked, condition
from promotion.core.gates import AnyGate
from promotion.core.naming import Models
from promotion.core.policy.glob import Glob
from promotion.core.policy.notify import Webhooks
from promotion.core.policy.section import Section
from promotion.core.policy.stage import Stage

EVENT_VARIABLES: Final[Mapping[str, str]] = {
    "workspace": "string",
    "model.name": "string",
    "model.version": "string",
    "model.tags": "map<string,string>",
    "model.properties": "map<string,string>",
}
"""What ``when`` may use, with its type in CEL: what the event of a registration tells."""


_ONE_OR_MORE = {
    "anyOf": [
        {"type": "string"},
        {"type": "array", "items": {"type": "string"}, "minItems": 1},
    ]
}


def _several(written: object) -> object:
    return [written] if isinstance(written, str) else written


class Route(Section):
    """Which models, from where, through which gates and stages."""

    sources: Annotated[tuple[str, ...], BeforeValidator(_several), WithJsonSchema(_ONE_OR_MORE)] = (
        Field(
            alias="from", min_length=1, description="One of the names under workspaces, or several."
        )
    )
    models: tuple[Glob, ...] = Field(
        min_length=1, description="Names or globs such as taxi-*; case-sensitive."
    )
    except_: tuple[Glob, ...] = Field(
        default=(), alias="except", description="Names or globs of models that are not meant."
    )
    when: str | None = Field(
        default=None,
        min_length=1,
        description="A condition in CEL on the registration, for instance "
        "`model.tags.team == 'pricing'`.",
    )
    gates: tuple[AnyGate, ...] = Field(
        default=(), description="Questions that a version must pass before it is copied."
    )
    stages: tuple[Stage, ...] = Field(
        default=(), description="Where the version goes, in this order, after the registry."
    )
    notify: Webhooks = Field(
        default=(), description="Who is told what happens; those of defaults unless stated."
    )
    write_back: bool = Field(
        default=False,
        description="Whether the end of a promotion is written as tags on the source model "
        "version.",
    )

    @field_validator("when")
    @classmethod
    def _is_a_condition(cls, text: str | None) -> str | None:
        return text and checked(text, EVENT_VARIABLES)

    def unwanted(self, registered: ModelRegistered, source: str | None) -> str | None:
        """Why this route does not want that version; None if it does.

        ``source`` is which of its workspaces the version is in, None when in none of them.
        """
        name = registered.model.name
        if source is None:
            return f"it takes models from {' or '.join(self.sources)}"
        if unwanted := self.named.why_not(name):
            return unwanted
        return self._not_now(self.when, registered, source) if self.when is not None else None

    @property
    def named(self) -> Models:
        """The models that it is about."""
        return Models(wanted=self.models, unwanted=self.except_)

    @staticmethod
    def _not_now(when: str, registered: ModelRegistered, source: str) -> str | None:
        values = {
            "workspace": source,
            "model.name": registered.model.name,
            "model.version": registered.model.version,
            "model.tags": registered.tags,
            "model.properties": registered.properties,
        }
        try:
            wanted = condition(when, EVENT_VARIABLES).holds(values)
        except NotKnown as missing:
            return f"its condition '{when}' needs {missing}, which the registration does not tell"
        except NotComputable as error:
            return f"its condition '{when}' cannot be computed: {error}"
        return None if wanted else f"its condition '{when}' is not true"
