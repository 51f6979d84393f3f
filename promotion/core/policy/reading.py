"""Policy text becomes a policy, or a list of mistakes that each have a line."""

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from pydantic import ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from promotion.core.names import slug
from promotion.core.policy.document import PolicyDocument
from promotion.core.policy.files import (
    CheckFile,
    endpoint_name,
    first_line,
    named_files,
    read_files,
)
from promotion.core.policy.mistakes import Mistake, PolicyInvalid, did_you_mean, explain
from promotion.core.policy.models import Location, Policy
from promotion.core.policy.places import texts_at

_WRITTEN = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_SETTING = re.compile(r"\$⟨([A-Za-z_][A-Za-z0-9_]*)⟩")
"""``${NAME}`` as the YAML parser gets it: braces would end a flow mapping such as
``{subscription: ${NAME}}``. As long as the original, so that columns stay right."""


def _nothing_else(_role: str, _path: str, _text: str) -> tuple[str, ...]:
    """Intake leaves what is inside the team's files to Azure."""
    return ()


def read_policy(
    text: str,
    *,
    name: str,
    settings: Mapping[str, str],
    read_file: Callable[[str], str],
    check_file: CheckFile = _nothing_else,
) -> PolicyDocument:
    """The policy in ``text``.

    ``name`` is how mistakes call the file, ``settings`` fill ``${NAME}`` and ``read_file`` gives
    the text of a file that the policy names (raising OSError or ValueError when it cannot).
    ``check_file`` says what else is wrong with such a file than what is looked at anyway.
    Raises PolicyInvalid with every mistake that was found.
    """
    tree = _tree(text, name)
    mistakes: list[tuple[Location, str]] = []
    plain = _plain(tree, settings, (), mistakes)
    policy = _validated(plain, mistakes)
    # Also when the policy is invalid elsewhere: one mistake must not hide another.
    wrong = {at for at, _ in mistakes}
    more = (*_dangling(plain), *_twice(plain))
    mistakes += [(at, what) for at, what in more if at not in wrong]
    named = [(at, path) for at, path in named_files(plain) if at not in wrong]
    files = read_files(named, read_file, check_file, mistakes)
    if mistakes or policy is None:
        raise PolicyInvalid(_placed(mistakes, tree, name))
    digest = hashlib.sha256(json.dumps([plain, files], sort_keys=True).encode()).hexdigest()[:16]
    endpoints = {path: endpoint_name(files[path]) for at, path in named if at[-1] == "endpoint"}
    return PolicyDocument(policy=policy, files=files, endpoints=endpoints, digest=digest)


def _tree(text: str, name: str) -> CommentedMap:
    try:
        tree = YAML(typ="rt", pure=True).load(_WRITTEN.sub(r"$⟨\1⟩", text))
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        what = f"not YAML: {error.problem or first_line(error)}"
        raise PolicyInvalid(
            [Mistake(file=name, line=line, column=column, where="", what=what)]
        ) from None
    except TypeError:
        # Python's dictionaries, unlike YAML's mappings, have no mappings or lists as keys.
        what = "not a policy: a key must be a text; is there a ? too many?"
        raise PolicyInvalid([Mistake(file=name, line=1, column=1, where="", what=what)]) from None
    except (YAMLError, ValueError, AttributeError, RecursionError) as error:
        # AttributeError: ruamel.yaml 0.19.1 on tags such as !!set before a plain text.
        too_deep = isinstance(error, RecursionError)
        what = "nested too deeply" if too_deep else f"not YAML: {first_line(error)}"
        raise PolicyInvalid([Mistake(file=name, line=1, column=1, where="", what=what)]) from None
    if not isinstance(tree, CommentedMap):
        what = "a policy is a mapping that begins with version: 1"
        raise PolicyInvalid([Mistake(file=name, line=1, column=1, where="", what=what)])
    return tree


def _plain(
    node: object,
    settings: Mapping[str, str],
    at: Location,
    mistakes: list[tuple[Location, str]],
) -> Any:
    """``node`` as plain Python data, with ``${NAME}`` replaced by the setting of that name."""
    if isinstance(node, CommentedMap):
        return {
            (name := _as_written(key)): _plain(value, settings, (*at, name), mistakes)
            for key, value in node.items()
        }
    if isinstance(node, CommentedSeq):
        return [_plain(item, settings, (*at, i), mistakes) for i, item in enumerate(node)]
    if isinstance(node, int | float | None):
        return node
    if not isinstance(node, str):
        mistakes.append((at, "only mappings, lists, texts and numbers are understood here"))
        return None

    def value(match: re.Match[str]) -> str:
        setting = match.group(1)
        if setting not in settings:
            mistakes.append((at, f"the app setting {setting} is not set"))
        return settings.get(setting, match.group())

    return _SETTING.sub(value, node)


def _as_written(key: object) -> str:
    """A key as it stands in the file; settings are not filled in there."""
    return _SETTING.sub(r"${\1}", str(key))


def _validated(plain: Any, mistakes: list[tuple[Location, str]]) -> Policy | None:
    try:
        return Policy.model_validate(plain)
    except ValidationError as error:
        # Where a setting is missing, what stands in its place cannot be right either.
        known = {at for at, _ in mistakes}
        mistakes += [(at, what) for at, what in explain(error) if at not in known]
        return None


def _dangling(plain: Any) -> Iterator[tuple[Location, str]]:
    """Names of workspaces that refer to nothing."""
    workspaces = plain.get("workspaces") if isinstance(plain, dict) else None
    if not isinstance(workspaces, dict):
        return
    for place in (("routes", "*", "from"), ("routes", "*", "stages", "*", "workspace")):
        for at, name in texts_at(plain, *place):
            if name not in workspaces:
                near = did_you_mean(name, workspaces)
                yield at, f"{name!r} is not one of the workspaces{near}"


def _twice(plain: Any) -> Iterator[tuple[Location, str]]:
    """Stages of a route that share a name."""
    seen: dict[tuple[Location, str], str] = {}
    for at, name in texts_at(plain, "routes", "*", "stages", "*", "name"):
        # Ids are made of the slug, and Azure compares them without case.
        route_and_slug = (at[:2], slug(name))
        if other := seen.get(route_and_slug):
            yield at, f"another stage of this route is called {other}"
        seen[route_and_slug] = name


def _placed(
    mistakes: list[tuple[Location, str]], tree: CommentedMap, name: str
) -> Iterator[Mistake]:
    for at, what in sorted(
        ((at, what) for at, what in mistakes), key=lambda mistake: _position(tree, mistake[0])
    ):
        line, column = _position(tree, at)
        where = ".".join(map(str, at))
        yield Mistake(file=name, line=line, column=column, where=where, what=what)


def _position(tree: CommentedMap, at: Location) -> tuple[int, int]:
    """Line and column, from 1, of the key or item at ``at``, or of its nearest parent."""
    node: Any = tree
    position = (0, 0)
    for part in at:
        try:
            if isinstance(node, CommentedMap):
                # None for what is missing from an empty mapping.
                position = node.lc.key(part) or position
            elif isinstance(node, CommentedSeq):
                position = node.lc.item(part)
            node = node[part]
        except (KeyError, IndexError, TypeError):
            break
    return position[0] + 1, position[1] + 1
