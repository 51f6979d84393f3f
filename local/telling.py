"""Shows the story while it happens: live on a terminal, plain lines elsewhere."""

import json
import time
from collections.abc import Iterable
from typing import Final, Self

from rich.console import Console, Group
from rich.live import Live
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from local.observing import Row
from local.story import Ending

STYLES: Final = {
    "succeeded": "green",
    "rejected": "yellow",
    "rolled_back": "yellow",
    "ignored": "dim",
    "duplicate (2 records)": "dim",
    "failed": "red",
}


def fact_in_words(row: Row) -> str:
    """An audit record in a few words."""
    told, numbers = row["Properties"], row["Measurements"]
    name = row["Name"].removeprefix("promotion.").replace("_", " ")
    match row["Name"]:
        case "promotion.gate_evaluated":
            words = f"gate {told['gate']} {told['outcome']}: {told['reason']}"
        case "promotion.evidence":
            words = _evidence(told)
        case "promotion.copied":
            words = f"copied to {told['registry']}"
        case "promotion.deploying" | "promotion.deployed" | "promotion.retired":
            words = f"{name} {told['deployment']}"
        case "promotion.smoke_tested":
            share = f" at {numbers['traffic']:g} % of the traffic" if numbers.get("traffic") else ""
            words = f"smoke test {told['outcome']}{share} ({numbers['latency_ms']:.0f} ms)"
        case "promotion.traffic_shifted":
            words = f"traffic shifted: {told['after']}"
        case _:
            reason = told.get("reason")
            words = f"{name}: {reason}" if reason else name
    return words


def _evidence(told: dict[str, str]) -> str:
    figures = json.loads(told["metrics"])
    listed = [f"{metric} {known['value']:g}" for metric, known in figures.items()]
    return f"evidence: {', '.join(listed) or 'no metrics'} of {told.get('run', 'no run')}"


class PlainTelling:
    """One line per fact, for logs and pipes."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None: ...

    def chapter(self, number: int, title: str) -> None:
        self._say(f"{number}. {title}")

    def fact(self, number: int, row: Row) -> None:
        self._say(f"   {fact_in_words(row)}")

    def ending(self, number: int, ending: Ending) -> None:
        for surprise in ending.surprises:
            self._say(f"   NOT AS IT SHOULD BE: {surprise}")

    def _say(self, line: str) -> None:
        self._console.print(line, soft_wrap=True, markup=False, highlight=False)


class LiveTelling:
    """The chapters as a list that fills itself, with the latest facts below the running one."""

    _FACTS = 4

    def __init__(self, console: Console) -> None:
        self._titles: list[str] = []
        self._endings: dict[int, Ending] = {}
        self._facts: list[str] = []
        self._started = time.monotonic()
        self._spinner = Spinner("dots")
        # Last, because it asks for something to show at once.
        self._live = Live(console=console, refresh_per_second=10, get_renderable=self._shown)

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._live.stop()

    def chapter(self, number: int, title: str) -> None:
        self._titles.append(title)
        self._facts = []
        self._started = time.monotonic()

    def fact(self, number: int, row: Row) -> None:
        self._facts.append(fact_in_words(row))

    def ending(self, number: int, ending: Ending) -> None:
        self._endings[number] = ending

    def _shown(self) -> Group:
        lines: list[Text | Spinner] = []
        for number, title in enumerate(self._titles, start=1):
            ending = self._endings.get(number)
            lines += [_ended(title, ending)] if ending else self._running(title)
        return Group(*lines)

    def _running(self, title: str) -> list[Text | Spinner]:
        elapsed = time.monotonic() - self._started
        self._spinner.update(text=Text(f"{title}  {elapsed:.0f} s", style="bold"))
        facts = [
            Text(f"    {fact}", style="dim", no_wrap=True, overflow="ellipsis")
            for fact in self._facts[-self._FACTS :]
        ]
        return [self._spinner, *facts]


def summary(endings: Iterable[Ending]) -> Table:
    """What came of everything, and what serves."""
    table = Table(title="What happened", title_justify="left", expand=True)
    table.add_column("Version", no_wrap=True)
    table.add_column("Outcome", no_wrap=True)
    table.add_column("Reason", ratio=1, overflow="fold")
    table.add_column("Duration", justify="right", no_wrap=True)
    table.add_column("Serves now", no_wrap=True)
    for ending in endings:
        table.add_row(
            ending.subject,
            Text(ending.outcome, style=STYLES.get(ending.outcome, "")),
            Text(ending.reason),
            f"{ending.seconds:.1f} s",
            ending.serving,
        )
    return table


def _ended(title: str, ending: Ending) -> Text:
    mark, style = ("✗", "red") if ending.surprises else ("✓", "green")
    line = Text.assemble(
        (f"{mark} ", style),
        title,
        (f"  {ending.outcome}", STYLES.get(ending.outcome, "")),
        (f"  {ending.seconds:.1f} s", "dim"),
    )
    for surprise in ending.surprises:
        line.append(f"\n    not as it should be: {surprise}", style="red")
    return line
