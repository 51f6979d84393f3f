"""Follows a promotion, or an operation, to its end."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

import typer

from promotion.cli.client import Answer, Json, Service
from promotion.cli.exits import Exit, Failed
from promotion.cli.paths import promotion_path
from promotion.cli.printing import a_console, echo_json, plain, show
from promotion.cli.progress import changes, drawn
from promotion.cli.states import ENDS, exit_of

_FIRST: Final = 1.0
_LONGEST: Final = 5.0
_SLOWER: Final = 1.5
PATIENCE: Final = 600.0
"""Seconds for which a service may be away while somebody watches."""

type Seen = Callable[[Answer | None, str | None], None]
"""Is told what was answered, None when nothing is new, and what is wrong with the service."""


def look_until_it_ends(service: Service, path: str, seen: Seen) -> Json:
    """What is there when its status is an end; looks every one to five seconds.

    Raises Failed when the service is away for too long, or says that it is not there.
    """
    with _no_answer():
        first = service.get(path)
    seen(first, None)
    ended = first.content if first.content.get("status") in ENDS else None
    return ended or _look_again(service, path, seen, first.etag)


def _look_again(service: Service, path: str, seen: Seen, etag: str | None) -> Json:
    pause, since = _FIRST, None
    while True:
        service.around.sleep(pause)
        pause = min(pause * _SLOWER, _LONGEST)
        try:
            with _no_answer():
                answer = service.look(path, etag)
        except Failed as error:
            now = service.around.monotonic()
            since = now if since is None else since
            if error.code is not Exit.UNREACHABLE or now - since >= PATIENCE:
                raise
            seen(None, f"{error.detail} It is asked again.")
        else:
            since, etag = None, answer.etag if answer else etag
            pause = _FIRST if answer else pause
            seen(answer, None)
            if answer and answer.content.get("status") in ENDS:
                return answer.content


@contextmanager
def _no_answer() -> Iterator[None]:
    """A look that is refused is a fault of the service, and not how it ended."""
    try:
        yield
    except Failed as error:
        if error.code is not Exit.NO:
            raise
        raise Failed(Exit.UNREACHABLE, error.detail, error.remedy) from None


def watch_promotion(service: Service, promotion_id: str, as_json: bool = False) -> None:
    """Show how it goes until it ends. Raises typer.Exit, with 0 only if it has succeeded."""
    path = promotion_path(promotion_id)
    follow = _as_json if as_json else _live if a_console().is_terminal else _as_lines
    try:
        ended = follow(service, path)
    except KeyboardInterrupt:
        typer.echo("It goes on without you. Look again with:", err=True)
        typer.echo(f"promote watch {plain(promotion_id)}", err=True)
        raise typer.Exit(int(Exit.INTERRUPTED)) from None
    raise typer.Exit(int(exit_of(str(ended["status"]))))


def _as_json(service: Service, path: str) -> Json:
    """Every new state on a line of its own, as the service gives it."""

    def seen(answer: Answer | None, trouble: str | None) -> None:
        if answer:
            echo_json(answer.text)
        if trouble:
            typer.echo(plain(trouble), err=True)

    return look_until_it_ends(service, path, seen)


def _as_lines(service: Service, path: str) -> Json:
    """Only what changes, for logs."""
    last: Json | None = None
    told: str | None = None

    def seen(answer: Answer | None, trouble: str | None) -> None:
        nonlocal last, told
        if trouble and not told:
            typer.echo(plain(trouble), err=True)
        told = trouble
        if answer:
            for line in changes(last, answer.content):
                typer.echo(plain(line))
            last = answer.content

    return look_until_it_ends(service, path, seen)


def _live(service: Service, path: str) -> Json:
    """A picture that is drawn anew, and stays as it was in the end."""
    from rich.live import Live

    last: Json | None = None
    with Live(console=a_console(), refresh_per_second=8, transient=True) as live:

        def seen(answer: Answer | None, trouble: str | None) -> None:
            nonlocal last
            last = answer.content if answer else last
            if last is not None:
                live.update(drawn(last, service.around.now(), trouble))

        ended = look_until_it_ends(service, path, seen)
    show(drawn(ended, service.around.now()))
    return ended


def watch_operation(service: Service, path: str) -> Answer:
    """How a hold, its end or a rollback ended."""
    last: list[Answer] = []

    def seen(answer: Answer | None, _: str | None) -> None:
        if answer:
            last[:] = [answer]

    with _spinner(f"Waiting for {path.rpartition('/')[2].rpartition('-')[0]}"):
        look_until_it_ends(service, path, seen)
    return last[0]


@contextmanager
def _spinner(text: str) -> Iterator[None]:
    """Turns on a terminal while something is waited for."""
    console = a_console(stderr=True)
    if not console.is_terminal:
        yield
        return
    with console.status(text):
        yield
