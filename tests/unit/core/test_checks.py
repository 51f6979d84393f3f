from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError
from unit.builders import NOON, a_candidate, some_metrics

from promotion.core.candidate import Answer
from promotion.core.checks import AnyCheck, Check, look
from promotion.core.checks.figures import KNOWN
from promotion.core.checks.minutes import Minutes
from promotion.core.checks.serving import Moment, Serving

SINCE = NOON - timedelta(minutes=10)


def a_check(kind: str = "azure_metric", **fields) -> Check:
    usual = {"azure_metric": {"metric": "RequestLatency_P95"}}
    return TypeAdapter(AnyCheck).validate_python({"kind": kind, **usual.get(kind, {}), **fields})


def minutes(requests: float = 10, errors: float = 0, at: datetime = SINCE, count: int = 10, **of):
    """The same figures in each of so many minutes."""
    times = [at + timedelta(minutes=number) for number in range(count)]
    return Minutes(
        requests={
            "2xx": dict.fromkeys(times, requests - errors),
            "4xx": dict.fromkeys(times, errors / 2),
            "5xx": dict.fromkeys(times, errors / 2),
        },
        values={name: dict.fromkeys(times, value) for name, value in of.items()},
    )


def a_serving(**known) -> Serving:
    """25 % of the traffic for ten minutes, beside version 6."""
    usual = {
        "endpoint": "taxi-fare",
        "deployment": "taxi-model-7",
        "live": "taxi-model-6",
        "share": 25,
        "since": SINCE,
        "as_of": NOON,
        "new": minutes(RequestLatency_P95=200.0),
        "beside": minutes(RequestLatency_P95=100.0),
        "candidate": a_candidate(metrics={"rmse": 3.0}),
    }
    return Serving(**usual | known)


@pytest.mark.parametrize(
    ("limits", "outcome", "wish"),
    [
        ({"at_most": 200}, "passed", "at most 200 ms"),
        ({"at_most": 199.9}, "failed", "at most 199.9 ms"),
        ({"at_least": 200.5}, "failed", "at least 200.5 ms"),
        ({"above_live": 100}, "passed", "at most 200 ms, 100 ms above that"),
        ({"above_live": 99}, "failed", "at most 199 ms, 99 ms above that"),
        ({"above_live_percent": 100}, "passed", "at most 200 ms, 100 % above that"),
        ({"above_live_percent": 20}, "failed", "at most 120 ms, 20 % above that"),
        ({"at_most": 500, "above_live": 1}, "failed", "at most 500 ms and at most 101 ms"),
    ],
)
def test_a_figure_is_compared_with_a_limit_and_with_the_live_deployment(limits, outcome, wish):
    found = a_check(**limits).answer(a_serving())
    assert found.outcome == outcome
    assert found.reason.startswith(
        "RequestLatency_P95 of taxi-model-7 is 200 ms in 10m with 25 % of the traffic, over 100 "
        "requests; "
    )
    assert wish in found.reason
    assert found.figures["observed"] == 200


@pytest.mark.parametrize(
    ("known", "said"),
    [
        ({"new": Minutes()}, "knows of 0 requests to taxi-model-7"),
        ({"new": minutes(1.9, RequestLatency_P95=1.0)}, "knows of 19 requests"),
        ({"new": minutes()}, "not enough of RequestLatency_P95 of taxi-model-7"),
        ({"beside": Minutes()}, "not enough of RequestLatency_P95 of taxi-model-6"),
        ({"beside": minutes(1.9, RequestLatency_P95=1.0)}, "RequestLatency_P95 of taxi-model-6"),
        ({"new": Minutes(trouble="Busy.")}, "Busy."),
        ({"since": NOON - timedelta(minutes=1)}, "knows of 10 requests"),
    ],
)
def test_what_is_not_known_yet_is_inconclusive_not_a_failure(known, said):
    found = a_check(above_live=5).answer(a_serving(**known))
    assert found.outcome == "inconclusive"
    assert said in found.reason
    assert found.waits


def test_azure_monitor_that_refuses_for_good_is_an_error_with_its_remedy():
    refused = Minutes(trouble="Forbidden.", lasting=True, remedy="Give the role.")
    found = a_check(at_most=5).answer(a_serving(new=refused))
    assert (found.outcome, found.remedy) == ("error", "Give the role.")
    assert found.refuses


def test_where_nothing_else_serves_there_is_nothing_to_compare_with():
    found = a_check(above_live=5).answer(a_serving(live=None, beside=Minutes()))
    assert found.outcome == "passed"
    assert "nothing else serves" in found.reason


def test_with_all_traffic_the_live_one_is_compared_as_it_was_before():
    before = minutes(at=SINCE - timedelta(minutes=20), RequestLatency_P95=150.0)
    found = a_check(above_live=50).answer(a_serving(share=100, beside=before))
    assert found.outcome == "passed"
    assert found.figures["live"] == 150


