"""Reads the queries with their headers, as dashboards/README.md describes them."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

FOLDER: Final = Path(__file__).parents[2] / "dashboards" / "queries"
UNITS: Final = ("datetime", "text", "id", "count", "percent", "seconds")
CHARTS: Final = ("table", "columns", "bars", "lines")
PARAMETERS: Final = ("route", "stage", "promotion")
_HEADER: Final = re.compile(r"// (\w+): (.+)")
_COLUMN: Final = re.compile(r"(\w+) (\w+) - (.+)")


class BadHeader(Exception):
    """A line that the format does not have."""


@dataclass(frozen=True)
class Column:
    name: str
    unit: str
    meaning: str


@dataclass(frozen=True)
class Chart:
    kind: str
    x: str | None = None
    y: tuple[str, ...] = ()
    by: tuple[str, ...] = ()
    drill: str | None = None

    @classmethod
    def read(cls, text: str) -> Self:
        kind, *rest = text.split()
        given = dict(one.split("=", 1) for one in rest)
        lists = {key: tuple(given.pop(key).split(",")) for key in ("y", "by") if key in given}
        return cls(kind, **given, **lists)


@dataclass(frozen=True)
class Query:
    name: str
    text: str
    question: str
    row: str
    columns: tuple[Column, ...]
    charts: tuple[Chart, ...]
    needs: tuple[str, ...]

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
        )

    @property
    def body(self) -> str:
        """All but the header."""
        return "let " + self.text.split("\nlet ", 1)[1]

    def asked_for(self, **wanted: str) -> str:
        """The text with those parameters, put in as a workbook does."""
        text = self.text
        for parameter, value in wanted.items():
            before, after = f'let {parameter} = "";', f'let {parameter} = "{value}";'
            assert text.count(before) == 1
            text = text.replace(before, after)
        return text


_KEYS: Final = ("question", "row", "column", "chart", "needs", "note")


def _column(name: str, text: str) -> Column:
    found = _COLUMN.fullmatch(text)
    if found is None:
        raise BadHeader(f"{name}: {text}")
    return Column(*found.groups())


QUERIES: Final = {
    path.stem: Query.read(path.stem, path.read_text(encoding="utf-8"))
    for path in sorted(FOLDER.glob("*.kql"))
}
