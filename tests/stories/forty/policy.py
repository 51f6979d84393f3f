"""What `team/promotion.yaml` says, as far as whoever counts has to know it."""

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from local import taxi
from local.cloud import ROOT

QA: Final = "mlw-mlops-qa"
"""A workspace that the taxi-fare team of the demo does not have."""
MOST_RMSE: Final = 5.0
MOST_MAE: Final = 2.0
TAG: Final = "trained_on"
APPROVER: Final = "bob@contoso.com"


@dataclass(frozen=True)
class Place:
    """Where a stage of a route delivers to; an endpoint is called as its route is."""

    route: str
    stage: str
    way: Literal["online", "batch", "register", "job"]
    workspace: str = taxi.PROD

    @property
    def has_endpoint(self) -> bool:
        return self.way in ("online", "batch")


PLACES: Final = (
    Place("fares", "prod", "online"),
    Place("canary", "prod", "online"),
    Place("slow", "prod", "online"),
    Place("late", "prod", "online"),
    Place("broken", "prod", "online"),
    Place("held", "prod", "online"),
    Place("batch", "prod", "batch"),
    Place("asked", "prod", "register"),
    Place("checked", "check", "job"),
    Place("checked", "prod", "register"),
    Place("strict", "prod", "register"),
    Place("unlogged", "prod", "register"),
    Place("two", "qa", "register", QA),
    Place("two", "prod", "register"),
    Place("twice-eu", "prod", "register"),
    Place("twice-us", "prod", "register", QA),
)
ROUTES: Final = tuple(dict.fromkeys(place.route for place in PLACES))
SEED: Final = {
    "workspaces": [
        {
            "subscription": taxi.SUBSCRIPTION,
            "resource_group": "rg-mlops-qa",
            "name": QA,
            "location": "westeurope",
        }
    ],
    "computes": [{"workspace": taxi.PROD, "name": "cpu-cluster"}],
}
"""What the policy needs beside the taxi-fare team's Azure."""
_MODELS: Final = {"twice-eu": "twice", "twice-us": "twice"}


def model_of(route: str) -> str:
    """The model that the route takes."""
    return _MODELS.get(route, route)


def routes_of(model: str) -> list[str]:
    """The routes that want the model."""
    return [route for route in ROUTES if model_of(route) == model]


def places_of(route: str) -> list[Place]:
    """Where its stages deliver to, in their order."""
    return [place for place in PLACES if place.route == route]


def written(directory: Path) -> Path:
    """The policy with its files, in a directory that does not exist yet."""
    shutil.copytree(Path(__file__).parent / "team", directory)
    deploy = directory / "deploy"
    shutil.copytree(ROOT / "examples/taxi-fare/deploy", deploy, dirs_exist_ok=True)
    for place in PLACES:
        if place.way == "online":
            text = f"name: {place.route}\nauth_mode: key\n"
            (deploy / f"{place.route}.yml").write_text(text, encoding="utf-8")
    return directory / "promotion.yaml"
