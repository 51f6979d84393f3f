"""The rules of trying again: numbers and statuses of Event Grid's documentation."""

import pytest

from local.eventgrid.retry import RetryPolicy, delivered, outcome, reason_to_give_up

POLICY = RetryPolicy()


@pytest.mark.parametrize(("status", "yes"), [(200, True), (204, True), (205, False), (302, False)])
def test_only_200_to_204_count_as_delivered(status: int, yes: bool) -> None:
    assert delivered(status) is yes


def test_waits_grow_from_ten_seconds_to_twelve_hours() -> None:
    waits = [POLICY.wait(attempts, 500) for attempts in range(1, 13)]

    assert waits[:7] == [10, 30, 60, 300, 600, 1800, 3600]
    assert waits[-2:] == [43200, 43200]


@pytest.mark.parametrize(("status", "seconds"), [(404, 300), (408, 120), (503, 30), (500, 10)])
def test_some_answers_cost_more(status: int, seconds: float) -> None:
    assert POLICY.wait(1, status) == seconds


def test_a_schedule_of_ones_own_is_taken_literally() -> None:
    policy = RetryPolicy(schedule_seconds=(1, 2))

    assert [policy.wait(attempts, 404) for attempts in (1, 2, 3)] == [1, 2, 2]


@pytest.mark.parametrize("status", [400, 401, 403, 413])
def test_some_answers_of_a_webhook_are_final(status: int) -> None:
    reason = reason_to_give_up(POLICY, "WebHook", 1, 0, status)

    assert reason is not None
    assert reason.startswith("UndeliverableDueToHttp")


def test_a_function_is_tried_again_after_a_401() -> None:
    assert reason_to_give_up(POLICY, "AzureFunction", 1, 0, 401) is None
    assert reason_to_give_up(POLICY, "AzureFunction", 1, 0, 403) is not None


def test_attempts_and_time_run_out() -> None:
    assert reason_to_give_up(POLICY, "WebHook", 30, 0, 500) == "MaxDeliveryAttemptsExceeded"
    assert reason_to_give_up(POLICY, "WebHook", 1, 24 * 3600, 500) == "TimeToLiveExceeded"
    assert reason_to_give_up(POLICY, "WebHook", 1, 0, 500) is None


@pytest.mark.parametrize(
    ("status", "error", "word"),
    [
        (404, None, "NotFound"),
        (503, None, "Busy"),
        (500, None, "GenericError"),
        (None, "TimedOut", "TimedOut"),
    ],
)
def test_outcomes_have_names(status: int | None, error: str | None, word: str) -> None:
    assert outcome(status, error) == word
