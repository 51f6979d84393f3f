"""Where a rollback by hand goes: to the version that served before, or to one that was named."""

from promotion.core.errors import Terminal
from promotion.core.marks import PREVIOUS, PREVIOUS_VERSION
from promotion.core.names import deployment_name
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


class Way(Value):
    """What is to serve again."""

    deployment: str
    model: ModelVersion
    asset_id: str
    stands: bool
    """Whether its deployment stands, so that only the traffic must move."""


def way_back(scene: Scene, registry: str, version: str | None) -> Way:
    """What ``version`` of the model that serves means; without one what served before.

    Raises Terminal when that is nothing, or serves already.
    """
    serving = scene.serving
    if serving is None:
        raise Terminal(
            "Nothing serves there, so there is nothing to go back from.",
            remedy="Promote the version that is to serve.",
            code="NothingServes",
        )
    current = scene.standing.get(serving)
    name = current.model.name if current and current.model else None
    way = _to_version(scene, registry, name, version) if version else _to_previous(scene, registry)
    if way.deployment == serving and scene.traffic[serving] == 100:
        raise Terminal(f"{way.model} serves there already.", code="ServesAlready")
    return way


def _to_version(scene: Scene, registry: str, name: str | None, version: str) -> Way:
    if name is None:
        raise Terminal(
            f"What serves there was not promoted, so it is not known of which model version "
            f"{version} is meant.",
            remedy="Change the traffic of the endpoint by hand.",
            code="ModelUnknown",
        )
    model = ModelVersion(name=name, version=version)
    found = next((d for d, one in scene.standing.items() if one.ready and one.model == model), None)
    return _standing(scene, found, model) if found else _anew(model, registry)


def _to_previous(scene: Scene, registry: str) -> Way:
    previous, version = scene.marks.get(PREVIOUS), scene.marks.get(PREVIOUS_VERSION)
    if previous is None:
        raise Terminal(
            "It is not known what served there before.",
            remedy="Name the version that is to serve.",
            code="PreviousUnknown",
        )
    standing = scene.standing.get(previous)
    if standing is not None and standing.ready:
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
    return _anew(ModelVersion(name=serving.model.name, version=version), registry)


def _standing(scene: Scene, deployment: str, model: ModelVersion) -> Way:
    asset_id = scene.standing[deployment].asset_id
    return Way(deployment=deployment, model=model, asset_id=asset_id, stands=True)


def _anew(model: ModelVersion, registry: str) -> Way:
    asset_id = model.in_registry(registry)
    return Way(deployment=deployment_name(model), model=model, asset_id=asset_id, stands=False)
