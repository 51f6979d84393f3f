"""What the parts of a policy have in common."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$")]
"""A name of up to 32 letters, digits, hyphens and underscores."""


class Section(BaseModel):
    """A part of the policy: frozen, and without fields that nobody reads."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)
