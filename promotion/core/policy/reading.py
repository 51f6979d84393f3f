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
from promotion.core.policy.mistakes import Mistake, PolicyInvalid, did_you_mean, explain
from promotion.core.policy.models import Location, Policy

_WRITTEN = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_SETTING = re.compile(r"\$⟨([A-Za-z_][A-Za-z0-9_]*)⟩")
"""``${NAME}`` as the YAML parser gets it: braces would end a flow mapping such as
``{subscription: ${NAME}}``. As long as the original, so that columns stay right."""

MAX_FILE_CHARACTERS = 256 * 1024
"""A file that travels with the plan."""
MAX_FILES_CHARACTERS = 1024 * 1024
"""All of them together. Durable messages may hold 4 MB, and JSON may double what it quotes."""

_ENDPOINT_NAME = re.compile(r"[a-zA-Z][a-zA-Z0-9-]{1,30}[a-zA-Z0-9]")
"""Source: https://learn.microsoft.com/azure/machine-learning/how-to-manage-quotas#endpoint-limits"""


def read_policy(
    text: str,
    *,
    name: str,
    settings: Mapping[str, str],
    read_file: Callable[[str], str],
) -> PolicyDocument:
    """The policy in ``text``.

    ``name`` is how mistakes call the file, ``settings`` fill ``${NAME}`` and ``read_file`` gives
    the text of a file that the policy names (raising OSError or ValueError when it cannot).
    Raises PolicyInvalid with every mistake that was found.
    """
    tree = _tree(text, name)
    mistakes: list[tuple[Location, str]] = []
    plain = _plain(tree, settings, (), mistakes)
    policy = _validated(plain, mistakes)
    files: dict[str, str] = {}
    if policy is not None:
        mistakes += _dangling(policy)
        files = _files(policy, read_file, mistakes)
    if mistakes or policy is None:
        raise PolicyInvalid(_placed(mistakes, tree, name))
    digest = hashlib.sha256(json.dumps([plain, files], sort_keys=True).encode()).hexdigest()[:16]
    endpoints = {
        path: _endpoint_name(files[path]) for at, path in policy.files() if at[-1] == "endpoint"
    }
    return PolicyDocument(policy=policy, files=files, endpoints=endpoints, digest=digest)


def _endpoint_name(text: str) -> str:
    """The ``name`` in the Azure ML CLI v2 file ``text``; ValueError when there is none."""
    try:
        loaded = YAML(typ="safe", pure=True).load(text)
    except YAMLError as error:
        raise ValueError(f"not YAML: {_first_line(error)}") from None
    except RecursionError:
        raise ValueError("nested too deeply") from None
    name = loaded.get("name") if isinstance(loaded, dict) else None
    if not isinstance(name, str) or not _ENDPOINT_NAME.fullmatch(name):
        raise ValueError(
            "an endpoint file needs a name of 3 to 32 letters, digits and hyphens, a letter first"
        )
    return name


def _tree(text: str, name: str) -> CommentedMap:
    try:
        tree = YAML(typ="rt", pure=True).load(_WRITTEN.sub(r"$⟨\1⟩", text))
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        what = f"not YAML: {error.problem or _first_line(error)}"
        raise PolicyInvalid(
            [Mistake(file=name, line=line, column=column, where="", what=what)]
        ) from None
    except (YAMLError, ValueError, RecursionError) as error:
        too_deep = isinstance(error, RecursionError)
        what = "nested too deeply" if too_deep else f"not YAML: {_first_line(error)}"
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
        mistakes += explain(error)
        return None


def _dangling(policy: Policy) -> Iterator[tuple[Location, str]]:
    """Names that refer to nothing, and stages that share one."""
    for name, route in policy.routes.items():
        at: Location = ("routes", name)
        if route.source not in policy.workspaces:
            yield (*at, "from"), _no_workspace(route.source, policy)
        seen: dict[str, str] = {}
        for number, stage in enumerate(route.stages):
            here = (*at, "stages", number)
            if stage.workspace not in policy.workspaces:
                yield (*here, "workspace"), _no_workspace(stage.workspace, policy)
            # Ids are made of the slug, and Azure compares them without case.
            if other := seen.get(slug(stage.name)):
                yield (*here, "name"), f"another stage of this route is called {other}"
            seen[slug(stage.name)] = stage.name


def _no_workspace(name: str, policy: Policy) -> str:
    return f"{name!r} is not one of the workspaces{did_you_mean(name, policy.workspaces)}"


def _files(
    policy: Policy, read_file: Callable[[str], str], mistakes: list[tuple[Location, str]]
) -> dict[str, str]:
    files: dict[str, str] = {}
    for at, path in policy.files():
        try:
            files[path] = _checked(read_file(path), at)
        except OSError as error:
            mistakes.append((at, f"{path} cannot be read: {error.strerror or error}"))
        except UnicodeDecodeError:
            mistakes.append((at, f"{path} is not a text in UTF-8"))
        except (ValueError, RecursionError) as error:
            mistakes.append((at, f"{path}: {_first_line(error)}"))
    if sum(map(len, files.values())) > MAX_FILES_CHARACTERS:
        limit = f"{MAX_FILES_CHARACTERS // 1024} KB"
        mistakes.append((("routes",), f"the files that the policy names are larger than {limit}"))
    return files


def _checked(text: str, at: Location) -> str:
    if len(text) > MAX_FILE_CHARACTERS:
        raise ValueError(f"larger than {MAX_FILE_CHARACTERS // 1024} KB")
    if at[-1] == "endpoint":
        _endpoint_name(text)
    if at[-1] == "response":
        json.loads(text)
    return text


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
                position = node.lc.key(part)
            elif isinstance(node, CommentedSeq):
                position = node.lc.item(part)
            node = node[part]
        except (KeyError, IndexError, TypeError):
            break
    return position[0] + 1, position[1] + 1


def _first_line(error: BaseException) -> str:
    return str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
