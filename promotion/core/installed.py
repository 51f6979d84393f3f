"""The teams' own gates that are installed beside the app, found by their entry points."""

import sys
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from pydantic import ValidationError

from promotion.core.own_gate import OwnGate

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

GROUP: Final = "promotion.gates"
"""The group of entry points that name such gates."""


class NotUsable(Exception):
    """There is no usable gate of that name; the text says why."""


def own_gate(name: str) -> type[OwnGate]:
    """The class that the entry point ``name`` names; raises NotUsable."""
    found = _installed().get(name, ())
    if not found:
        raise NotUsable(f"no package brings a gate {name!r}{_hint(name)}")
    packages = ", ".join(_package(entry) for entry in found)
    if len(found) > 1:
        raise NotUsable(f"more than one package brings a gate {name!r}: {packages}")
    try:
        loaded = found[0].load()
    except (Exception, SystemExit) as error:  # the package is the team's: anything may go wrong
        told = f"{type(error).__name__}: {error}".splitlines()[0].removesuffix(": ")
        raise NotUsable(f"{name!r} of {packages} cannot be imported: {told}") from error
    if not isinstance(loaded, type) or not issubclass(loaded, OwnGate):
        raise NotUsable(f"{found[0].value} of {packages} is not a subclass of OwnGate")
    if getattr(loaded, "__abstractmethods__", None):
        raise NotUsable(f"{found[0].value} of {packages} has no method judge")
    return loaded


def mistakes_of(
    use: str, options: Mapping[str, Any]
) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """What is wrong with a ``python`` gate of these options: where in the gate, and what."""
    try:
        gate = own_gate(use)
        gate.model_validate(options)
    except NotUsable as error:
        yield ("use",), str(error)
    except ValidationError as error:
        for mistake in error.errors(include_url=False):
            yield ("with", *mistake["loc"]), _told(gate, mistake)
    except Exception as error:
        yield ("with",), f"{use} cannot read its options: {type(error).__name__}: {error}"


def _told(gate: type[OwnGate], mistake: Any) -> str:
    match mistake["type"], mistake["loc"]:
        case "extra_forbidden", (option,):
            names = [info.alias or name for name, info in gate.model_fields.items()]
            near = get_close_matches(str(option), names, n=1)
            known = f"did you mean {near[0]}?" if near else f"it takes {', '.join(names) or 'none'}"
            return f"not an option of this gate; {known}"
        case "missing", _:
            return "this option is required"
    text: str = mistake["msg"].removeprefix("Value error, ")
    return text[:1].lower() + text[1:]


def _installed() -> Mapping[str, tuple["EntryPoint", ...]]:
    return _found_on(tuple(sys.path))


@cache
def _found_on(_path: tuple[str, ...]) -> Mapping[str, tuple["EntryPoint", ...]]:
    # Here and not above: only a policy with such a gate pays for looking through all packages.
    from importlib.metadata import entry_points

    found: dict[str, tuple[EntryPoint, ...]] = {}
    for entry in entry_points(group=GROUP):
        found[entry.name] = (*found.get(entry.name, ()), entry)
    return found


def _hint(name: str) -> str:
    names = sorted(_installed())
    if near := get_close_matches(name, names, n=1):
        return f"; did you mean {near[0]}?"
    return f"; installed: {', '.join(names)}" if names else "; none is installed here"


def _package(entry: "EntryPoint") -> str:
    return entry.dist.name if entry.dist is not None else entry.module
