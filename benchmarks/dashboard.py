"""How long people wait for the dashboard of a large audit file."""

import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from dashboards.browser.month import write_month
from dashboards.browser.viewer import Viewer, browser

from benchmarks.figure import Figure
from local.dashboard import Dashboard

RECORDS = 10_000
VISITS = 5
LIMIT_S = 2.0
_DAYS, _A_DAY = 29, 34


def figures() -> Iterator[Figure]:
    """From the request to the page with every answer drawn, in a browser that has it not yet."""
    with tempfile.TemporaryDirectory() as folder:
        file = write_month(Path(folder) / "audit.jsonl", days=_DAYS, a_day=_A_DAY)
        records = len(file.read_text(encoding="utf-8").splitlines())
        if records < RECORDS:
            raise ValueError(f"only {records} records: too few promotions a day")
        began = time.perf_counter()
        with Dashboard(file) as dashboard, browser() as chrome:
            started = time.perf_counter() - began
            taken = [_visit(chrome, dashboard.url) for _ in range(VISITS)]
    first, rest = taken[0], statistics.median(taken[1:])
    yield Figure(
        f"dashboard of {records:,} records, drawn",
        f"{first:.2f} s at first, then {rest:.2f} s",
        f"{started:.1f} s to start it and a browser",
        f"{LIMIT_S:.0f} s",
        max(taken) <= LIMIT_S,
    )


def _visit(chrome: object, address: str) -> float:
    visitor = Viewer(chrome)
    began = time.perf_counter()
    visitor.open(address)
    taken = time.perf_counter() - began
    visitor.leave()
    return taken
