"""Writes the page of a report: as a whole or not at all."""

import os
from datetime import datetime
from pathlib import Path
from typing import Final

import typer

from promotion.cli.exits import mistake
from promotion.cli.printing import plain
from promotion.report.source import Source, Wanted

_OUTPUT: Final = "-"
_PAGE: Final = b"<!doctype html>"
"""What every page begins with."""


def write_page(file: str, source: Source, wanted: Wanted, now: datetime) -> None:
    """Into that file, or to standard output for ``-``. Raises Failed, PromotionError."""
    # Here and not above: the text needs nothing of it.
    from promotion.report.page import report_page

    if file == _OUTPUT:
        typer.echo(report_page(source, wanted, now=now).encode(), nl=False)
        return
    path = _checked(file)
    _replace(path, report_page(source, wanted, now=now))
    typer.echo(plain(f"The report is in {file}."))


def _checked(file: str) -> Path:
    """Where it really goes; before anything is asked. Raises Failed."""
    path = Path(file).resolve()
    if not file.strip() or path.is_dir():
        raise mistake(f"--html: {file!r} is a folder.", "Name a file in it, such as report.html.")
    if path.exists() and not path.is_file():
        raise mistake(f"--html: {file} is no ordinary file.", "--html - prints the page.")
    if path.exists() and not _may_go(path):
        what = f"--html: {file} is there, and is no page: it would be lost."
        raise mistake(what, "Name another file, or remove it first.")
    if not path.parent.is_dir():
        raise mistake(f"--html: there is no folder {path.parent}.", "Make it first.")
    return path


def _may_go(path: Path) -> bool:
    """An earlier report, or nothing; an audit file, say, must not go."""
    with path.open("rb") as file:
        begin = file.read(len(_PAGE))
    return not begin or begin.lower() == _PAGE


def _replace(path: Path, text: str) -> None:
    part = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        try:
            part.write_text(text, encoding="utf-8", newline="\n")
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise mistake(f"--html: {path} cannot be written: {why}.") from None
