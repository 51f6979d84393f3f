"""YAML with places: the text of a policy as a tree that knows lines and columns, and as data."""

import re
from collections.abc import Mapping
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.constructor import RoundTripConstructor
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from promotion.core.policy.files import first_line
from promotion.core.policy.mistakes import Mistake, PolicyInvalid
from promotion.core.policy.places import Inside, Location

ANCHORS = "x-"
"""Keys of the policy itself that begin so are a place for YAML anchors."""
_SECRET = re.compile(
    r"^(AzureWebJobs|IDENTITY_|MSI_|WEBSITE_|APPLICATIONINSIGHTS_|AZURE_CLIENT_SECRET)"
    r"|SECRET|PASSWORD|TOKEN|CONNECTION_?STRING|ACCOUNT_?KEY|API_?KEY",
    re.IGNORECASE,
)
"""Settings whose values must not stand in a message: those of the host, and secrets by name."""

MAX_NODES = 100_000
"""Of a policy with its aliases resolved: ten lines of YAML can name a billion."""

_WRITTEN = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_SETTING = re.compile(r"\$⟨([A-Za-z_][A-Za-z0-9_]*)⟩")
"""``${NAME}`` as the YAML parser gets it: braces would end a flow mapping such as
``{subscription: ${NAME}}``. As long as the original, so that columns stay right."""


class Tree:
    """A policy's text, parsed. ``name`` is how mistakes call the file."""

    def __init__(self, text: str, name: str) -> None:
        """Raises PolicyInvalid when ``text`` is not a mapping in YAML."""
        self._name = name
        self._lines = text.splitlines()
        self._root = self._parsed(_WRITTEN.sub(r"$⟨\1⟩", text))

    def plain(self, settings: Mapping[str, str], mistakes: list[tuple[Location, str]]) -> Any:
        """As plain data, with ``${NAME}`` replaced by the setting of that name."""
        self._nodes = 0
        whole = self._plain(self._root, settings, (), mistakes)
        # Nothing reads those parts by themselves; what refers to them has the mistake, too.
        mistakes[:] = [(at, what) for at, what in mistakes if not str(at[0]).startswith(ANCHORS)]
        return {key: value for key, value in whole.items() if not key.startswith(ANCHORS)}

    def mistake(self, at: Location, what: str) -> Mistake:
        """The mistake ``what`` at that place."""
        line, column = self.position(at)
        what = _as_written(what)
        where = ".".join(str(part) for part in at if not isinstance(part, Inside))
        return Mistake(file=self._name, line=line, column=column, where=where, what=what)

    def position(self, at: Location) -> tuple[int, int]:
        """Line and column, from 1, of the key or item at ``at``, or of its nearest parent."""
        node: Any = self._root
        position, value = (0, 0), (0, 0)
        for part in at:
            if isinstance(part, Inside):
                return self._within(value, part)
            try:
                position, value = _where(node, part, position)
                node = node[part]
            except (KeyError, IndexError, TypeError):
                break
        return position[0] + 1, position[1] + 1

    def _within(self, value: tuple[int, int], inside: Inside) -> tuple[int, int]:
        """The place in the file of a place in the text that begins at ``value``."""
        line, column = value
        first = self._lines[line][column : column + 1] if line < len(self._lines) else ""
        if first in ("|", ">"):
            # A block begins on the next line, indented; a folded one may put lines together.
            line += inside.line
            if first == ">" or line >= len(self._lines):
                return value[0] + 2, column + 1
            text = self._lines[line]
            return line + 1, len(text) - len(text.lstrip()) + inside.column
        if inside.line > 1:
            return line + 1, column + 1
        return line + 1, column + (first in ("'", '"')) + inside.column

    def _parsed(self, text: str) -> CommentedMap:
        try:
            root = _reader().load(text)
        except MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
            raise self._unreadable(
                f"not YAML: {error.problem or first_line(error)}", line, column
            ) from None
        except TypeError:
            # Python's dictionaries, unlike YAML's mappings, have no mappings or lists as keys.
            what = "not a policy: a key must be a text; is there a ? too many?"
            raise self._unreadable(what) from None
        except RecursionError:
            raise self._unreadable("nested too deeply") from None
        except (YAMLError, ValueError, AttributeError, KeyError) as error:
            # AttributeError, KeyError: ruamel.yaml 0.19.1 on tags such as !!set before a text.
            raise self._unreadable(f"not YAML: {first_line(error)}") from None
        if not isinstance(root, CommentedMap):
            raise self._unreadable("a policy is a mapping that begins with version: 1")
        return root

    def _unreadable(self, what: str, line: int = 1, column: int = 1) -> PolicyInvalid:
        what = _as_written(what)
        return PolicyInvalid(
            [Mistake(file=self._name, line=line, column=column, where="", what=what)]
        )

    def _plain(
        self,
        node: object,
        settings: Mapping[str, str],
        at: Location,
        mistakes: list[tuple[Location, str]],
    ) -> Any:
        self._nodes += 1
        if self._nodes > MAX_NODES or len(at) > 100:
            raise self._unreadable("larger than a policy can be, with its aliases resolved")
        if isinstance(node, CommentedMap):
            return {
                (name := _as_written(key)): self._plain(value, settings, (*at, name), mistakes)
                for key, value in node.items()
            }
        if isinstance(node, CommentedSeq):
            return [self._plain(item, settings, (*at, i), mistakes) for i, item in enumerate(node)]
        if isinstance(node, int | float | None):
            return node
        if not isinstance(node, str):
            mistakes.append((at, "only mappings, lists, texts and numbers are understood here"))
            return None
        return _filled(node, settings, at, mistakes)


class _Constructor(RoundTripConstructor):
    """Dates stay texts, as JSON has them: the fields that take dates read them."""


_Constructor.add_constructor(
    "tag:yaml.org,2002:timestamp", lambda constructor, node: constructor.construct_scalar(node)
)


def _reader() -> YAML:
    yaml = YAML(typ="rt", pure=True)
    yaml.Constructor = _Constructor
    return yaml


def _filled(
    text: str, settings: Mapping[str, str], at: Location, mistakes: list[tuple[Location, str]]
) -> str:
    def value(match: re.Match[str]) -> str:
        setting = match.group(1)
        if _SECRET.search(setting):
            mistakes.append(
                (at, f"the setting {setting} is not for policies; name one of your own")
            )
            return match.group()
        if setting not in settings:
            mistakes.append((at, f"the app setting {setting} is not set"))
        return settings.get(setting, match.group())

    return _SETTING.sub(value, text)


def _as_written(key: object) -> str:
    """A key as it stands in the file; settings are not filled in there."""
    return _SETTING.sub(r"${\1}", str(key))


def _where(
    node: Any, part: str | int, parent: tuple[int, int]
) -> tuple[tuple[int, int], tuple[int, int]]:
    """Where the key or item ``part`` of ``node`` stands, and where its value does."""
    if isinstance(node, CommentedSeq):
        position = node.lc.item(part)
        return position, position
    if not isinstance(node, CommentedMap):
        return parent, parent
    own = node.lc.data or {}
    if part in own:
        return node.lc.key(part), node.lc.value(part)
    # What a merge key << brings along stands where it was written first.
    for merged in node.merge:
        if isinstance(merged, CommentedMap) and part in merged:
            return _where(merged, part, parent)
    return parent, parent
