"""Expressions in CEL, the Common Expression Language: checked when the policy is read.

Language: https://github.com/google/cel-spec. The engine is Google's own (cel-expr-python): it
checks types and gives positions, needs no time worth mentioning (about 0.1 ms) and cannot loop.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from pydantic_core import PydanticCustomError

if TYPE_CHECKING:
    from cel_expr_python.cel import Expression

type Variables = Mapping[str, str]
"""The type of each variable, as CEL spells it, by its name, which may have dots."""

MAX_CHARACTERS = 2_000

_FOUND = re.compile(r"ERROR: <input>:(\d+):(\d+): (.*?)(?: \(in container .*\))?$", re.MULTILINE)
_UNDECLARED = re.compile(r"undeclared reference to '([^']+)'")
_OVERLOAD = re.compile(r"found no matching overload for '_?(.+?)_?' applied to '\((.*)\)'")
_MISSING = re.compile(r'Key not found in map : "(.*)"|No value with name "(.*)" found')


class Misspelling(NamedTuple):
    """One mistake in an expression; line and column count from 1, within the expression."""

    line: int
    column: int
    what: str


class ExpressionInvalid(ValueError):
    """The expression cannot be used; ``mistakes`` says why, every one of them."""

    def __init__(self, mistakes: tuple[Misspelling, ...]) -> None:
        self.mistakes = mistakes
        super().__init__("; ".join(f"{what} (column {column})" for _, column, what in mistakes))


class NotKnown(Exception):
    """The expression needs a value that is not known; the text names it."""


class NotComputable(Exception):
    """The expression has no result, whatever more becomes known; the text says why."""


@dataclass(frozen=True)
class Condition:
    """A valid expression that is true or false."""

    text: str
    _compiled: "Expression"

    def holds(self, values: Mapping[str, Any]) -> bool:
        """Whether it is true for ``values`` by variable; raises NotKnown or NotComputable."""
        result = self._compiled.eval(data=dict(values))
        if result.type().name() == "BOOL":
            return bool(result.value())
        told = str(result.value())
        if missing := _MISSING.search(told):
            raise NotKnown(missing.group(1) or missing.group(2))
        raise NotComputable(told.partition(": ")[2] or told)


def condition(text: str, variables: Variables) -> Condition:
    """``text`` as a condition over ``variables``; raises ExpressionInvalid."""
    return _condition(text, tuple(variables.items()))


def checked(text: str, variables: Variables) -> str:
    """``text`` when it is a condition over ``variables``.

    Raises a mistake of type ``expression`` for pydantic, with every ``Misspelling`` in it.
    """
    try:
        condition(text, variables)
    except ExpressionInvalid as error:
        context = {"mistakes": error.mistakes}
        raise PydanticCustomError("expression", "not an expression", context) from None
    return text


@cache
def _condition(text: str, variables: tuple[tuple[str, str], ...]) -> Condition:
    if len(text) > MAX_CHARACTERS:
        what = f"longer than {MAX_CHARACTERS} characters; a gate of kind http or python may do"
        raise ExpressionInvalid((Misspelling(1, 1, what),))
    try:
        compiled = _environment(variables).compile(text)
    except RuntimeError as error:
        names = [name for name, _ in variables]
        raise ExpressionInvalid(tuple(_mistakes(str(error), names))) from None
    if (result := compiled.return_type().name()) not in ("BOOL", "DYN"):
        what = f"this gives a value of type {result.lower()}, not true or false"
        raise ExpressionInvalid((Misspelling(1, 1, what),))
    return Condition(text, compiled)


@cache
def _environment(variables: tuple[tuple[str, str], ...]) -> Any:
    # Here and not above: only a policy with an expression pays for the engine.
    from cel_expr_python import cel

    return cel.NewEnv(variables={name: cel.Type(kind) for name, kind in variables})


def _mistakes(told: str, names: list[str]) -> Iterator[Misspelling]:
    found = _FOUND.findall(told)
    if not found:
        yield Misspelling(1, 1, "nested too deeply" if "recursion" in told else _plain(told))
    for line, column, what in found:
        yield _located(int(line), int(column), _plain(what), names)


def _located(line: int, column: int, what: str, names: list[str]) -> Misspelling:
    if undeclared := _UNDECLARED.search(what):
        name = undeclared.group(1)
        # The engine points at the last dot of a name; its beginning is what an eye looks for.
        dot = name.rfind(".")
        start = column - dot if dot > 0 else column
        return Misspelling(line, max(start, 1), f"{name} is not known here{_hint(name, names)}")
    if overload := _OVERLOAD.search(what):
        operator, types = overload.groups()
        what = f"{operator} does not take {types.replace(', ', ' and ')}"
        if types in ("double, int", "int, double"):
            what += "; write numbers with a point, as in 5.0"
    return Misspelling(line, column, what)


def _hint(name: str, names: list[str]) -> str:
    near = get_close_matches(name, names, n=1, cutoff=0.6)
    near += get_close_matches(name.partition(".")[0], [n.partition(".")[0] for n in names], n=1)
    if near:
        return f"; did you mean {near[0]}?"
    return f"; there is {', '.join(sorted(names))}"


def _plain(told: str) -> str:
    """The engine's words without their codes and without the list of all tokens."""
    text = told.splitlines()[0].removeprefix("Syntax error: ")
    text = re.sub(r" expecting .*", "", text)
    text = text.replace("mismatched input '<EOF>'", "the expression ends too early")
    text = text.replace("mismatched input", "this was not expected:")
    return re.sub(r"^[A-Z_]+: | \[[A-Z_]+\]$", "", text)
