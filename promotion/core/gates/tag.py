"""Gate ``tag``: does the model version carry a tag, and the right value?"""

import re
from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from promotion.core.candidate import Candidate
from promotion.core.gates.base import Gate
from promotion.core.verdict import Outcome, Verdict


class TagGate(Gate):
    """Does the model version carry a tag, with a value that equals, is one of, or matches?

    Without ``equals``, ``one_of`` and ``matches`` any value passes.
    """

    kind: Literal["tag"]
    name: str = Field(min_length=1, description="Name of the tag on the model version.")
    equals: str | None = Field(default=None, description="The one value that passes.")
    one_of: tuple[str, ...] | None = Field(
        default=None, min_length=1, description="The values that pass."
    )
    matches: str | None = Field(
        default=None, description="A regular expression that the whole value must match."
    )

    @field_validator("matches")
    @classmethod
    def _is_a_regular_expression(cls, pattern: str | None) -> str | None:
        if pattern is not None:
            try:
                re.compile(pattern)
            except re.error as error:
                raise ValueError(f"not a regular expression: {error}") from None
        return pattern

    @model_validator(mode="after")
    def _asks_one_thing(self) -> Self:
        if sum(wish is not None for wish in (self.equals, self.one_of, self.matches)) > 1:
            raise ValueError("a tag gate takes one of equals, one_of and matches")
        return self

    @property
    def label(self) -> str:
        return f"tag {self.name}"

    @property
    def threshold(self) -> str:
        """What passes, in words: ``'approved'`` or ``one of 'a', 'b'``."""
        if self.equals is not None:
            return f"'{self.equals}'"
        if self.one_of is not None:
            return f"one of {', '.join(f"'{value}'" for value in self.one_of)}"
        return f"a match of '{self.matches}'" if self.matches is not None else "any value"

    def answer(self, candidate: Candidate) -> Verdict:
        value = candidate.tags.get(self.name)
        if value is None:
            return self.verdict(
                Outcome.INCONCLUSIVE,
                f"{candidate.model} has no tag {self.name}; the policy wants {self.threshold}.",
                remedy=f"Register the model with the tag {self.name}.",
                threshold=self.threshold,
            )
        passed = self._accepts(value)
        return self.verdict(
            Outcome.PASSED if passed else Outcome.FAILED,
            f"The tag {self.name} is '{value}'; the policy wants {self.threshold}.",
            remedy=None
            if passed
            else f"A version whose tag {self.name} is {self.threshold} passes.",
            observed=value,
            threshold=self.threshold,
        )

    def _accepts(self, value: str) -> bool:
        if self.equals is not None:
            return value == self.equals
        if self.one_of is not None:
            return value in self.one_of
        return self.matches is None or re.fullmatch(self.matches, value) is not None
