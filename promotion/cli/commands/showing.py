"""``show``: everything about one promotion."""

from promotion.cli.asking import asks_the_service
from promotion.cli.client import Service
from promotion.cli.details import details
from promotion.cli.options import AsJson, Id
from promotion.cli.paths import promotion_path
from promotion.cli.printing import echo_json, show


@asks_the_service
def show_promotion(service: Service, promotion: Id, *, as_json: AsJson = False) -> None:
    """Show everything about a promotion.

    How it is, why, what its gates say, where its stages are, and what happened.
    """
    answer = service.get(promotion_path(promotion))
    if as_json:
        echo_json(answer.text)
    else:
        show(*details(answer.content, service.around.now()))
