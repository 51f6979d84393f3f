from promotion.core.line import Line
from promotion.core.references import ModelVersion


def taxi(version: str) -> ModelVersion:
    return ModelVersion(name="taxi", version=version)


def a_line(*versions: str) -> Line:
    line = Line()
    for version in versions:
        line, _ = line.arrive(taxi(version), f"p-{version}")
    return line


def test_a_newer_version_supersedes_the_older_that_wait():
    line, told = a_line("5").arrive(taxi("10"), "p-10")
    assert told.older == ("p-5",)
    assert [one.version for one in line.waiting] == ["10"]


def test_an_older_version_that_comes_later_is_superseded_itself():
    line, told = a_line("10").arrive(taxi("5"), "p-5")
    assert told.newer == "10"
    assert [one.version for one in line.waiting] == ["10"]


def test_coming_twice_changes_nothing():
    line, told = a_line("5").arrive(taxi("5"), "p-5")
    assert line == a_line("5")
    assert told.older == ()
    assert told.newer is None


def test_versions_without_an_order_do_not_supersede_each_other():
    line, told = a_line("blue").arrive(taxi("green"), "p-green")
    assert told.older == ()
    assert len(line.waiting) == 2


def test_who_has_left_is_not_superseded():
    _, told = a_line("5").leave("p-5").arrive(taxi("10"), "p-10")
    assert told.older == ()
