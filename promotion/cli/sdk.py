"""Commands that read Azure themselves take its SDK, which is large and may be left out."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import typer

from promotion.cli.exits import Exit, Failed


@contextmanager
def needs_the_sdk() -> Iterator[None]:
    """Says how to install what is missing, instead of a traceback."""
    try:
        yield
    except ModuleNotFoundError as error:
        if not (error.name or "").startswith("azure"):
            raise
        typer.echo("This takes azure-ai-ml, which is not installed.", err=True)
        typer.echo("From the checkout: pipx install --force '.[direct]'.", err=True)
        raise typer.Exit(int(Exit.MISTAKE)) from None


@contextmanager
def needs_a_login() -> Iterator[None]:
    """Says how to log in, instead of what each kind of credential says. Raises Failed."""
    from promotion.core.errors import PromotionError

    # It logs what it raises, too, and would print that here.
    logging.getLogger("azure.identity").addHandler(logging.NullHandler())
    try:
        yield
    except PromotionError as error:
        if error.failure.code != "Unauthenticated":
            raise
        what = "Nobody is logged in to Azure."
        raise Failed(Exit.NOT_ALLOWED, what, "Log in with az login.") from None
