"""Gate ``format``: is the model in a form that can be deployed?"""

from collections.abc import Iterator
from typing import Annotated, Literal, Self

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version
from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema, model_validator

from promotion.core.candidate import Candidate
from promotion.core.gates.base import Gate
from promotion.core.gates.text import shown
from promotion.core.policy.size import Size, size_in_words
from promotion.core.verdict import Change, Outcome, Verdict

type Finding = tuple[Outcome, str, str, Change | None]
"""What one wish comes to: the outcome, the reason, what to do, and the smallest change."""

Kind = Literal["mlflow", "custom", "triton"]
_KINDS = ("mlflow", "custom", "triton")


def _several(written: object) -> object:
    return [written] if isinstance(written, str) else written


def _specifiers(written: str) -> SpecifierSet:
    """``written``; a version alone, such as ``3.11.*``, is what it must be."""
    try:
        return SpecifierSet(written)
    except InvalidSpecifier:
        return SpecifierSet(f"=={written}")


def _range(written: str) -> str:
    try:
        if len(_specifiers(written)):
            return written
    except InvalidSpecifier:
        pass
    raise ValueError(f"{written!r} is no range of versions; write it as '>=1.4,<2' or '3.11.*'")


Range = Annotated[str, AfterValidator(_range)]
"""Versions as Python packages state them: ``>=1.4,<2``, ``3.11.*``."""


class FormatGate(Gate):
    """Is the model in a form that can be deployed?

    What is known of an MLflow model stands in its MLmodel file. Everything that is stated is
    asked; what is not known is *inconclusive*, what is known to be otherwise has *failed*.
    """

    kind: Literal["format"]
    type: Annotated[
        tuple[Kind, ...],
        BeforeValidator(_several),
        WithJsonSchema(
            {
                "anyOf": [
                    {"enum": list(_KINDS)},
                    {"type": "array", "items": {"enum": list(_KINDS)}, "minItems": 1},
                ]
            }
        ),
    ] = Field(default=(), description="mlflow, custom or triton, or a list of them.")
    signature: bool = Field(
        default=False, description="Whether the model must state its inputs and outputs."
    )
    flavors: tuple[str, ...] = Field(
        default=(), description="MLflow flavors that it must have, such as sklearn."
    )
    frameworks: dict[str, Range] = Field(
        default={},
        description="Versions that pass, by flavor or python: "
        "`{sklearn: '>=1.4,<2', python: '3.11.*'}`.",
    )
    max_size: Size | None = Field(
        default=None, description="How large all its files may be together, such as 500MB."
    )

    @model_validator(mode="after")
    def _asks_something(self) -> Self:
        wishes = (self.type, self.signature, self.flavors, self.frameworks, self.max_size)
        if not any(wishes):
            raise ValueError(
                "a format gate needs one of type, signature, flavors, frameworks and max_size"
            )
        return self

    @property
    def label(self) -> str:
        return "format"

    @property
    def needs_size(self) -> bool:
        return self.max_size is not None

    def answer(self, candidate: Candidate) -> Verdict:
        found = list(self._findings(candidate))
        if not found:
            return self.verdict(Outcome.PASSED, f"The model is {self._form(candidate)}.")
        failed = Outcome.FAILED in {outcome for outcome, *_ in found}
        return self.verdict(
            Outcome.FAILED if failed else Outcome.INCONCLUSIVE,
            " ".join(reason for _, reason, _, _ in found),
            remedy=" ".join(dict.fromkeys(remedy for _, _, remedy, _ in found)),
            change=next((change for *_, change in found if change is not None), None),
        )

    def _findings(self, candidate: Candidate) -> Iterator[Finding]:
        """Everything that is not as it should be."""
        if self.type:
            yield from self._in_type(candidate.type)
        if self.signature:
            yield from self._in_signature(candidate)
        for flavor in self.flavors:
            yield from _in_flavors(candidate, flavor)
        for name, versions in self.frameworks.items():
            yield from _in_framework(candidate, name, versions)
        if self.max_size is not None:
            yield from _in_size(candidate.contents.size, self.max_size)

    def _in_type(self, written: str | None) -> Iterator[Finding]:
        wanted = " or ".join(self.type)
        known = (written or "").removesuffix("_model")
        if not known:
            reason = f"It is not known of which type the model is; the policy wants {wanted}."
            yield Outcome.INCONCLUSIVE, reason, f"Register the model with type {wanted}.", None
        elif known not in self.type:
            change = Change(what="type", seen=known, enough=wanted)
            reason = f"The model is of type {known}; the policy wants {wanted}."
            yield Outcome.FAILED, reason, f"Register the model with type {wanted}.", change

    @staticmethod
    def _in_signature(candidate: Candidate) -> Iterator[Finding]:
        remedy = "Log the model with a signature: mlflow.<flavor>.log_model(…, signature=…)."
        if candidate.contents.signature is None:
            reason = "It is not known whether the model states its inputs and outputs."
            yield Outcome.INCONCLUSIVE, reason, remedy, None
        elif not candidate.contents.signature:
            change = Change(what="signature", enough="a signature")
            yield Outcome.FAILED, "The model does not state its inputs and outputs.", remedy, change

    @staticmethod
    def _form(candidate: Candidate) -> str:
        kind = (candidate.type or "model").removesuffix("_model")
        flavors = candidate.contents.flavors or {}
        versions = [f"{name} {version}" if version else name for name, version in flavors.items()]
        size = candidate.contents.size
        told = [kind, *versions, *([size_in_words(size)] if size is not None else [])]
        return f"{shown(', '.join(told))}, as the policy wants"


def _in_flavors(candidate: Candidate, flavor: str) -> Iterator[Finding]:
    flavors = candidate.contents.flavors
    remedy = f"Log the model with mlflow.{flavor}.log_model."
    if flavors is None:
        reason = f"It is not known whether the model has the flavor {flavor}."
        yield Outcome.INCONCLUSIVE, reason, remedy, None
    elif flavor not in flavors:
        has = shown(", ".join(flavors)) or "none"
        reason = f"The model has no flavor {flavor}; it has {has}."
        yield Outcome.FAILED, reason, remedy, Change(what="flavor", seen=has, enough=flavor)


def _in_framework(candidate: Candidate, name: str, versions: str) -> Iterator[Finding]:
    contents = candidate.contents
    known = contents.python if name == "python" else (contents.flavors or {}).get(name)
    remedy = f"Train with {name} {versions}."
    try:
        version = Version(known or "")
    except InvalidVersion:
        what = f"'{shown(known)}', which is no version" if known else "not known"
        reason = f"The version of {name} is {what}; the policy wants {versions}."
        yield Outcome.INCONCLUSIVE, reason, remedy, None
        return
    # Who trains with a pre-release has that version; ranges leave it out unless asked.
    if not _specifiers(versions).contains(version, prereleases=True):
        reason = f"The model was made with {name} {known}; the policy wants {versions}."
        yield Outcome.FAILED, reason, remedy, Change(what=name, seen=known, enough=versions)


def _in_size(size: int | None, limit: int) -> Iterator[Finding]:
    remedy = "Make the model smaller, or leave out of its folder what it does not need."
    if size is None:
        reason = f"It is not known how large the model is; it may have {size_in_words(limit)}."
        yield Outcome.INCONCLUSIVE, reason, remedy, None
    elif size > limit:
        has, may_have = size_in_words(size, limit), size_in_words(limit, size)
        reason = f"The model has {has}; it may have {may_have}."
        change = Change(what="size in bytes", seen=float(size), enough=float(limit))
        yield Outcome.FAILED, reason, remedy, change
