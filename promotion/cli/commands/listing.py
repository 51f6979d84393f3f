"""``list``: the promotions, the newest first."""

import json
import re
from typing import Annotated, Any

import typer

from promotion.cli.asking import asks_the_service
from promotion.cli.client import Answer, Service
from promotion.cli.exits import mistake
from promotion.cli.options import AsJson, RouteName
from promotion.cli.printing import echo_json, show
from promotion.cli.tables import promotions_table
from promotion.cli.times import since as moment_since

_MOST = 200
"""Promotions on one page of the API."""


@asks_the_service
def list_promotions(
    service: Service,
    *,
    route: RouteName = None,
    model: Annotated[str | None, typer.Option(help="Name of the model.")] = None,
    status: Annotated[str | None, typer.Option(help="Such as waiting or rolled_back.")] = None,
    since: Annotated[
        str | None, typer.Option(metavar="SPAN|DATE", help="Such as 7d, 12h or 2026-03-02 (UTC).")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=_MOST, help="At most so many.")] = 50,
    every: Annotated[bool, typer.Option("--all", help="All of them, page by page.")] = False,
    as_json: AsJson = False,
) -> None:
    """List promotions, the newest first.

    Without --since those of the last 30 days. Of one that waits it says for what: with --status
    waiting, approvers see what waits for them. A list that goes on says so on standard error.
    """
    now = service.around.now()
    moment = moment_since(since, now) if since else None
    wanted = _status(status) if status is not None else None
    asked = {"route": route, "model": model, "status": wanted, "since": moment}
    query = {key: value for key, value in asked.items() if value is not None}
    query["limit"] = str(_MOST if every else limit)
    pages = _pages(service, query, every)
    found: list[Any] = [one for page in pages for one in page.content["promotions"]]
    if as_json:
        whole = {"promotions": found, "next": None}
        echo_json(json.dumps(whole, ensure_ascii=False) if every else pages[0].text)
    elif found:
        show(promotions_table(found, now))
    else:
        typer.echo("No promotion was found.", err=True)
    if pages[-1].content.get("next") and not as_json:
        typer.echo("There are more: --limit or --all shows them.", err=True)


def _status(written: str) -> str:
    """As the API writes it; lists have spaces in it. Raises Failed."""
    # Here and not above: --help needs none of the rules.
    from promotion.core.status import Status

    status = re.sub(r"[\s-]+", "_", written.strip().lower())
    if status not in list(Status):
        raise mistake(f"{written!r} is no status.", f"--status: use {', '.join(Status)}.")
    return status


def _pages(service: Service, query: dict[str, str], every: bool) -> list[Answer]:
    pages = [service.get("promotions", query)]
    while every and (cursor := pages[-1].content.get("next")):
        pages.append(service.get("promotions", {**query, "cursor": str(cursor)}))
    return pages
