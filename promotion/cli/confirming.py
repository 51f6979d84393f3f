"""Whether it is meant: asked on a terminal, and never where nobody can answer."""

import typer

from promotion.cli.exits import Exit
from promotion.cli.printing import plain
from promotion.cli.surroundings import Surroundings


def confirm(around: Surroundings, question: str, yes: bool) -> None:
    """Ends the command with exit code 1 if the answer is no."""
    if yes or not around.is_terminal():
        return
    if not typer.confirm(plain(question), err=True):
        typer.echo("Nothing was changed.", err=True)
        raise typer.Exit(int(Exit.NO))
