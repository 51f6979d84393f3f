"""What the gates ``tag`` and ``property`` have in common: a named text, and which values pass."""

from abc import abstractmethod
from typing import Final, Self

from pydantic import Field, field_validator, model_validator

from promotion.core.candidate import Candidate
from promotion.core.gates.base import Gate
from promotion.core.pattern import checked, is_match
from promotion.core.verdict import Change, Outcome, Verdict

_SHOWN: Final = 200
"""Characters of a text that are shown; Azure ML takes longer ones."""


def shown(text: str) -> str:
    """``text`` of whoever made the model, as it can stand in a sentence: short and visible."""
    visible = (char if char.isprintable() else _escaped(char) for char in text[:_SHOWN])
    return "".join(visible) + "…" * (len(text) > _SHOWN)


def _escaped(char: str) -> str:
    return char.encode("unicode_escape").decode("ascii")


class TextGate(Gate):
    """A gate on one text of the model version; the subclass says where it stands."""

    name: str = Field(min_length=1, description="Its name on the model version.")
    equals: str | None = Field(default=None, description="The one value that passes.")
    one_of: tuple[str, ...] | None = Field(
        default=None, min_length=1, description="The values that pass."
    )
    matches: str | None = Field(
        default=None,
        description="A regular expression that the whole value must match, in the syntax of "
        "[RE2](https://github.com/google/re2/wiki/Syntax).",
    )

    @field_validator("matches")
    @classmethod
    def _is_a_regular_expression(cls, pattern: str | None) -> str | None:
        return pattern if pattern is None else checked(pattern)

    @model_validator(mode="after")
    def _asks_one_thing(self) -> Self:
        if sum(wish is not None for wish in (self.equals, self.one_of, self.matches)) > 1:
            raise ValueError(f"a {self.kind} gate takes one of equals, one_of and matches")
        return self

    @abstractmethod
    def values(self, candidate: Candidate) -> dict[str, str]:
        """Where the text stands, by name."""

    @property
    def label(self) -> str:
        return f"{self.kind} {self.name}"

    @property
    def threshold(self) -> str:
        """What passes, in words: ``'approved'`` or ``one of 'a', 'b'``."""
        if self.equals is not None:
            return f"'{self.equals}'"
        if self.one_of is not None:
            return f"one of {', '.join(f"'{value}'" for value in self.one_of)}"
        return f"a match of '{self.matches}'" if self.matches is not None else "any value"

    def answer(self, candidate: Candidate) -> Verdict:
        value = self.values(candidate).get(self.name)
        if value is None:
            return self.verdict(
                Outcome.INCONCLUSIVE,
                f"{candidate.model} has no {self.label}; the policy wants {self.threshold}.",
                remedy=f"Register the model with the {self.label}.",
                change=Change(what=self.label, enough=self.threshold),
                threshold=self.threshold,
            )
        passed = self._accepts(value)
        return self.verdict(
            Outcome.PASSED if passed else Outcome.FAILED,
            f"The {self.label} is '{shown(value)}'; the policy wants {self.threshold}.",
            remedy=None if passed else f"A {self.label} that is {self.threshold} would pass.",
            change=None if passed else Change(what=self.label, seen=value, enough=self.threshold),
            observed=value,
            threshold=self.threshold,
        )

    def _accepts(self, value: str) -> bool:
        if self.equals is not None:
            return value == self.equals
        if self.one_of is not None:
            return value in self.one_of
        return self.matches is None or is_match(self.matches, value)
