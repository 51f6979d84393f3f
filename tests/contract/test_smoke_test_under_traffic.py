"""Once people depend on a deployment, not answering is a wrong answer like any other."""

import pytest
from contract.world import a_smoke_test

SCORE = r"/score$"


def ask(world, **share):
    return world.do("smoke_test", stage=world.standing("1"), test=a_smoke_test(), **share)


def busy(world, times: int) -> None:
    world.fault("POST", SCORE, answer={"status": 503, "body": {}}, times=times)


@pytest.mark.parametrize("share", [{"share": 50}, {"mirrored": 20}])
def test_a_deployment_that_serves_and_does_not_answer_has_failed(world, share):
    busy(world, times=2)
    failure = ask(world, **share)["failure"]
    assert failure["code"] == "SmokeTestFailed"
    assert "answers 503" in failure["reason"]
    (row,) = [row for row in world.audit() if row["Name"] == "promotion.smoke_tested"]
    assert row["Properties"]["outcome"] == "failed"
    assert row["Measurements"]["requests"] == 0


def test_it_is_asked_once_more_as_any_client_would(world):
    busy(world, times=1)
    assert "failure" not in ask(world, share=50)
