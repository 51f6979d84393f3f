"""What Azure refuses at start, but the worker library does not look at."""

import re
from collections import Counter
from collections.abc import Iterator

from local.host.errors import HostError
from local.host.http import METHODS, route_of
from local.host.timers import schedule_of
from local.host.worker import Worker

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,127}")


def check(worker: Worker, route_prefix: str) -> None:
    """Raise HostError with one line for each thing that is wrong."""
    problems = [*_names(worker), *_routes(worker, route_prefix), *_schedules(worker)]
    if problems:
        raise HostError("; ".join(problems))


def _names(worker: Worker) -> Iterator[str]:
    counted = Counter(name.lower() for name in worker.functions)
    for lower, count in counted.items():
        if count > 1:
            same = sorted(name for name in worker.functions if name.lower() == lower)
            yield f"function names differ only by case: {', '.join(same)}"
    for name in worker.functions:
        if not _NAME.fullmatch(name):
            yield f"function name '{name}' is not a letter followed by letters, digits, _ or -"


def _routes(worker: Worker, prefix: str) -> Iterator[str]:
    taken: dict[tuple[str, str], str] = {}
    for function in worker.of("httpTrigger"):
        route = route_of(function, prefix)
        if route.template.lower().split("/")[0] in ("admin", "runtime"):
            yield f"function '{function.name}': route '{route.template}' is reserved for the host"
        for method in function.trigger.get("methods") or METHODS:
            other = taken.setdefault((route.shape, method.upper()), function.name)
            if other != function.name:
                yield (
                    f"functions '{other}' and '{function.name}' have the same route: "
                    f"{method.upper()} {route.template}"
                )


def _schedules(worker: Worker) -> Iterator[str]:
    for function in worker.of("timerTrigger"):
        try:
            schedule_of(function)
        except HostError as error:
            yield str(error)
