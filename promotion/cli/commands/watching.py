"""``watch``: follow a promotion."""

from promotion.cli.asking import asks_the_service
from promotion.cli.client import Service
from promotion.cli.options import AsJson, Id
from promotion.cli.watching import watch_promotion


@asks_the_service
def watch(service: Service, promotion: Id, *, as_json: AsJson = False) -> None:
    """Follow a promotion until it ends.

    Shows what it does, what it waits for, why, until when, and who may decide. With --json every
    new state is printed on a line of its own. Exits with 0 if it has succeeded, with 1 if it ended
    otherwise. Ctrl-C (130) leaves it running.
    """
    watch_promotion(service, promotion, as_json)