@pytest.mark.parametrize(
    ("metric", "value"),
    [("ErrorRate", 20), ("ErrorRate_5xx", 10), ("ErrorRate_4xx", 10), ("RequestsPerMinute", 10)],
)
def test_error_rates_are_percents_of_all_requests(metric, value):
    found = a_check(metric=metric, at_most=5).answer(a_serving(new=minutes(errors=2)))
    assert found.figures["observed"] == pytest.approx(value)
    assert found.outcome == "failed"


def test_latencies_are_weighted_with_the_requests_of_their_minute():
    quiet, busy = SINCE, SINCE + timedelta(minutes=1)
    new = Minutes(
        requests={"2xx": {quiet: 1, busy: 99}},
        values={"RequestLatency_P95": {quiet: 5000.0, busy: 100.0}},
    )
    found = a_check(at_most=200).answer(a_serving(new=new))
    assert found.figures["observed"] == pytest.approx(149)
    worst = a_check(at_most=200, aggregation="maximum").answer(a_serving(new=new))
    assert worst.figures["observed"] == 5000


def test_a_minute_without_requests_has_no_latency():
    idle = Minutes(
        requests={"2xx": {SINCE: 50, NOON - timedelta(minutes=1): 0}},
        values={"RequestLatency_P95": {SINCE: 100.0, NOON - timedelta(minutes=1): 0.0}},
    )
    assert a_check(at_least=100).answer(a_serving(new=idle)).outcome == "passed"


def test_only_the_time_that_is_meant_counts():
    slow_then_fast = Minutes(
        requests={"2xx": {SINCE: 100, NOON - timedelta(minutes=1): 100}},
        values={"RequestLatency_P95": {SINCE: 900.0, NOON - timedelta(minutes=1): 100.0}},
    )
    serving = a_serving(new=slow_then_fast)
    assert a_check(at_most=200, over="5m").answer(serving).outcome == "passed"
    assert a_check(at_most=200, over="1h").answer(serving).outcome == "failed"


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "needs at_most, at_least, above_live or above_live_percent"),
        ({"above_live": 1, "above_live_percent": 1}, "takes one of above_live"),
        ({"at_least": 2, "at_most": 1}, "no figure can be at least 2 and at most 1"),
        ({"at_most": True}, "expected a number"),
        ({"at_most": float("nan")}, "finite"),
        ({"at_most": 1, "metric": "ErorRate"}, "did you mean ErrorRate?"),
        ({"at_most": 1, "failures_allowed": -1}, "greater than or equal to 0"),
    ],
)
def test_a_check_that_makes_no_sense_is_a_mistake(fields, said):
    with pytest.raises(ValidationError, match=said.replace("?", r"\?")):
        a_check(**fields)


@given(
    value=st.floats(0, 1e6),
    live=st.floats(0, 1e6),
    margin=st.floats(0, 1e4),
    name=st.sampled_from([name for name, known in KNOWN.items() if known.of == "latency"]),
)
def test_more_margin_never_makes_a_check_stricter(value, live, margin, name):
    serving = a_serving(new=minutes(**{name: value}), beside=minutes(**{name: live}))
    tight = a_check(metric=name, above_live=margin).answer(serving)
    loose = a_check(metric=name, above_live=margin + 1).answer(serving)
    assert tight.outcome in ("passed", "failed")
    assert tight.outcome == "failed" or loose.outcome == "passed"


@given(value=st.floats(0, 1e9), counts=st.lists(st.integers(1, 10_000), min_size=1, max_size=30))
def test_what_is_the_same_in_every_minute_is_the_figure_exactly(value, counts):
    times = {SINCE + timedelta(minutes=n): float(count) for n, count in enumerate(counts)}
    new = Minutes(requests={"2xx": times}, values={"RequestLatency": dict.fromkeys(times, value)})
    assert new.figure("RequestLatency", (SINCE, SINCE + timedelta(hours=1))) == value


@given(st.dictionaries(st.sampled_from(["2xx", "4xx", "5xx"]), st.integers(0, 1000)))
def test_an_error_rate_is_between_0_and_100(counts):
    new = Minutes(requests={name: {SINCE: float(count)} for name, count in counts.items()})
    rate = new.figure("ErrorRate", (SINCE, NOON))
    assert rate is None if not sum(counts.values()) else 0 <= rate <= 100


@pytest.mark.parametrize(
    ("expression", "outcome", "said"),
    [
        ("new.RequestLatency_P95 < 250.0", "passed", "is true of taxi-model-7"),
        ("new.RequestLatency_P95 < 2.0 * live.RequestLatency_P95", "failed", "live.RequestLatency"),
        ("share >= 25 && new.requests > 50.0", "passed", "share is 25, new.requests is 100"),
        ("!live.exists || new.ErrorRate <= live.ErrorRate", "passed", "new.ErrorRate is 0"),
        ("new.CpuUtilizationPercentage < 80.0", "inconclusive", "needs"),
        ("metrics.rmse < 5.0", "passed", "is true"),
        ("metrics.mae < 5.0", "inconclusive", "needs mae"),
        ("1 / share == 1 || 1 / mirrored == 1", "error", "cannot be computed"),
    ],
)
def test_an_expression_sees_the_figures_of_both(expression, outcome, said):
    found = a_check("expression", name="rule", expression=expression).answer(a_serving())
    assert found.outcome == outcome
    assert said in found.reason


