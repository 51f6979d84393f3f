"""Evaluates Bicep files as far as ours go: there is no compiler for the tests.

tree-sitter-bicep parses them, and finds what is no Bicep at all. What this does not know, it
refuses, so that a file can only use what the tests have seen evaluated. It does not know types:
a resource may have is in bicep_shapes.py.
"""

import json
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import tree_sitter_bicep
from tree_sitter import Language, Node, Parser

type Names = Mapping[str, Any]

FOLDER: Final = Path(__file__).parents[2] / "dashboards"
FILES: Final = tuple(sorted(FOLDER.rglob("*.bicep")))
GROUP: Final = {
    "id": "/subscriptions/0000/resourceGroups/rg-promotion",
    "name": "rg-promotion",
    "location": "westeurope",
}
"""What resourceGroup() answers."""
_PARSER: Final = Parser(Language(tree_sitter_bicep.language()))
_ESCAPES: Final = {"\\n": "\n", "\\t": "\t", "\\r": "\r", "\\'": "'", "\\\\": "\\", "\\$": "$"}
_LOOSE: Final = ("ternary_expression", "binary_expression", "unary_expression", "lambda_expression")


class BadBicep(Exception):
    """No Bicep, or Bicep that these tests cannot evaluate."""


@dataclass
class Deployed:
    """What a file would deploy."""

    resources: list[dict[str, Any]] = field(default_factory=list)
    outputs: dict[str, Any] = field(default_factory=dict)
    read: set[Path] = field(default_factory=set)
    """The files that it has loaded."""


def deploy(path: Path, **given: Any) -> Deployed:
    """What that file deploys with those parameters, modules too. Raises BadBicep."""
    return _File(path, given).deployed


def parse(source: bytes, name: str) -> Node:
    """The syntax tree. Raises BadBicep at the first mistake."""
    root = _PARSER.parse(source).root_node
    for node in every(root):
        if node.type == "ERROR" or node.is_missing:
            raise BadBicep(f"{name}:{node.start_point[0] + 1}: {_text(node)[:60]}")
    return root


def every(node: Node) -> Iterator[Node]:
    yield node
    for child in node.children:
        yield from every(child)


def _text(node: Node) -> str:
    return (node.text or b"").decode()


def _parts(node: Node) -> list[Node]:
    return [child for child in node.named_children if child.type != "comment"]


