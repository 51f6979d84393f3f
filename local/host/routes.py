"""ASP.NET Core route templates, as far as function routes use them.

`orders/{id:int}`, `files/{name}.{ext}`, `page/{number:int=1}`, `ping/{who?}`, `files/{*path}`.
Matching ignores case and a trailing slash. Of several templates that match, the one with the
lower precedence number wins (RoutePrecedence.ComputeInbound): segment by segment, a literal goes
before a constrained parameter, before a free one, before a catch-all.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote

from local.host.errors import HostError

_PARAMETER = re.compile(r"\{(?P<star>\*{0,2})(?P<name>\w+)(?P<rest>(?:[^{}]|\{[\d,]+\})*)\}")
_CONSTRAINT = re.compile(r":(?P<name>\w+)(?:\((?P<argument>(?:[^()]|\([^()]*\))*)\))?")

_PATTERNS = {
    "alpha": r"[A-Za-z]*",
    "bool": r"(?:true|false)",
    "datetime": r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)?)?",
    "decimal": r"[+-]?\d+(?:\.\d+)?",
    "double": r"[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?",
    "float": r"[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?",
    "guid": r"\{?[0-9A-Fa-f]{8}-?(?:[0-9A-Fa-f]{4}-?){3}[0-9A-Fa-f]{12}\}?",
    "int": r"[+-]?\d{1,10}",
    "long": r"[+-]?\d{1,19}",
    "required": r".+",
}


@dataclass(frozen=True)
class Constraint:
    name: str
    argument: str

    def allows(self, value: str) -> bool:
        numbers = [int(n) for n in re.findall(r"-?\d+", self.argument)]
        match self.name:
            case "minlength":
                return len(value) >= numbers[0]
            case "maxlength":
                return len(value) <= numbers[0]
            case "length":
                return numbers[0] <= len(value) <= numbers[-1]
            case "min" | "max" | "range":
                low = None if self.name == "max" else numbers[0]
                high = None if self.name == "min" else numbers[-1]
                return _is_between(value, low, high)
            case "regex":
                return re.search(self.argument, value, re.IGNORECASE) is not None
            case name:
                return re.fullmatch(_PATTERNS[name], value, re.IGNORECASE) is not None


@dataclass(frozen=True)
class Parameter:
    name: str
    constraints: tuple[Constraint, ...]
    default: str | None
    optional: bool
    catch_all: bool


class Route:
    """One template, compiled."""

    def __init__(self, template: str) -> None:
        self.template = template.strip("/")
        self.parameters: dict[str, Parameter] = {}
        pattern, self.precedence = "", []
        for segment in filter(None, self.template.split("/")):
            piece, rank = self._segment(segment)
            pattern += piece
            self.precedence.append(rank)
        self._pattern = re.compile(pattern + "/?", re.IGNORECASE | re.DOTALL)

    @property
    def shape(self) -> str:
        """Equal for two templates that match the same paths."""
        return re.sub(r"\{(\*{0,2})\w+", r"{\1", self.template).lower()

    def match(self, raw_path: str) -> dict[str, str] | None:
        """The route parameters of a path that fits, None for one that does not.

        %2F in a value stays as it is: it must not part segments.
        """
        found = self._pattern.fullmatch(unquote(re.sub("%2f", "%252F", raw_path, flags=re.I)))
        if found is None:
            return None
        values = {}
        for parameter in self.parameters.values():
            value = found[parameter.name] or parameter.default
            if value is None:
                continue
            if not all(constraint.allows(value) for constraint in parameter.constraints):
                return None
            values[parameter.name] = value
        return values

    def _segment(self, segment: str) -> tuple[str, int]:
        pieces = list(self._pieces(segment))
        if len(pieces) == 1 and isinstance(only := pieces[0], Parameter):
            constrained = bool(only.constraints)
            if only.catch_all:
                return f"(?:/(?P<{only.name}>.*))?", 4 if constrained else 5
            piece = f"/(?P<{only.name}>[^/]+)"
            may_lack = only.optional or only.default is not None
            return f"(?:{piece})?" if may_lack else piece, 2 if constrained else 3
        text = "".join(
            f"(?P<{piece.name}>[^/]+?)" if isinstance(piece, Parameter) else re.escape(piece)
            for piece in pieces
        )
        return f"/{text}", 1 if len(pieces) == 1 else 2

    def _pieces(self, segment: str) -> Iterator[str | Parameter]:
        position = 0
        for found in _PARAMETER.finditer(segment):
            if found.start() > position:
                yield segment[position : found.start()]
            yield self._parameter(found)
            position = found.end()
        rest = segment[position:]
        if "{" in rest or "}" in rest:
            raise HostError(f"route '{self.template}' has a parameter that cannot be read")
        if rest:
            yield rest

    def _parameter(self, found: re.Match[str]) -> Parameter:
        constraints = tuple(
            Constraint(c["name"].lower(), c["argument"] or "")
            for c in _CONSTRAINT.finditer(found["rest"])
        )
        for constraint in constraints:
            if constraint.name not in _PATTERNS and constraint.name not in _WITH_ARGUMENT:
                raise HostError(
                    f"route '{self.template}': '{constraint.name}' is not a route constraint"
                )
        rest = _CONSTRAINT.sub("", found["rest"])
        parameter = Parameter(
            name=found["name"],
            constraints=constraints,
            default=rest[1:] if rest.startswith("=") else None,
            optional=rest == "?",
            catch_all=bool(found["star"]),
        )
        if parameter.name in self.parameters:
            raise HostError(f"route '{self.template}' has the parameter {parameter.name} twice")
        self.parameters[parameter.name] = parameter
        return parameter


_WITH_ARGUMENT = ("minlength", "maxlength", "length", "min", "max", "range", "regex")


def _is_between(value: str, low: int | None, high: int | None) -> bool:
    if not re.fullmatch(r"[+-]?\d+", value):
        return False
    return (low is None or int(value) >= low) and (high is None or int(value) <= high)
