import pytest

from promotion.core.status import ALLOWED, NotAllowed, Status, step


def test_every_state_is_in_the_table():
    assert set(ALLOWED) == set(Status)


def test_what_has_ended_stays_ended():
    ended = {status for status, following in ALLOWED.items() if not following}
    assert ended == {
        Status.REJECTED,
        Status.SUCCEEDED,
        Status.ROLLED_BACK,
        Status.FAILED,
        Status.CANCELLED,
        Status.SUPERSEDED,
    }


def test_no_traffic_moves_before_verification():
    assert Status.SHIFTING not in ALLOWED[Status.DEPLOYING]
    with pytest.raises(NotAllowed, match="deploying cannot become shifting"):
        step(Status.DEPLOYING, Status.SHIFTING)


def test_staying_in_a_state_is_no_step():
    assert step(Status.DEPLOYING, Status.DEPLOYING) is Status.DEPLOYING
