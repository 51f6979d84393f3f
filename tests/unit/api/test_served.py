"""A rollback asks no gate: it only brings back what has passed them there."""

import pytest
from unit.api.builders import FakeEngine, a_person, an_instance, ask, told
from unit.builders import FILES, POLICY

from promotion.core.names import child_id

ADA = a_person("Promotion.Operator")
GRACE = a_person("Promotion.Breakglass")


@pytest.fixture(autouse=True)
def policy(tmp_path, monkeypatch):
    for path, text in ({"promotion.yaml": POLICY} | FILES).items():
        (tmp_path / path).write_text(text)
    monkeypatch.setenv("PROMOTION_POLICY", str(tmp_path / "promotion.yaml"))


def engine(**stages):
    """Promotions of the route by version, or by model and version, with how they ended at prod."""
    instances = []
    for name, status in stages.items():
        model, _, version = name.rpartition("_")
        shown = {"route": "taxi", "model": model or "taxi-model", "version": version.strip("v")}
        instances.append(an_instance(f"p-{name}", shown=shown))
        known = {"shown": {"status": status}, "runtime": "completed", "name": "stage"}
        instances.append(an_instance(child_id(f"p-{name}", "prod"), **known))
    return FakeEngine(*instances)


def rolled_back(engine, who=ADA, version="2"):
    body = {"reason": "complaints", "version": version}
    return ask("POST", "targets/taxi/prod/rollback", body, engine=engine, who=who)


def test_a_version_that_has_served_there_comes_back():
    assert rolled_back(engine(v1="succeeded", v2="succeeded")).status == 202


@pytest.mark.parametrize("ended", ["rejected", "waiting", "rolled_back", "cancelled"])
def test_a_version_that_has_not_passed_is_refused_and_nothing_is_held(ended):
    there = engine(v1="succeeded", v2=ended)
    reply = rolled_back(there)
    assert (reply.status, told(reply)["type"].rpartition(":")[2]) == (409, "NeverServed")
    assert there.started == []


def test_a_version_that_nobody_promoted_is_refused():
    assert rolled_back(engine(v1="succeeded"), version="77").status == 409


def test_of_several_models_each_must_have_served_in_that_version():
    both = engine(taxi_v2="succeeded", bus_v2="succeeded")
    one = engine(taxi_v2="succeeded", bus_v1="succeeded")
    assert (rolled_back(both).status, rolled_back(one).status) == (202, 409)


def test_who_may_leave_out_gates_may_bring_back_anything():
    assert rolled_back(engine(v1="succeeded"), who=GRACE).status == 202


def test_without_a_version_nothing_is_asked():
    body = {"reason": "complaints"}
    assert ask("POST", "targets/taxi/prod/rollback", body, engine=engine(), who=ADA).status == 202
