"""Where a rollback by hand goes: to the version that served before, or to one that was named."""

from promotion.core.errors import Terminal
from promotion.core.marks import PREVIOUS, PREVIOUS_VERSION
from promotion.core.names import deployment_name
from promotion.core.naming import Models
from promotion.core.references import ModelVersion
from promotion.core.value import Value


class Standing(Value):
    """A deployment that an endpoint has."""

    asset_id: str
    """The model that it serves."""
    model: ModelVersion | None = None
    """The version that its tags name."""
    promotion_id: str | None = None
    """Whose deployment it is, as its tags say."""
    source: str | None = None
    """What the policy called the workspace that its model came from."""
    ready: bool = True
    """Whether it can have traffic."""


class Scene(Value):
    """An endpoint as a rollback finds it."""

    traffic: dict[str, int] = {}
    standing: dict[str, Standing] = {}
    """Its deployments by name."""
    marks: dict[str, str] = {}

    @property
    def serving(self) -> str | None:
        """The deployment with most of the traffic; None when nothing serves."""
        return min(self.traffic, key=lambda name: (-self.traffic[name], name), default=None)

    @property
    def models(self) -> tuple[ModelVersion, ...]:
        """What was promoted there and stands, what serves first."""
        first = sorted(self.standing, key=lambda name: (name != self.serving, name))
        found = (self.standing[name].model for name in first)
        return tuple(model for model in found if model is not None)


class Way(Value):
    """What is to serve again."""

    deployment: str
    model: ModelVersion
    asset_id: str
    stands: bool
    """Whether its deployment stands, so that only the traffic must move."""
    source: str | None = None
    """What the policy called the workspace that it came from, if a deployment tells."""


class Route(Value):
    """On whose behalf an endpoint is rolled back: others may deploy there, too."""

    name: str
    models: Models
    registry: str

    def must_be_about(self, model: ModelVersion) -> None:
        """Raises Terminal when the model is that of somebody else."""
        if why := self.models.why_not(model.name):
            raise Terminal(
                f"{model} is not of the route {self.name}: {why}.",
                remedy="Roll back on the route of that model, or name a version of your own.",
                code="OtherRoute",
            )


def way_back(scene: Scene, route: Route, version: str | None) -> Way:
    """What ``version`` of the route's model means; without one what served before.

    Raises Terminal when that is nothing, serves already, or is somebody else's.
    """
    serving = scene.serving
    if serving is None:
        raise Terminal(
            "Nothing serves there, so there is nothing to go back from.",
            remedy="Promote the version that is to serve.",
            code="NothingServes",
        )
    way = _to_version(scene, route, version) if version else _to_previous(scene, route)
    if way.deployment == serving and scene.traffic[serving] == 100:
        raise Terminal(f"{way.model} serves there already.", code="ServesAlready")
    return way


def _to_version(scene: Scene, route: Route, version: str) -> Way:
    known = scene.models
    names = [model.name for model in known if route.models.why_not(model.name) is None]
    if not names:
        stands = f" There are {', '.join(map(str, known))}." if known else ""
        raise Terminal(
            f"Nothing that stands there was promoted on the route {route.name}, so it is not known "
            f"of which model version {version} is meant.{stands}",
            remedy="Promote the version that is to serve, or change the traffic by hand.",
            code="ModelUnknown",
        )
    model = ModelVersion(name=names[0], version=version)
    found = next((d for d, one in scene.standing.items() if one.ready and one.model == model), None)
    return _standing(scene, found, model) if found else _anew(scene, model, route)


def _to_previous(scene: Scene, route: Route) -> Way:
    previous, version = scene.marks.get(PREVIOUS), scene.marks.get(PREVIOUS_VERSION)
    if previous is None:
        raise Terminal(
            "It is not known what served there before.",
            remedy="Name the version that is to serve.",
            code="PreviousUnknown",
        )
    standing = scene.standing.get(previous)
    if standing is not None and standing.ready:
        if standing.model is not None:
            route.must_be_about(standing.model)
        model = standing.model or ModelVersion(name=previous, version=version or "unknown")
        return _standing(scene, previous, model)
    serving = scene.standing.get(scene.serving or "")
    if version is None or serving is None or serving.model is None:
        raise Terminal(
            f"The deployment {previous}, which served before, is gone, and it is not known which "
            "version it had.",
            remedy="Name the version that is to serve.",
            code="PreviousGone",
        )
    # The mark has a version only where that was of the model that serves.
    model = ModelVersion(name=serving.model.name, version=version)
    route.must_be_about(model)
    return _anew(scene, model, route)


def _standing(scene: Scene, deployment: str, model: ModelVersion) -> Way:
    found = scene.standing[deployment]
    return Way(
        deployment=deployment,
        model=model,
        asset_id=found.asset_id,
        stands=True,
        source=found.source,
    )


def _anew(scene: Scene, model: ModelVersion, route: Route) -> Way:
    # Versions of one model come from one workspace, unless a team has moved.
    same = [one for one in scene.standing.values() if one.model and one.model.name == model.name]
    return Way(
        deployment=deployment_name(model),
        model=model,
        asset_id=model.in_registry(route.registry),
        stands=False,
        source=next((one.source for one in same if one.source), None),
    )
