"""What every command that asks the service has: its options, and how errors are told."""

import inspect
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any, Final

import typer

from promotion.cli.client import Service
from promotion.cli.connection import Connection, connect, overlooked
from promotion.cli.exits import Exit, Failed
from promotion.cli.options import DeviceCode, ProfileName, Url
from promotion.cli.printing import told
from promotion.cli.surroundings import around

_KEYWORD: Final = inspect.Parameter.KEYWORD_ONLY
_ADDED: Final = (
    inspect.Parameter("url", _KEYWORD, default=None, annotation=Url),
    inspect.Parameter("profile", _KEYWORD, default=None, annotation=ProfileName),
    inspect.Parameter("device_code", _KEYWORD, default=False, annotation=DeviceCode),
    inspect.Parameter("context", _KEYWORD, annotation=typer.Context),
)


def asks_the_service(command: Callable[..., None]) -> Callable[..., None]:
    """The command with the options that say where the service is.

    ``command`` takes a Service first. What it raises as Failed is told without a traceback, and
    decides its exit code.
    """
    return _asking(command, always=True)


def may_ask_the_service(command: Callable[..., None]) -> Callable[..., None]:
    """The same for a command that also works where no service is known."""
    return _asking(command, always=False)


def _asking(command: Callable[..., None], *, always: bool) -> Callable[..., None]:

    def asking(
        *given: Any,
        url: str | None,
        profile: str | None,
        device_code: bool,
        context: typer.Context,
        **more: Any,
    ) -> None:
        surroundings = around(context)
        with telling():
            where = partial(_found, surroundings.environment, url, profile, device_code)
            service = Service(where, surroundings)
            if always:
                _ = service.connection
            command(service, *given, **more)

    signature = inspect.signature(command, eval_str=True)
    own = list(signature.parameters.values())[1:]
    asking.__signature__ = signature.replace(parameters=[*own, *_ADDED])  # type: ignore[attr-defined]
    asking.__annotations__ = {one.name: one.annotation for one in (*own, *_ADDED)}
    asking.__name__, asking.__doc__ = command.__name__, command.__doc__
    asking.__module__ = command.__module__
    return asking


def _found(
    environment: Mapping[str, str], url: str | None, profile: str | None, device_code: bool
) -> Connection:
    if ignored := overlooked(environment, url, profile):
        typer.echo(ignored, err=True)
    return connect(environment, url, profile, device_code)


@contextmanager
def telling() -> Iterator[None]:
    """Tells Failed on standard error, and ends the command with its exit code."""
    try:
        yield
    except Failed as error:
        told(error)
        raise typer.Exit(int(error.code)) from None
    except KeyboardInterrupt:
        raise typer.Exit(int(Exit.INTERRUPTED)) from None
