"""How long a process takes until the function app is loaded."""

import statistics
import subprocess
import sys
import time
from collections.abc import Iterator

from benchmarks.figure import Figure
from local.cloud import ROOT

RUNS = 11
LIMIT = 1.25


def figures() -> Iterator[Figure]:
    """function_app beside the three packages that it cannot do without."""
    base, app = [], []
    for _ in range(RUNS):  # in turns, so that a busy machine is busy for both
        base.append(_seconds("import azure.functions, azure.durable_functions, pydantic"))
        app.append(_seconds("import function_app"))
    ours, theirs = statistics.median(app), statistics.median(base)
    yield Figure(
        "import function_app",
        f"{ours * 1000:.0f} ms",
        f"{theirs * 1000:.0f} ms for azure.functions, azure.durable_functions, pydantic",
        f"{LIMIT} times",
        ours <= theirs * LIMIT,
    )


def _seconds(statement: str) -> float:
    started = time.perf_counter()
    subprocess.run(
        [sys.executable, "-c", statement], cwd=ROOT, check=True, stderr=subprocess.DEVNULL
    )
    return time.perf_counter() - started
