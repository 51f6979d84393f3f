"""What commands have around them: network, clock, environment, terminal, browser."""

import os
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    import httpx


def _is_terminal() -> bool:
    # Questions are asked on standard error: the output may go elsewhere.
    return sys.stdin.isatty() and sys.stderr.isatty()


def _now() -> datetime:
    return datetime.now(UTC)


def _open(url: str) -> bool:
    return typer.launch(url) == 0


@dataclass(frozen=True)
class Surroundings:
    """Each may be something else in a test."""

    transport: "httpx.BaseTransport | None" = None
    """None is the network."""
    sleep: Callable[[float], object] = time.sleep
    now: Callable[[], datetime] = _now
    monotonic: Callable[[], float] = time.monotonic
    """Seconds; only for how long something takes."""
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)
    is_terminal: Callable[[], bool] = _is_terminal
    """Whether somebody can be asked."""
    open_page: Callable[[str], bool] = _open
    """Whether a browser could be started."""
    credential: Callable[..., Any] | None = None
    """Gives what has ``get_token``; None is azure-identity."""


def around(context: typer.Context) -> Surroundings:
    """Those that the program was started with."""
    given = context.find_object(Surroundings)
    return given if isinstance(given, Surroundings) else Surroundings()
