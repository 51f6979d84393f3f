import re

from hypothesis import given
from hypothesis import strategies as st
from unit.builders import DEV, PROD, TAXI_7

from promotion.core.names import child_id, deployment_name, lock_name, promotion_id
from promotion.core.references import ModelVersion, WorkspaceRef

models = st.builds(
    ModelVersion,
    name=st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,254}", fullmatch=True),
    version=st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,30}", fullmatch=True),
)


def test_a_promotion_id_can_be_read():
    assert re.fullmatch(
        r"taxi-fare-taxi-model-7-[0-9a-f]{8}", promotion_id("taxi-fare", TAXI_7, DEV)
    )


def test_azure_spells_workspace_ids_in_many_ways_and_the_promotion_id_stays_the_same():
    shouted = WorkspaceRef(
        subscription=DEV.subscription.upper(),
        resource_group=DEV.resource_group.upper(),
        name=DEV.name.upper(),
    )
    assert promotion_id("r", TAXI_7, shouted) == promotion_id("r", TAXI_7, DEV)


def test_routes_and_workspaces_have_promotions_of_their_own():
    ids = {promotion_id(route, TAXI_7, ws) for route in ("a", "b") for ws in (DEV, PROD)}
    assert len(ids) == 4


@given(models, st.text(min_size=1, max_size=32))
def test_every_promotion_id_is_one_that_durable_takes(model, route):
    assert re.fullmatch(r"[a-z0-9][a-z0-9-]{0,99}", promotion_id(route, model, DEV))


@given(models, st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_-]{0,31}", fullmatch=True))
def test_every_child_id_is_one_that_durable_takes(model, stage):
    child = child_id(promotion_id("route", model, DEV), stage, "retire")
    assert re.fullmatch(r"[a-z0-9][a-z0-9-]{0,99}", child)


def test_children_of_two_promotions_differ_even_when_shortened():
    long = "m" * 200
    first, second = (
        child_id(promotion_id("r", ModelVersion(name=long, version=v), DEV), "prod")
        for v in ("1", "2")
    )
    assert first != second


def test_a_stage_called_like_the_role_of_another_has_an_id_of_its_own():
    parent = promotion_id("r", TAXI_7, DEV)
    assert child_id(parent, "prod", "retire") != child_id(parent, "prod-retire")


def test_a_rerun_has_children_of_its_own():
    parent = promotion_id("r" * 32, ModelVersion(name="m" * 200, version="1"), DEV)
    children = {child_id(f"{parent}{rerun}", "prod") for rerun in ("", "-2", "-3")}
    assert len(children) == 3


def test_a_deployment_is_named_from_the_version():
    assert deployment_name(TAXI_7) == "taxi-model-7"


@given(models)
def test_every_deployment_name_is_one_that_azure_takes(model):
    assert re.fullmatch(r"[a-zA-Z][a-zA-Z0-9-]{1,30}[a-zA-Z0-9]", deployment_name(model))


@given(models, models)
def test_two_versions_never_share_a_deployment(one, other):
    assert (deployment_name(one) == deployment_name(other)) == (one == other)


def test_an_endpoint_has_one_lock_whatever_the_spelling():
    shouted = WorkspaceRef(**{k: v.upper() for k, v in PROD.to_json().items()})
    assert lock_name(PROD, "taxi") == lock_name(shouted, "Taxi")
