"""Mistakes in a policy, each with its file, line and column and what to do about it."""

from collections.abc import Iterable
from difflib import get_close_matches
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from promotion.core.checks import Check
from promotion.core.gates import Gate
from promotion.core.policy.models import Policy
from promotion.core.policy.places import Inside, Location
from promotion.core.value import Value
from promotion.core.waits import Wait


class Mistake(Value):
    """One mistake, ready to be printed as ``file:line:column: where: what``."""

    file: str
    line: int
    column: int
    where: str
    what: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}:{self.column}"
        return f"{place}: {self.where}: {self.what}" if self.where else f"{place}: {self.what}"


class PolicyInvalid(Exception):
    """The policy cannot be used; ``mistakes`` says why, every one of them."""

    def __init__(self, mistakes: Iterable[Mistake]) -> None:
        self.mistakes = tuple(mistakes)
        super().__init__("\n".join(map(str, self.mistakes)))


def explain(error: ValidationError) -> Iterable[tuple[Location, str]]:
    """Each mistake that pydantic found: where in the document, and what in the policy's words."""
    for mistake in error.errors():
        location = _in_document(mistake["loc"])
        match mistake["type"]:
            case "extra_forbidden":
                yield location, _unknown_field(mistake["loc"])
            case "union_tag_invalid":
                yield (*location, "kind"), _unknown_kind(str(mistake["ctx"]["tag"]), location)
            case "union_tag_not_found":
                kinds = ", ".join(sorted(_kinds(location)))
                yield location, f"a {_family(location)} needs a kind: one of {kinds}"
            case "expression":
                for line, column, what in mistake["ctx"]["mistakes"]:
                    yield (*location, Inside(line, column)), what
            case "too_short":
                yield location, "at least one is needed"
            case "too_long":
                yield location, f"at most {mistake['ctx']['max_length']} are expected here"
            case "tuple_type":
                yield location, "a list is expected here"
            case "model_type" | "model_attributes_type" | "dict_type":
                yield location, "a mapping is expected here"
            case "missing":
                yield location, "this field is required"
            case _:
                text = mistake["msg"].removeprefix("Value error, ")
                yield location, text[:1].lower() + text[1:]


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """``; did you mean X?`` or, when nothing is near, what there is."""
    names = sorted(known)
    near = get_close_matches(word, names, n=1, cutoff=0.6)
    near += [name for name in names if word and (name.startswith(word) or word.startswith(name))]
    if near:
        return f"; did you mean {near[0]}?"
    return f"; there is {', '.join(names)}" if names else ""


def _kinds(location: Location) -> dict[str, type[BaseModel]]:
    """The kinds of gates, or of checks, that may stand at ``location``."""
    if "verify" in location:
        return {**Check.kinds}
    at_stage = "stages" in location
    return {**Gate.kinds, **Wait.kinds} if at_stage else {**Gate.kinds}


def _family(location: Location) -> str:
    return "check" if "verify" in location else "gate"


def _unknown_kind(kind: str, location: Location) -> str:
    if kind in Wait.kinds and _family(location) == "gate":
        return f"{kind} waits before a stage: it stands under the gates of the stage"
    near = did_you_mean(kind, _kinds(location))
    return f"{kind!r} is not a kind of {_family(location)}{near}"


def _in_document(location: Location) -> Location:
    """Pydantic's location without the tags of unions, which do not stand in the document."""
    kinds = {"gates": _kinds(("stages",)), "verify": _kinds(("verify",))}

    def is_tag(index: int) -> bool:
        holder = location[index - 2] if index >= 2 else None
        return holder in ("gates", "verify") and location[index] in kinds[str(holder)]

    return tuple(part for index, part in enumerate(location) if not is_tag(index))


def _unknown_field(location: Location) -> str:
    *parents, field = location
    model = _model_at(tuple(parents))
    if model is None:
        return "not a field"
    names = [info.alias or name for name, info in model.model_fields.items()]
    return f"not a field of {_spoken(model)}{did_you_mean(str(field), names)}"


def _spoken(model: type[BaseModel]) -> str:
    """``MetricGate`` as ``a metric gate``, ``Online`` as ``online``."""
    checks = Check.kinds.items()
    if kind := next((kind for kind, check in checks if check is model), None):
        return f"{'an' if kind[0] in 'aeh' else 'a'} {kind} check"
    kinds = _kinds(("stages",)).items()
    if kind := next((kind for kind, gate in kinds if gate is model), None):
        return f"{'an' if kind[0] in 'aeh' else 'a'} {kind} gate"
    spoken = {
        "WorkspaceRef": "a workspace",
        "SmokeTest": "a smoke test",
        "SampleRequest": "a request of a smoke test",
        "Policy": "a policy",
        "GateDefaults": "the defaults of gates",
        "StageDefaults": "the defaults of stages",
        "Defaults": "the defaults",
        "Online": "online",
        "Batch": "batch",
        "Register": "register",
        "AzurePipeline": "an azure_pipeline",
        "GithubWorkflow": "a github_workflow",
        "GithubApp": "an app",
        "Names": "the names of parameters",
    }
    return spoken.get(model.__name__, f"a {model.__name__.lower()}")


def _model_at(location: Location) -> type[BaseModel] | None:
    """The pydantic model that validates what stands at ``location``."""
    current: Any = Policy
    kinds = _kinds(("verify",) if "verify" in location else ("stages",))
    for part in location:
        if isinstance(current, type) and issubclass(current, BaseModel):
            current = _field(current, str(part))
        elif part in kinds:
            current = kinds[str(part)]
        else:
            # A mapping's value or a sequence's item: the last type argument but the ellipsis.
            inner = [arg for arg in get_args(current) if arg is not Ellipsis]
            current = inner[-1] if inner else None
        current = _stripped(current)
    return current if isinstance(current, type) and issubclass(current, BaseModel) else None


def _field(model: type[BaseModel], key: str) -> Any:
    def is_meant(name: str, info: FieldInfo) -> bool:
        return key in (name, info.alias)

    fields = model.model_fields.items()
    return next((info.annotation for name, info in fields if is_meant(name, info)), None)


def _stripped(annotation: Any) -> Any:
    """``annotation`` without ``Annotated`` and without ``| None``."""
    if get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    if get_origin(annotation) in (Union, UnionType):
        inner = [arg for arg in get_args(annotation) if arg is not type(None)]
        return inner[0] if len(inner) == 1 else annotation
    return annotation
