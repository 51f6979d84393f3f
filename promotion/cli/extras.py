"""Commands that show audit records take packages that may be left out."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from promotion.cli.exits import mistake

_PACKAGES: Final = {
    "duckdb": "duckdb",
    "duckdb_kql": "duckdb-kql",
    "azure": "azure-monitor-query",
    "starlette": "starlette",
    "uvicorn": "uvicorn",
}


@contextmanager
def needs_the_report() -> Iterator[None]:
    """Says how to install what is missing. Raises Failed."""
    try:
        yield
    except ModuleNotFoundError as error:
        package = _PACKAGES.get((error.name or "").partition(".")[0])
        if package is None:
            raise
        remedy = "From the checkout: pipx install --force '.[report]'."
        raise mistake(f"This takes {package}, which is not installed.", remedy) from None
