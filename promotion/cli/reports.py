"""What ``report`` does: asks the questions, and tells the answers in one of three ways."""

import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from difflib import get_close_matches
from math import isfinite
from typing import Any, Final

import typer

from promotion.cli.drawing import drawn
from promotion.cli.exits import Exit, Failed, mistake
from promotion.cli.pages import write_page
from promotion.cli.printing import echo_json, line_width, plain, show
from promotion.cli.sources import asking
from promotion.cli.times import moment
from promotion.cli.times import since as moment_since
from promotion.report.queries import queries
from promotion.report.source import Row, Source, Wanted
from promotion.report.text.report import Report, text

USUAL: Final = "30d"
"""How far back, where nothing is said."""
_SIDE_BY_SIDE: Final = 4
"""Log Analytics runs five questions of a person at once."""
_TIMELINE: Final = "timeline"
type Answers = dict[str, list[Row]]


@dataclass(frozen=True)
class Asked:
    """What was typed."""

    since: str | None = None
    until: str | None = None
    route: str = ""
    stage: str = ""
    promotion: str = ""
    only: Sequence[str] = ()
    as_json: bool = False
    html: str | None = None


def tell(asked: Asked, source: Source, now: datetime) -> None:
    """Print the answers, or write the page. Raises Failed."""
    wanted, names = _wanted(asked, now), _names(asked)
    if asked.html is not None:
        with asking():
            write_page(asked.html, source, wanted, now)
        _tell_unreadable(source)
        return
    with asking():
        answers = _answers(source, wanted, names)
    if asked.promotion and _TIMELINE in names and not answers[_TIMELINE]:
        raise _no_promotion(asked, source)
    if asked.as_json:
        echo_json(json.dumps(_as_json(source, wanted, answers, now), ensure_ascii=False))
    else:
        chosen = bool(asked.only or asked.promotion)
        report = Report(plain(source.title), wanted, answers, now, chosen)
        show(*drawn(text(report), line_width()))
    _tell_unreadable(source)


def _wanted(asked: Asked, now: datetime) -> Wanted:
    # Of one promotion everything is wanted, however long ago it was.
    since = asked.since or (None if asked.promotion else USUAL)
    first = moment(moment_since(since, now)) if since else None
    last = moment(moment_since(asked.until, now, "--until")) if asked.until else None
    if first and first >= (last or now):
        begin, end = (f"{one.astimezone(UTC):%Y-%m-%d %H:%M}" for one in (first, last or now))
        what = f"There is no time between --since, {begin} UTC, and --until, {end} UTC."
        raise mistake(what, "--since is the earlier one.")
    return Wanted(asked.route, asked.stage, asked.promotion, first, last)


def _names(asked: Asked) -> list[str]:
    """The questions to ask, in their order."""
    if asked.html is not None and (asked.only or asked.as_json):
        raise mistake("--only and --json cannot be used with --html: the page has every answer.")
    for name in asked.only:
        if name not in queries():
            close = get_close_matches(name, queries(), 1)
            remedy = f"Did you mean {close[0]}?" if close else f"Use {', '.join(queries())}."
            raise mistake(f"--only: there is no question {name!r}.", remedy)
    if _TIMELINE in asked.only and not asked.promotion:
        raise mistake("--only timeline takes --promotion ID.", "promote list shows the ids.")
    if asked.promotion and not asked.only:
        return [_TIMELINE]
    return [
        name
        for name, query in queries().items()
        if (name in asked.only if asked.only else not query.needs)
    ]


def _answers(source: Source, wanted: Wanted, names: Sequence[str]) -> Answers:
    """Some side by side. Raises PromotionError."""
    threads = ThreadPoolExecutor(_SIDE_BY_SIDE)
    try:
        asked = {name: threads.submit(source.ask, queries()[name], wanted) for name in names}
        return {name: one.result() for name, one in asked.items()}
    finally:
        threads.shutdown(wait=False, cancel_futures=True)


def _no_promotion(asked: Asked, source: Source) -> Failed:
    limited = asked.since or asked.until or asked.route or asked.stage
    what = f"{source.title} has no records of {asked.promotion}"
    remedy = "promote list shows the ids" + ("; ask without other options." if limited else ".")
    return Failed(Exit.NOT_FOUND, f"{what}{' that match' if limited else ''}.", remedy)


def _tell_unreadable(source: Source) -> None:
    count = getattr(source, "unreadable", 0)
    if count:
        lines = "1 line is no audit record" if count == 1 else f"{count} lines are no audit records"
        left = "was" if count == 1 else "were"
        typer.echo(plain(f"{source.title}: {lines}, and {left} left out."), err=True)


def _as_json(source: Source, wanted: Wanted, answers: Answers, now: datetime) -> dict[str, Any]:
    told = {
        "made_at": now,
        "source": source.title,
        "since": wanted.since,
        "until": wanted.until,
        **wanted.parameters,
    }
    rows = {
        name: [{key: _value(one) for key, one in row.items()} for row in each]
        for name, each in answers.items()
    }
    return {key: _value(one) for key, one in told.items()} | {"answers": rows}


def _value(given: Any) -> Any:
    if isinstance(given, datetime):
        return given.astimezone(UTC).isoformat()
    return None if isinstance(given, float) and not isfinite(given) else given
