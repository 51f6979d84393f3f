"""Whether it is meant: asked on a terminal, and to be said with --yes everywhere else."""

import typer

from promotion.cli.exits import Exit, mistake
from promotion.cli.printing import plain
from promotion.cli.surroundings import Surroundings


def confirm(around: Surroundings, question: str, yes: bool) -> None:
    """Ends the command with exit code 1 if the answer is no.

    Raises Failed where nobody can answer.
    """
    if yes:
        return
    must_be_meant(around, yes)
    if not typer.confirm(plain(question), err=True):
        typer.echo("Nothing was changed.", err=True)
        raise typer.Exit(int(Exit.NO))


def must_be_meant(around: Surroundings, yes: bool) -> None:
    """Raises Failed where nobody has said so, and nobody can be asked."""
    if not yes and not around.is_terminal():
        raise mistake("Nobody can be asked here whether this is meant.", "Give --yes.")
