from promotion.core.keeping import Kept


def test_a_retirement_removes_what_it_was_to_keep():
    assert Kept().keep(["a", "b"], "r-1").of("r-1") == ["a", "b"]


def test_the_last_retirement_of_a_deployment_removes_it():
    kept = Kept().keep(["a", "b"], "r-1").keep(["a"], "r-2")
    assert (kept.of("r-1"), kept.of("r-2")) == (["b"], ["a"])


def test_a_retirement_that_is_over_leaves_nothing_behind():
    kept = Kept().keep(["a"], "r-1").keep(["b"], "r-2").without("r-1")
    assert kept == Kept(by={"b": "r-2"})
