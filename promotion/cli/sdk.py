"""Commands that read Azure themselves take its SDK, which is large and may be left out."""

from collections.abc import Iterator
from contextlib import contextmanager

import typer

from promotion.cli.exits import Exit


@contextmanager
def needs_the_sdk() -> Iterator[None]:
    """Says how to install what is missing, instead of a traceback."""
    try:
        yield
    except ModuleNotFoundError as error:
        if not (error.name or "").startswith("azure"):
            raise
        typer.echo("This takes azure-ai-ml, which is not installed.", err=True)
        typer.echo("Install the command line with it: azureml-promotion[direct].", err=True)
        raise typer.Exit(int(Exit.MISTAKE)) from None
