"""``dashboard``: the same questions as a page in the browser, answered anew as records come."""

import json
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from promotion.cli.asking import telling
from promotion.cli.exits import Exit, Failed, mistake
from promotion.cli.extras import needs_the_report
from promotion.cli.options import AuditFile, DeviceCode, RecordsProfile, WorkspaceId
from promotion.cli.printing import plain
from promotion.cli.surroundings import Surroundings, around

if TYPE_CHECKING:
    from promotion.report.source import Source

_HERE = "127.0.0.1"
"""Nobody logs in to it, so that it is for this machine only."""
_USUAL = "30d"
"""What the page shows when nothing is chosen."""
_LOOK = 0.5
"""Seconds between looks for the end."""


def dashboard(
    *,
    port: Annotated[
        int,
        typer.Option(
            metavar="PORT", min=0, max=65_535, help="On this machine; 0 takes any that is free."
        ),
    ] = 7072,
    open_it: Annotated[
        bool | None,
        typer.Option("--open/--no-open", help="Open a browser; usually on a terminal."),
    ] = None,
    audit_file: AuditFile = None,
    workspace_id: WorkspaceId = None,
    records_profile: RecordsProfile = None,
    own_code: DeviceCode = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="For scripts: the address, on a line of JSON.")
    ] = False,
    context: typer.Context,
) -> None:
    """Show the dashboard of the audit records in a browser on this machine.

    It goes on until Ctrl-C, and shows what is recorded meanwhile. The records are those that
    promote report reads; only programs on this machine can reach the page.
    """
    surroundings = around(context)
    with telling(), needs_the_report():
        # Here and not above: what is served takes a while to load.
        from promotion.cli.sources import Named, find_source

        source = find_source(
            Named(audit_file, workspace_id, records_profile, own_code), surroundings
        )
        if audit_file is not None and not audit_file.exists():
            what = f"{audit_file} is not there yet; the page shows it when it is written."
            typer.echo(plain(what), err=True)
        with _listening(port) as listener:
            _warm_up(source)
            url = f"http://{_HERE}:{listener.getsockname()[1]}"
            said = f"The dashboard of {source.title}: {url} (Ctrl-C ends it)"
            typer.echo(json.dumps({"url": url}) if as_json else plain(said))
            sys.stdout.flush()
            if _is_watched(surroundings) and not as_json if open_it is None else open_it:
                surroundings.open_page(url)
            _serve(source, listener)


def _is_watched(surroundings: Surroundings) -> bool:
    return sys.stdout.isatty() and not surroundings.environment.get("CI")


def _listening(port: int) -> socket.socket:
    """Whoever connects before the page is ready waits for it. Raises Failed."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    if sys.platform != "win32":  # there it would let two of them have the port
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((_HERE, port))
        listener.listen()
    except OSError as error:
        listener.close()
        raise _taken(port, error) from None
    return listener


def _taken(port: int, error: OSError) -> Failed:
    what = f"Port {port} of this machine cannot be taken: {error.strerror or error}."
    remedy = (
        "Perhaps make serve shows it there already; --port (make: PORT=7080) names another one, "
        "and 0 any that is free."
    )
    return mistake(what, remedy)


def _serve(source: "Source", listener: socket.socket) -> None:
    import uvicorn

    from promotion.report.serving import dashboard as page_of

    config = uvicorn.Config(
        page_of(source),
        ws="none",
        lifespan="off",
        log_level="error",
        access_log=False,
        server_header=False,
    )
    server = uvicorn.Server(config)
    # Not here: a question that takes minutes would keep Ctrl-C waiting for its answer.
    serving = _aside(server.run, [listener])
    ended = threading.Event()
    for one in (signal.SIGINT, signal.SIGTERM):
        signal.signal(one, lambda *_: ended.set())
    while serving.is_alive() and not ended.wait(_LOOK):
        pass
    server.should_exit = True
    serving.join(_LOOK)
    _leave(Exit.DONE if ended.is_set() else Exit.UNREACHABLE)


def _leave(code: Exit) -> None:
    """Ends the process without waiting for questions, whose threads may be inside of DuckDB.

    An end of Python in good order would take away under them what they use.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(int(code))


def _aside(work: Callable[..., object], given: object) -> threading.Thread:
    """In a thread that nobody waits for at the end."""
    thread = threading.Thread(target=work, args=(given,), daemon=True)
    thread.start()
    return thread


def _warm_up(source: "Source") -> None:
    """Answers what a browser asks first; most of the time goes into translating the questions."""
    from promotion.core.errors import PromotionError
    from promotion.report.audit_file import AuditFile
    from promotion.report.page import shown
    from promotion.report.serving import wanted_by
    from promotion.report.translating import translate

    if isinstance(source, AuditFile):
        translate(shown().values())  # also where the file is not there yet
        first = wanted_by({"since": _USUAL}, now=datetime.now(UTC))
        with suppress(PromotionError):  # the page says what is wrong with the file
            for query in shown().values():
                source.ask(query, first)
