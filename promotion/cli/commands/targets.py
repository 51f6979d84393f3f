"""``targets``: what serves where."""

import typer

from promotion.cli.asking import asks_the_service
from promotion.cli.client import Service
from promotion.cli.options import AsJson, RouteName
from promotion.cli.printing import echo_json, plain, show
from promotion.cli.tables import hold_in_words, targets_table


@asks_the_service
def targets(service: Service, *, route: RouteName = None, as_json: AsJson = False) -> None:
    """Show what serves where, and what is held."""
    answer = service.get("targets", {"route": route} if route else None)
    if as_json:
        echo_json(answer.text)
        return
    now = service.around.now()
    if held := answer.content.get("hold"):
        typer.echo(plain(f"Everything is {hold_in_words(held, now)}"))
    if found := answer.content["targets"]:
        show(targets_table(found, now))
    else:
        typer.echo("The policy has no stage.", err=True)
