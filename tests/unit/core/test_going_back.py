import pytest

from promotion.core.errors import Terminal
from promotion.core.going_back import Route, Scene, Standing, way_back
from promotion.core.naming import Models
from promotion.core.references import ModelVersion

REGISTRY = "the-registry"
ROUTE = Route(name="taxi", models=Models(wanted=("taxi*",)), registry=REGISTRY)
BUS = Route(name="bus", models=Models(wanted=("bus",)), registry=REGISTRY)


def standing(version: str, **more: object) -> Standing:
    model = ModelVersion(name="taxi", version=version)
    return Standing(asset_id=model.in_registry(REGISTRY), model=model, **more)


def scene(*versions: str, previous: str | None = None, **more: object) -> Scene:
    """Version 7 serves; these stand beside it."""
    marks = {"promotion.previous": f"taxi-{previous}", "promotion.previous_version": previous}
    found = {
        "traffic": {"taxi-7": 100},
        "standing": {f"taxi-{version}": standing(version) for version in ("7", *versions)},
        "marks": marks if previous else {},
    }
    return Scene(**found | more)


def test_without_a_version_it_goes_to_what_served_before():
    way = way_back(scene("5", "6", previous="6"), ROUTE, None)
    assert (way.deployment, str(way.model), way.stands) == ("taxi-6", "taxi:6", True)


def test_what_served_before_is_made_anew_when_its_deployment_is_gone():
    way = way_back(scene(previous="6"), ROUTE, None)
    assert (way.deployment, way.stands) == ("taxi-6", False)
    assert way.asset_id == "azureml://registries/the-registry/models/taxi/versions/6"


def test_a_named_version_goes_before_the_previous_one():
    assert way_back(scene("5", "6", previous="6"), ROUTE, "5").deployment == "taxi-5"


def test_a_deployment_that_broke_is_not_gone_back_to():
    broken = {"taxi-7": standing("7"), "taxi-6": standing("6", ready=False)}
    assert way_back(scene(standing=broken), ROUTE, "6").stands is False


def test_a_deployment_that_people_made_by_hand_is_gone_back_to_as_it_stands():
    by_hand = {"taxi-7": standing("7"), "blue": Standing(asset_id="azureml:other:3")}
    found = scene(standing=by_hand, marks={"promotion.previous": "blue"})
    way = way_back(found, ROUTE, None)
    assert (way.deployment, way.asset_id, way.stands) == ("blue", "azureml:other:3", True)


@pytest.mark.parametrize(
    ("found", "version", "code"),
    [
        (Scene(), None, "NothingServes"),
        (scene("6"), None, "PreviousUnknown"),
        (scene(marks={"promotion.previous": "blue"}), None, "PreviousGone"),
        (scene("6", previous="6"), "7", "ServesAlready"),
        (scene(standing={"taxi-7": Standing(asset_id="azureml:x:1")}), "6", "ModelUnknown"),
    ],
)
def test_where_there_is_no_way_back_it_says_why(found, version, code):
    with pytest.raises(Terminal) as refused:
        way_back(found, ROUTE, version)
    assert refused.value.failure.code == code


def a_shared_endpoint(*bus: str) -> Scene:
    """taxi:7 serves, and before it taxi:6; versions of the bus stand beside them."""
    model = [ModelVersion(name="bus", version=version) for version in bus]
    beside = {f"bus-{one.version}": Standing(asset_id="b", model=one) for one in model}
    found = scene("6", previous="6")
    return found.model_copy(update={"standing": found.standing | beside})


def test_a_version_is_one_of_the_routes_own_model_even_if_another_serves():
    assert str(way_back(a_shared_endpoint("1", "2"), BUS, "1").model) == "bus:1"


@pytest.mark.parametrize(
    ("version", "code", "said"),
    [
        (None, "OtherRoute", "taxi:6 is not of the route bus: it takes models called bus."),
        ("1", "ModelUnknown", "There are taxi:7, taxi:6."),
    ],
)
def test_the_model_of_another_route_is_never_brought_back(version, code, said):
    with pytest.raises(Terminal) as refused:
        way_back(a_shared_endpoint(), BUS, version)
    assert refused.value.failure.code == code
    assert said in refused.value.failure.reason


def test_where_a_version_came_from_is_told_by_what_stands_of_its_model():
    found = {"taxi-7": standing("7", source="dev-2")}
    assert way_back(scene(standing=found), ROUTE, "5").source == "dev-2"
