"""The page that shows the answers, as one file or for a server that is asked for them."""

import json
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from datetime import UTC, datetime
from functools import cache
from math import isfinite
from typing import Any, Final

from promotion.report import page_files
from promotion.report.queries import Query, queries
from promotion.report.source import Row, Source, Wanted

NEWEST: Final = 200
"""So many promotions have their timeline in a report."""
_SCOPE: Final = "scope"
_SIDE_BY_SIDE: Final = 4
_HEAD: Final = "<!--head-->"
_DATA: Final = "<!--data-->"


@cache
def shown() -> Mapping[str, Query]:
    """The queries of the page: those of the dashboards, and what there is to choose from."""
    text = page_files.text(f"{_SCOPE}.kql")
    return {**queries(), _SCOPE: Query.read(_SCOPE, text)}


def live_page(source: Source) -> str:
    """For the server: it asks for the answers, again and again."""
    head = [
        '<link rel="icon" href="page/icon.svg">',
        '<link rel="stylesheet" href="page/page.css">',
        *(f'<script defer src="page/{name}"></script>' for name in page_files.VENDORED),
        # Otherwise each would be asked for when another one that needs it has come.
        *(f'<link rel="modulepreload" href="page/{name}">' for name in page_files.modules()),
        '<script type="module" src="page/main.js"></script>',
    ]
    return _page(head, {"live": True, "title": source.title})


def report_page(source: Source, wanted: Wanted, *, now: datetime) -> str:
    """One file with every answer in it, which needs nothing else.

    Raises PromotionError when the source cannot be asked.
    """
    answers = _answers(source, wanted)
    steps, named = answers.pop("timeline"), _named(answers)
    timelines, left_out = _timelines(row for row in steps if row["promotion_id"] in named)
    told = {
        "live": False,
        "title": source.title,
        "made_at": now,
        "wanted": asdict(wanted),
        "answers": answers,
        "timelines": timelines,
        "left_out": left_out,
    }
    return _page(_inline_head(), told)


def _inline_head() -> list[str]:
    style = page_files.text("page.css")
    scripts = [*(page_files.text(name) for name in page_files.VENDORED)]
    module = page_files.script()
    allowed = " ".join(map(page_files.digest, [*scripts, module]))
    policy = (
        f"default-src 'none'; script-src {allowed}; img-src data:; base-uri 'none'; "
        f"form-action 'none'; style-src {page_files.digest(style)} {page_files.PLOT_STYLE}"
    )
    return [
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
        f'<link rel="icon" href="{page_files.data_url("icon.svg")}">',
        f"<style>{style}</style>",
        *(f"<script>{one}</script>" for one in scripts),
        # It draws into elements that come later; modules wait for them, also inline.
        f'<script type="module">{module}</script>',
    ]


def _answers(source: Source, wanted: Wanted) -> dict[str, list[Row]]:
    with ThreadPoolExecutor(_SIDE_BY_SIDE) as pool:
        asked = {
            name: pool.submit(source.ask, one, _whole(wanted) if one.needs else wanted)
            for name, one in shown().items()
        }
        return {name: answer.result() for name, answer in asked.items()}


def _whole(wanted: Wanted) -> Wanted:
    """Of a promotion everything is shown, however little of it was asked for."""
    return replace(wanted, stage="", since=None, until=None)


def _named(answers: Mapping[str, list[Row]]) -> set[object]:
    """The promotions that somebody may want to open."""
    return {
        row.get(column.name)
        for name, rows in answers.items()
        for column in shown()[name].columns
        if column.unit == "id"
        for row in rows
    }


def _timelines(rows: Iterable[Row]) -> tuple[dict[str, list[Row]], int]:
    """Of the newest promotions by id, and how many there are besides."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        # What is empty is left out: it is most of a timeline.
        told = {key: value for key, value in row.items() if value not in (None, "")}
        found.setdefault(told.pop("promotion_id", ""), []).append(told)
    newest = sorted(found, key=lambda name: found[name][-1]["at"], reverse=True)[:NEWEST]
    return {name: found[name] for name in newest}, len(found) - len(newest)


def _page(head: list[str], told: dict[str, Any]) -> str:
    told["queries"] = [_header(one) for one in shown().values()]
    data = f'<script type="application/json" id="data">{_in_html(to_json(told))}</script>'
    frame = page_files.text("index.html")
    before, _, rest = frame.partition(_HEAD)
    between, _, after = rest.partition(_DATA)
    return "".join([before, "\n".join(head), between, data, after])


def _header(query: Query) -> dict[str, Any]:
    told = asdict(query)
    del told["text"]
    for column in told["columns"]:
        # They begin in UTC wherever somebody looks at them.
        if column["name"] in ("day", "week"):
            column["unit"] = "date"
    return told


def to_json(value: Any) -> str:
    """With moments as RFC 3339 in UTC; what is no number is missing."""
    return json.dumps(_plain(value), ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def _plain(value: Any) -> Any:
    told = value
    match value:
        case dict():
            told = {str(key): _plain(one) for key, one in value.items()}
        case list() | tuple():
            told = [_plain(one) for one in value]
        case datetime():
            told = value.astimezone(UTC).isoformat().replace("+00:00", "Z")
        case float() if not isfinite(value):
            told = None
        case str():
            # Half of a pair of surrogates cannot be written as UTF-8.
            told = value.encode("utf-8", "replace").decode()
    return told


def _in_html(text: str) -> str:
    """JSON that no parser of HTML takes for anything else."""
    escapes = {ord(one): f"\\u{ord(one):04x}" for one in "<>&\u2028\u2029"}
    return text.translate(escapes)
