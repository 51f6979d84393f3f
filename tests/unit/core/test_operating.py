import pytest
from unit.builders import POLICY, PROD, a_document

from promotion.core.errors import Terminal
from promotion.core.operating import operation, rollback
from promotion.core.steps.operations import Request
from promotion.core.timing import Timing

REGISTER = POLICY[: POLICY.index("        online:")] + "        register: {}\n"


def asked(**what: str) -> Request:
    return Request(by="ada", reason="Complaints.", **what)


AT_PROD = asked(route="taxi", stage="prod")


def held(request=AT_PROD, text=POLICY):
    return operation(a_document(text), request, Timing()).place


def test_a_hold_names_its_endpoint_so_that_it_can_be_tagged():
    assert held().resource == f"{PROD.arm_id}/onlineEndpoints/taxi-fare"
    assert (held().route, held().stage) == ("taxi", "prod")


def test_a_hold_where_there_is_no_endpoint_tags_nothing():
    assert held(text=REGISTER).resource is None


@pytest.mark.parametrize("field", ["by", "reason"])
def test_who_and_why_are_kept_as_long_as_people_can_read_them(field):
    said = {"by": "ada", "reason": "Complaints."}
    assert Request.model_validate(said | {field: "x" * 2_000})
    with pytest.raises(ValueError, match="at most 2000 characters"):
        Request.model_validate(said | {field: "x" * 2_001})


def test_a_hold_that_names_no_stage_stops_the_line():
    assert held(asked()).model_dump(exclude_none=True) == {"guard": "everything"}


def test_a_rollback_knows_the_stage_as_the_policy_has_it_now():
    planned = rollback(
        a_document(), asked(route="taxi", stage="prod", version="5"), "r-1", Timing()
    )
    assert (planned.version, planned.about.name) == ("5", "taxi")
    assert planned.about.registry == "the-registry"
    assert list(planned.sources) == ["dev"]
    assert planned.stage.target.endpoint == "taxi-fare"


@pytest.mark.parametrize(
    ("request_", "text", "said"),
    [
        (asked(route="taxy", stage="prod"), POLICY, "no route 'taxy'; did you mean taxi?"),
        (asked(route="taxi", stage="prd"), POLICY, "no stage 'prd'; did you mean prod?"),
        (asked(route="taxi"), POLICY, "no stage ''"),
        (AT_PROD, REGISTER, "the way register, which has nothing to roll back"),
    ],
)
def test_what_cannot_be_rolled_back_is_said(request_, text, said):
    with pytest.raises(Terminal) as refused:
        rollback(a_document(text), request_, "r-1", Timing())
    assert said in refused.value.failure.reason
