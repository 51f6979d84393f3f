"""`make bench`: run every benchmark and show its figures beside their limits."""

import sys

from rich.console import Console
from rich.table import Table

from benchmarks import api, dashboard, imports, intake, judging, overhead, waiting


def main() -> int:
    """0 if every figure is within its limit."""
    table = Table(title="Benchmarks", title_justify="left")
    for column in ("What", "Figure", "Beside", "Limit", ""):
        table.add_column(column)
    good = True
    for figure in (
        *imports.figures(),
        *judging.figures(),
        *intake.figures(),
        *overhead.figures(),
        *waiting.figures(),
        *api.figures(),
        *dashboard.figures(),
    ):
        good = good and figure.within
        table.add_row(
            figure.what,
            figure.measured,
            figure.beside,
            figure.limit,
            "[green]ok[/]" if figure.within else "[red]over[/]",
        )
    Console(width=130).print(table)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
