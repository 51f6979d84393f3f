"""The queries with their headers, as dashboards/README.md describes them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final, Literal, Self, cast, get_args

type Unit = Literal["datetime", "text", "id", "count", "percent", "seconds"]
type Kind = Literal["table", "columns", "bars", "lines"]
UNITS: Final[tuple[Unit, ...]] = get_args(Unit.__value__)
KINDS: Final[tuple[Kind, ...]] = get_args(Kind.__value__)
PARAMETERS: Final = ("route", "stage", "promotion")
_FOLDERS: Final = (
    Path(__file__).with_name("kql"),  # where the wheel has them
    Path(__file__).parents[2] / "dashboards" / "queries",
)
_KEYS: Final = ("question", "row", "column", "chart", "needs", "note")
_HEADER: Final = re.compile(r"// (\w+): (.+)")
_COLUMN: Final = re.compile(r"(\w+) (\w+) - (.+)")


class BadHeader(Exception):
    """A line that the format does not have."""


@dataclass(frozen=True)
class Column:
    """A column of an answer."""

    name: str
    unit: Unit
    meaning: str


@dataclass(frozen=True)
class Chart:
    """One way to show an answer; the fields name columns."""

    kind: Kind
    x: str | None = None
    y: tuple[str, ...] = ()
    by: tuple[str, ...] = ()
    drill: str | None = None
    """Has ids of promotions."""

    @classmethod
    def read(cls, text: str) -> Self:
        """From a header's line. Raises BadHeader."""
        kind, *rest = text.split()
        given = dict(one.split("=", 1) for one in rest)
        y, by = (tuple(filter(None, given.pop(key, "").split(","))) for key in ("y", "by"))
        if kind not in KINDS or given.keys() - {"x", "drill"}:
            raise BadHeader(text)
        return cls(kind, given.get("x"), y, by, given.get("drill"))


@dataclass(frozen=True)
class Query:
    """A question, and how Kusto's language asks it."""

    name: str
    text: str
    question: str
    row: str
    columns: tuple[Column, ...]
    charts: tuple[Chart, ...]
    needs: tuple[str, ...]
    notes: tuple[str, ...]

    @classmethod
    def read(cls, name: str, text: str) -> Self:
        """Raises BadHeader."""
        told: dict[str, list[str]] = {}
        for line in text.split("\nlet ", 1)[0].splitlines():
            found = _HEADER.fullmatch(line)
            if found is None or found[1] not in _KEYS:
                raise BadHeader(f"{name}: {line}")
            told.setdefault(found[1], []).append(found[2])
        if any(len(told.get(key, ())) != 1 for key in ("question", "row")):
            raise BadHeader(f"{name}: one question, and what a row is")
        return cls(
            name,
            text,
            question=told["question"][0],
            row=told["row"][0],
            columns=tuple(_column(name, one) for one in told.get("column", ())),
            charts=tuple(Chart.read(one) for one in told.get("chart", ())),
            needs=tuple(told.get("needs", ())),
            notes=tuple(told.get("note", ())),
        )

    @property
    def reaches_back(self) -> bool:
        """Whether its answer needs records of long ago, as one about the present does."""
        return any("reaches back" in note for note in self.notes)

    @property
    def body(self) -> str:
        """All but the header."""
        return "let " + self.text.split("\nlet ", 1)[1]

    def asked_for(self, **wanted: str) -> str:
        """The text with those parameters, put in as a workbook does.

        Whatever they have in them is text and nothing else: quotes and backslashes are escaped.
        """
        text = self.text
        for parameter, value in wanted.items():
            before = f'let {parameter} = "";'
            if parameter not in PARAMETERS or text.count(before) != 1:
                raise ValueError(f"{self.name} has no parameter {parameter}")
            text = text.replace(before, f"let {parameter} = {_literal(value)};")
        return text


def _literal(value: str) -> str:
    """A string of Kusto's language."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    # A line break would end the literal; other control characters are in no name either.
    return '"' + re.sub(r"[\x00-\x1f\x7f\u2028\u2029]", " ", escaped) + '"'


def _column(name: str, text: str) -> Column:
    found = _COLUMN.fullmatch(text)
    if found is None or found[2] not in UNITS:
        raise BadHeader(f"{name}: {text}")
    return Column(found[1], cast("Unit", found[2]), found[3])


@cache
def queries() -> Mapping[str, Query]:
    """All of them by name, in the order of dashboards/README.md's table: ORDER."""
    folder = next(folder for folder in _FOLDERS if folder.is_dir())
    found = {
        path.stem: Query.read(path.stem, path.read_text(encoding="utf-8"))
        for path in sorted(folder.glob("*.kql"))
    }
    return {name: found.pop(name) for name in ORDER if name in found} | found


ORDER: Final = (
    "promotions-by-outcome",
    "waiting-now",
    "what-serves",
    "promotions",
    "lead-time",
    "where-the-time-goes",
    "four-keys",
    "refusals",
    "rollbacks",
    "failures",
    "decisions",
    "duplicates-and-ignored",
    "intake-delay",
    "timeline",
)
"""As people read them: first what goes on, then how well, then why not."""
