from hypothesis import given
from hypothesis import strategies as st

from promotion.core.rollout import path, with_share

LIVE = {"blue": 100}


def test_a_canary_takes_its_steps_and_ends_with_all():
    assert path(LIVE, "green", [5, 25, 50]) == (
        {"blue": 95, "green": 5},
        {"blue": 75, "green": 25},
        {"blue": 50, "green": 50},
        {"green": 100},
    )


def test_without_steps_it_is_all_at_once():
    assert path(LIVE, "green") == ({"green": 100},)


def test_the_first_deployment_gets_everything_at_once():
    assert path({}, "green", [5, 50]) == ({"green": 100},)


def test_a_rollout_that_was_interrupted_goes_on_from_where_it_was():
    assert path({"blue": 75, "green": 25}, "green", [5, 25, 50]) == (
        {"blue": 50, "green": 50},
        {"green": 100},
    )


def test_others_keep_their_proportions():
    assert with_share({"a": 60, "b": 40}, "c", 50) == {"a": 30, "b": 20, "c": 50}
    assert with_share({"a": 50, "b": 50}, "c", 25) == {"a": 38, "b": 37, "c": 25}


weights = st.dictionaries(st.sampled_from(["a", "b", "c", "new"]), st.integers(0, 100))


@given(weights, st.lists(st.integers(1, 99), unique=True).map(sorted))
def test_weights_always_add_up_to_100_and_the_new_one_never_loses(before, steps):
    total = sum(before.values())
    start = before.get("new", 0) * 100 // total if total else 0
    shares = []
    for step in path(before, "new", steps):
        assert sum(step.values()) == 100
        assert all(step.values())
        shares.append(step["new"])
    assert shares == sorted(shares)
    assert shares[-1] == 100
    assert shares[0] >= min(start, 100) or total != 100
