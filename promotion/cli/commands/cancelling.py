"""``cancel``: stop a promotion."""

import typer

from promotion.cli.asking import asks_the_service
from promotion.cli.client import Service
from promotion.cli.confirming import confirm, must_be_meant
from promotion.cli.options import AsJson, Id, Reason, Yes
from promotion.cli.paths import promotion_path
from promotion.cli.printing import echo_json, plain
from promotion.cli.states import in_words, name_of


@asks_the_service
def cancel(
    service: Service, promotion: Id, *, reason: Reason, yes: Yes = False, as_json: AsJson = False
) -> None:
    """Stop a promotion; what it is delivering is taken back."""
    path = promotion_path(promotion)
    must_be_meant(service.around, yes)
    if not yes:
        found = service.get(path).content
        what = f"{name_of(found)} is {in_words(found['status'])}. Stop it, and take it back?"
        confirm(service.around, what, yes)
    accepted = service.send(f"{path}/cancel", {"reason": reason}, keyed=False)
    if as_json:
        echo_json(accepted.text)
    else:
        typer.echo(plain(f"{promotion} is being cancelled."))
