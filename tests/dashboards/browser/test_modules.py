"""What the modules of the page make of values."""

import pytest
from dashboards.browser.viewer import Viewer


@pytest.fixture(scope="module")
def call(chrome, address):
    """A function of a module of the page, called there."""
    visit = Viewer(chrome)
    page = visit.open(address)

    def called(module, name, *given):
        code = "async ([module, name, given]) => (await import(module))[name](...given)"
        root = address.split("?")[0]
        return page.evaluate(code, [f"{root}page/{module}.js", name, list(given)])

    yield called
    visit.leave()


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"), (0.0004, "1 ms"), (0.0146, "15 ms"), (0.9996, "1 s"), (4.24, "4.2 s"),
        (9.96, "10 s"), (59.7, "1 min"), (65, "1 min 5 s"), (3600, "1 h"), (3661, "1 h 1 min"),
        (7323, "2 h 2 min"), (86399.9, "1 d"), (90000, "1 d 1 h"), (-65, "\u22121 min 5 s"),
    ],
)  # fmt: skip
def test_seconds_are_told_as_people_tell_them(call, seconds, text):
    assert call("units", "duration", seconds) == text


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (33.3333, "percent", "33.3 %"),
        (100, "percent", "100 %"),
        (12345, "count", "12,345"),
        (None, "count", ""),
        ("", "datetime", ""),
        ("2020-03-04T00:00:00Z", "date", "4 Mar 2020"),
        ("2020-03-04T00:00:00Z", "datetime", "4 Mar 2020, 01:00"),
        ("2020-03-04T09:05:00Z", "datetime", "4 Mar 2020, 10:05"),
        ("no moment", "datetime", "no moment"),
        ("<b>", "text", "<b>"),
    ],
)
def test_values_are_told_by_their_unit(call, value, unit, text):
    assert call("units", "shown", value, unit) == text


def test_a_moment_says_its_time_in_utc_as_well(call):
    told = call("units", "precisely", "2026-03-04T09:05:06.789Z", "datetime")
    assert told == "2026-03-04 09:05:06.789 UTC"


@pytest.mark.parametrize("name", ["constructor", "__proto__", "toString", "hasOwnProperty"])
def test_words_that_every_object_has_mean_nothing(call, name):
    assert call("words", "tone", name) is None
    assert "native code" not in call("words", "happened", name)


def points(*series):
    return [
        {"x": "2026-03-04", "thing": "t", "series": name, "y": size, "row": {}}
        for name, size in series
    ]


def test_a_few_series_stay_as_they_are(call):
    few = points(*((f"s{index}", index) for index in range(8)))
    assert call("series", "folded", few) == few


def test_of_many_series_the_smallest_are_added_up(call):
    many = points(*((f"s{index:02}", index + 1) for index in range(20)))
    told = {point["series"]: point["y"] for point in call("series", "folded", many)}
    assert len(told) == 8
    assert told["others"] == sum(range(1, 14))
    assert sum(told.values()) == sum(range(1, 21))


def test_colours_are_the_same_in_charts_of_the_same_names(call):
    names = ["b", "a", "others", "failed"]
    first = dict(zip(names, call("colours", "coloursOf", names), strict=True))
    again = dict(zip(names[::-1], call("colours", "coloursOf", names[::-1]), strict=True))
    assert first == again
    assert first["failed"] == "var(--bad)"
    assert len(set(first.values())) == 4
