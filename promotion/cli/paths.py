"""Paths of the API, below /api."""

from urllib.parse import quote

from promotion.cli.exits import mistake


def promotion_path(promotion_id: str) -> str:
    """Of that promotion. Raises Failed when nothing is named."""
    if not promotion_id.strip():
        raise mistake("A promotion is named by its id; promote list shows it.")
    return f"promotions/{_segment(promotion_id)}"


def place_path(route: str | None, stage: str | None, everything: bool, what: str) -> str:
    """Of what is done at a stage, or everywhere. Raises Failed when both or neither is named."""
    if everything and (route or stage):
        raise mistake("--everything is every stage: name no route besides.")
    if everything:
        return f"line/{what}"
    if not route or not stage:
        raise mistake("Name a route and a stage, or give --everything.")
    return f"targets/{_segment(route)}/{_segment(stage)}/{what}"


def _segment(name: str) -> str:
    # A dot alone would be taken for a folder.
    return quote(name, safe="").replace(".", "%2E") if set(name) <= {"."} else quote(name, safe="")