class _File:
    def __init__(self, path: Path, given: Names) -> None:
        self._path = path
        self._given = dict(given)
        self._names: dict[str, Any] = {}
        self.deployed = Deployed()
        root = parse(path.read_bytes(), path.name)
        for node in _parts(root):
            self._declare(node)
        if self._given:
            raise BadBicep(f"{path.name} has no parameters {sorted(self._given)}")
        if unused := _unused(root):
            raise BadBicep(f"{path.name} does not use {unused}")

    def _declare(self, node: Node) -> None:
        kind = node.type.removesuffix("_declaration")
        if kind in ("target_scope_assignment", "decorators"):
            return
        name, value = _text(_named(node, "identifier")), _parts(node)[-1]
        match kind:
            case "parameter":
                self._names[name] = self._parameter(name, node)
            case "variable":
                self._names[name] = self._value(value, self._names)
            case "output":
                self.deployed.outputs[name] = self._value(value, self._names)
            case "resource" | "module":
                self._names[name] = self._made(node, name, value, kind)
            case _:
                raise self._refused(node)

    def _parameter(self, name: str, node: Node) -> Any:
        if name in self._given:
            return self._given.pop(name)
        if "=" not in [child.type for child in node.children]:
            raise BadBicep(f"{self._path.name} needs the parameter {name}")
        return self._value(_parts(node)[-1], self._names)

    def _made(self, node: Node, name: str, value: Node, kind: str) -> Any:
        what = self._value(_named(node, "string"), {})
        if any(child.type == "existing" for child in node.children):
            body = self._value(value, self._names)
            return {"id": f"/{what}/{body['name']}", "name": body["name"]}
        bodies = self._value(value, self._names)
        if bodies is None:
            return None  # its condition does not hold
        made = [
            self._module(what, body) if kind == "module" else self._resource(what, name, body)
            for body in (bodies if isinstance(bodies, list) else [bodies])
        ]
        return made if isinstance(bodies, list) else made[0]

    def _resource(self, what: str, name: str, body: dict[str, Any]) -> dict[str, Any]:
        kind, version = what.split("@")
        self.deployed.resources.append({"type": kind, "apiVersion": version, **body})
        return {"id": f"/{kind}/{body['name']}", "name": body["name"]}

    def _module(self, what: str, body: dict[str, Any]) -> dict[str, Any]:
        deployed = deploy(self._path.parent / what, **body["params"])
        self.deployed.resources += deployed.resources
        self.deployed.read |= deployed.read
        return {"outputs": deployed.outputs}

    def _value(self, node: Node, names: Names) -> Any:
        evaluate: Callable[[Node, Names], Any] | None = getattr(self, f"_{node.type}", None)
        if evaluate is None:
            raise self._refused(node)
        return evaluate(node, names)

    def _refused(self, node: Node) -> BadBicep:
        where = f"{self._path.name}:{node.start_point[0] + 1}"
        return BadBicep(f"{where}: {node.type} is not known here: {_text(node)[:60]}")

    def _null(self, node: Node, names: Names) -> None:
        return None

    def _boolean(self, node: Node, names: Names) -> bool:
        return _text(node) == "true"

    def _number(self, node: Node, names: Names) -> int:
        return int(_text(node))

    def _string(self, node: Node, names: Names) -> str:
        return "".join(str(self._value(part, names)) for part in _parts(node))

    def _string_content(self, node: Node, names: Names) -> str:
        return _text(node)

    def _escape_sequence(self, node: Node, names: Names) -> str:
        return _ESCAPES[_text(node)]

    def _interpolation(self, node: Node, names: Names) -> Any:
        return self._value(_parts(node)[0], names)

    def _identifier(self, node: Node, names: Names) -> Any:
        if _text(node) not in names:
            raise self._refused(node)
        return names[_text(node)]

    def _array(self, node: Node, names: Names) -> list[Any]:
        return [self._value(part, names) for part in _parts(node)]

    def _object(self, node: Node, names: Names) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for one in _parts(node):
            key, value = _parts(one)
            name = _text(key) if key.type == "identifier" else self._value(key, names)
            if name in made:
                raise self._refused(one)
            made[name] = self._value(value, names)
        return made

    def _for_statement(self, node: Node, names: Names) -> list[Any]:
        one, many, body = _parts(node)
        items = self._value(many, names)
        return [self._value(body, {**names, _text(one): item}) for item in items]

    def _if_statement(self, node: Node, names: Names) -> Any:
        """None where the condition does not hold: nothing is deployed."""
        condition, body = _parts(node)
        holds = self._value(condition, names)
        if not isinstance(holds, bool):
            raise self._refused(condition)
        return self._value(body, names) if holds else None

    def _parenthesized_expression(self, node: Node, names: Names) -> Any:
        (inner,) = _parts(node)
        return self._value(inner, names)

    def _lambda_expression(self, node: Node, names: Names) -> Callable[[Any], Any]:
        one, body = _parts(node)
        return lambda item: self._value(body, {**names, _text(one): item})

    def _ternary_expression(self, node: Node, names: Names) -> Any:
        condition, yes, no = _parts(node)
        return self._value(yes if self._value(condition, names) else no, names)

    def _binary_expression(self, node: Node, names: Names) -> Any:
        left, right = (self._value(part, names) for part in _parts(node))
        if "*" not in [child.type for child in node.children]:
            raise self._refused(node)
        return left * right

    def _member_expression(self, node: Node, names: Names) -> Any:
        of, key = _parts(node)
        return self._inside(of, names)[_text(key)]

    def _subscript_expression(self, node: Node, names: Names) -> Any:
        of, key = _parts(node)
        return self._inside(of, names)[self._value(key, names)]

    def _inside(self, node: Node, names: Names) -> Any:
        # The grammar takes `a ? b : c.d` for `(a ? b : c).d`; Bicep does not.
        if node.type in _LOOSE:
            raise self._refused(node)
        return self._value(node, names)

    def _call_expression(self, node: Node, names: Names) -> Any:
        name, arguments = _text(_parts(node)[0]), _parts(_parts(node)[1])
        given = [self._value(part, names) for part in arguments]
        if name in ("loadTextContent", "loadJsonContent"):
            path = (self._path.parent / given[0]).resolve()
            self.deployed.read.add(path)
            text = path.read_text(encoding="utf-8")
            return text if name == "loadTextContent" else json.loads(text)
        if name not in _FUNCTIONS:
            raise self._refused(node)
        return _FUNCTIONS[name](*given)


def _named(node: Node, kind: str) -> Node:
    return next(child for child in node.named_children if child.type == kind)


def _unused(root: Node) -> list[str]:
    """Parameters and variables that nothing mentions besides their declaration."""
    mentioned = [_text(node) for node in every(root) if node.type == "identifier"]
    declared = [one for one in root.children if one.type.startswith(("parameter_", "variable_"))]
    names = [_text(_named(one, "identifier")) for one in declared]
    keys = [
        _text(_parts(one)[0])
        for one in every(root)
        if one.type == "object_property" and _parts(one)[0].type == "identifier"
    ]
    return [name for name in names if mentioned.count(name) - keys.count(name) < 2]


def _guid(*parts: str) -> str:
    """Another one than Azure's, but for each different arguments a different one, too."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, "|".join(parts)))


def _concat(*parts: Any) -> Any:
    return "".join(parts) if isinstance(parts[0], str) else [one for part in parts for one in part]


def _union(*objects: dict[str, Any]) -> dict[str, Any]:
    """As ARM does it: objects in objects are united, too."""
    made: dict[str, Any] = {}
    for one in objects:
        for key, value in one.items():
            both = isinstance(value, dict) and isinstance(made.get(key), dict)
            made[key] = _union(made[key], value) if both else value
    return made


_FUNCTIONS: Final[Mapping[str, Callable[..., Any]]] = {
    "any": lambda one: one,
    "concat": _concat,
    "empty": lambda one: not one,
    "guid": _guid,
    "join": lambda many, between: between.join(many),
    "last": lambda many: many[-1],
    "map": lambda many, made: [made(one) for one in many],
    "replace": lambda text, old, new: text.replace(old, new),
    "resourceGroup": lambda *_: GROUP,
    "split": lambda text, at: text.split(at),
    "string": lambda one: json.dumps(one, ensure_ascii=False, separators=(",", ":")),
    "union": _union,
    "uniqueString": _guid,
}
