"""The page with answers of now, for browsers on this machine."""

import logging
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Final

from promotion.core.errors import PromotionError, Terminal
from promotion.report import page_files
from promotion.report.page import live_page, shown
from promotion.report.serving_guard import Guard, answer_with
from promotion.report.source import Source, Wanted

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response

_logger = logging.getLogger(__name__)
_SPAN: Final = re.compile(r"(\d{1,4})([hd])")
_UNITS: Final = {"h": "hours", "d": "days"}
_ASKED: Final = ("route", "stage", "promotion", "since", "until")


def dashboard(source: Source) -> "Starlette":
    """The page at /, and answers at /answers/NAME."""
    from starlette.applications import Starlette
    from starlette.middleware import Middleware
    from starlette.routing import Route

    # Functions that are not async run in threads: answers are made side by side.
    routes = [
        Route("/", partial(_index, source)),
        Route("/page/{name:path}", _file),
        Route("/answers/{name}", partial(_answer, source)),
    ]
    return Starlette(routes=routes, middleware=[Middleware(Guard)])


def _index(source: Source, _: "Request") -> "Response":
    from starlette.responses import HTMLResponse

    return HTMLResponse(live_page(source))


def _file(request: "Request") -> "Response":
    from starlette.responses import Response

    name = request.path_params["name"]
    content = page_files.files().get(name)
    if content is None:
        return answer_with(Terminal("The page has no such file."), 404)
    return Response(content, media_type=page_files.TYPES["." + name.rpartition(".")[2]])


def _answer(source: Source, request: "Request") -> "Response":
    query = shown().get(request.path_params["name"])
    if query is None:
        names = ", ".join(shown())
        return answer_with(
            Terminal("There is no such query.", remedy=f"Ask for one of: {names}."), 404
        )
    try:
        wanted = wanted_by(request.query_params, now=datetime.now(UTC))
    except PromotionError as error:
        return answer_with(error, 400)
    try:
        return answer_with({"rows": source.ask(query, wanted)})
    except PromotionError as error:
        return answer_with(error, 503)
    except Exception:
        _logger.exception("The query %s cannot be answered.", query.name)
        reason = f"The query {query.name} cannot be answered."
        return answer_with(Terminal(reason, remedy="The log of the dashboard says why."), 500)


def wanted_by(given: Mapping[str, str], *, now: datetime) -> Wanted:
    """What a request asks for. Raises Terminal when it cannot be understood."""
    unknown = sorted(set(given) - set(_ASKED))
    if unknown:
        raise Terminal(f"There is no parameter {unknown[0]!r}.", remedy=f"Use {', '.join(_ASKED)}.")
    names = {name: given.get(name, "") for name in ("route", "stage", "promotion")}
    since, until = (_moment(name, given.get(name, ""), now) for name in ("since", "until"))
    return Wanted(**names, since=since, until=until)


def _moment(name: str, text: str, now: datetime) -> datetime | None:
    if not text:
        return None
    span = _SPAN.fullmatch(text)
    try:
        if span:
            # On the minute: whoever looks again soon asks the same, and it is answered already.
            return now.replace(second=0, microsecond=0) - timedelta(
                **{_UNITS[span[2]]: int(span[1])}
            )
        moment = datetime.fromisoformat(text)
        return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Terminal(
            f"{name} is {text!r}, which is no moment.",
            remedy="Write it as 24h, as 30d, or as 2026-03-01T00:00:00Z.",
        ) from None
