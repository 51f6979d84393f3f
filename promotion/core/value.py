"""The base of everything that travels: orders, receipts, evidence, verdicts, plans."""

import json

from pydantic import BaseModel, ConfigDict

type Json = bool | int | float | str | list["Json"] | dict[str, "Json"] | None


class Value(BaseModel):
    """A frozen value with exactly the fields it declares.

    Values cross the boundary between orchestrators and activities as JSON, so that
    ``Type.model_validate(value.to_json()) == value`` must hold for each of them.
    """

    # defer_build: a cold start pays only for the values that it uses.
    model_config = ConfigDict(
        frozen=True, extra="forbid", ser_json_inf_nan="strings", defer_build=True
    )

    def to_json(self, *, whole: bool = False) -> dict[str, Json]:
        """The value as plain JSON data; what equals its default is left out unless ``whole``.

        What is kept for longer than one step is kept whole, so that a default that changes with
        an upgrade does not change what was decided before.
        """
        # By way of the text, because only there NaN and the infinities become texts: JSON has none.
        text = self.model_dump_json(exclude_defaults=not whole)
        plain: dict[str, Json] = json.loads(text)
        return plain
