"""Runs the command line so that an exit code of 1 always means no, and never that it broke."""

import errno
import io
import os
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Final, TextIO

from promotion.cli.exits import Exit

_DEBUG: Final = "PROMOTE_DEBUG"
_CUT_OFF: Final = 141
"""What shells call the end of a program by SIGPIPE."""


def run(command: Callable[[], object]) -> None:
    """``command`` to its end. Raises SystemExit, and nothing else."""
    sys.stdout, sys.stderr = _writable(sys.stdout), _writable(sys.stderr)
    try:
        code = _ended(command)
        sys.stdout.flush()
    except BrokenPipeError:
        code = _CUT_OFF
    except Exception as error:
        code = int(Exit.UNREACHABLE)
        _tell(error)
    _close()
    raise SystemExit(code)


def _writable(stream: TextIO | None) -> TextIO:
    """A stream that takes every letter; nowhere, for a program that was started without one."""
    if stream is None:
        return Path(os.devnull).open("w", encoding="utf-8")
    if isinstance(stream, io.TextIOWrapper):
        # A name that a terminal has no letters for is no reason to stop.
        stream.reconfigure(errors="backslashreplace")
    return stream


def _ended(command: Callable[[], object]) -> int:
    """The exit code of a command that ends by itself. Raises whatever broke it."""
    try:
        command()
    except SystemExit as ended:
        # Typer ends it with 1 where nobody reads on, which is not the answer no.
        if isinstance(ended.__context__, OSError) and ended.__context__.errno == errno.EPIPE:
            raise ended.__context__ from None
        return ended.code if isinstance(ended.code, int) else int(Exit.DONE)
    return int(Exit.DONE)


def _tell(error: Exception) -> None:
    if os.environ.get(_DEBUG):
        said = "".join(traceback.format_exception(error))
    else:
        # Of what is not expected only the name: the text may have anything in it.
        why = f": {error.strerror}" if isinstance(error, OSError) and error.strerror else ""
        said = f"promote broke: {type(error).__name__}{why}. {_DEBUG}=1 shows where.\n"
    try:
        sys.stderr.write(said)
        sys.stderr.flush()
    except (OSError, ValueError):
        return


def _close() -> None:
    """Nothing is left that the end of Python would try to write, and complain about."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            try:
                os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
            except (OSError, ValueError):
                continue