def test_an_expression_waits_for_enough_requests_only_if_it_asks_for_figures():
    serving = a_serving(new=Minutes())
    figures = a_check("expression", name="a", expression="new.ErrorRate < 1.0")
    assert figures.answer(serving).outcome == "inconclusive"
    assert a_check("expression", name="b", expression="share < 30").answer(serving).refuses is False


def test_a_metric_that_was_logged_as_nan_is_not_known():
    nan = a_candidate().model_copy(update={"metrics": some_metrics(rmse=float("nan"))})
    check = a_check("expression", name="rule", expression="metrics.rmse < 5.0")
    assert check.answer(a_serving(candidate=nan)).outcome == "inconclusive"


def test_an_expression_is_checked_when_the_policy_is_read():
    with pytest.raises(ValidationError, match="not an expression"):
        a_check("expression", name="rule", expression="new.Latency < 5.0")


HTTP = {"name": "drift", "url": "https://drift.contoso.com/judge"}


@pytest.mark.parametrize(
    ("answer", "outcome", "said"),
    [
        (Answer(passed=True, reason="No drift."), "passed", "“No drift.”"),
        (Answer(passed=False, reason="Drift."), "failed", "“Drift.”"),
        (Answer(reason="Too early."), "inconclusive", "Too early"),
        (Answer(reason="It answered 404.", broken=True), "error", "It answered 404"),
        (None, "inconclusive", "has not been asked"),
    ],
)
def test_a_service_says_what_it_says_to_gates(answer, outcome, said):
    check = a_check("http", **HTTP)
    answers = {check.gate.question: answer} if answer else {}
    found = check.answer(a_serving(answers=answers))
    assert found.outcome == outcome
    assert said in found.reason
    assert "25 % of the traffic" in found.reason


@pytest.mark.parametrize(
    "wrong", [{"url": "http://drift.contoso.com"}, {"token": "https://management.azure.com"}]
)
def test_a_service_that_a_gate_may_not_ask_no_check_may(wrong):
    with pytest.raises(ValidationError):
        a_check("http", **HTTP | wrong)


@pytest.mark.parametrize(
    ("check", "asked"),
    [
        (a_check(at_most=1), (False, True, True)),
        (a_check("expression", name="a", expression="new.ErrorRate < 1.0"), (False, True, True)),
        (a_check("expression", name="a", expression="share < 30"), (True, True, True)),
        (a_check("http", **HTTP), (True, True, True)),
    ],
)
def test_figures_are_asked_for_once_there_is_traffic_real_or_mirrored(check, asked):
    moments = [(0, 0), (5, 0), (0, 20)]
    assert tuple(check.is_asked(*moment) for moment in moments) == asked


@pytest.mark.parametrize(
    ("mode", "outcome", "refuses", "waits"),
    [
        ("enforce", "failed", True, False),
        ("enforce", "error", True, False),
        ("enforce", "inconclusive", False, True),
        ("enforce", "passed", False, False),
        ("warn", "failed", False, False),
        ("warn", "inconclusive", False, False),
    ],
)
def test_only_what_is_enforced_stops_or_waits(mode, outcome, refuses, waits):
    found = a_check(at_most=1, mode=mode).finding(outcome, "So it is.")
    assert (found.refuses, found.waits) == (refuses, waits)


def test_a_check_that_breaks_leaves_the_others_their_answer():
    class Broken(type(a_check(at_most=1))):
        def answer(self, serving):
            raise ZeroDivisionError("oh")

    broken = Broken(kind="azure_metric", metric="ErrorRate", at_most=1)
    Check.kinds["azure_metric"] = type(a_check(at_most=1))
    findings = look(a_serving(), [broken, a_check(at_most=500)])
    assert [found.outcome for found in findings] == ["error", "passed"]


def test_a_window_never_reaches_into_another_share():
    moment = Moment(endpoint="e", deployment="d", share=5, since=SINCE, as_of=NOON)
    assert moment.window(timedelta(hours=1)) == (SINCE, NOON)
    assert moment.window(timedelta(minutes=2)) == (NOON - timedelta(minutes=2), NOON)


def test_the_minute_in_which_the_share_changed_does_not_count():
    """Nobody knows how much of it was under the share before, or was the smoke test."""
    since = NOON + timedelta(seconds=50)
    moment = {"since": since, "new": minutes(requests=100, at=NOON, count=1)}
    too_early = a_serving(as_of=since + timedelta(seconds=5), **moment)
    finding = a_check(metric="ErrorRate", at_most=1).answer(too_early)
    assert finding.outcome == "inconclusive"
    assert "0 requests to taxi-model-7 in 5s" in finding.reason


def test_of_the_live_one_only_whole_minutes_before_the_switch_count():
    since = NOON + timedelta(seconds=50)
    moment = Moment(endpoint="e", deployment="d", share=100, since=since, as_of=since)
    assert moment.live_window(timedelta(minutes=5)) == (NOON - timedelta(minutes=5), NOON)
