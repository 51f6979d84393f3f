import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from promotion.core.policy.size import Size, size_in_words

SIZE = TypeAdapter(Size)


@pytest.mark.parametrize(
    ("written", "size"),
    [
        ("500MB", 500_000_000),
        ("500 MB", 500_000_000),
        ("4.35GB", 4_350_000_000),
        ("1KiB", 1024),
        ("1.5GiB", 1_610_612_736),
        ("1TB", 10**12),
        ("12B", 12),
    ],
)
def test_sizes_as_people_write_them(written, size):
    assert SIZE.validate_python(written) == size


@pytest.mark.parametrize(
    "written",
    ["", "MB", "500", 500, 0, True, None, 1.5, "-1MB", "0MB", "1e3MB", "500mb", "5 M B", "\u0665MB",
     "999999999999999999TiB", "nanMB"],
)  # fmt: skip
def test_what_is_no_size_is_refused(written):
    with pytest.raises(ValidationError):
        SIZE.validate_python(written)


@given(st.integers(1, 10**18 - 1))
def test_a_size_arrives_as_it_was_sent(size):
    sent = SIZE.dump_json(size)
    assert SIZE.validate_python(json.loads(sent)) == size


@pytest.mark.parametrize(
    ("size", "words"),
    [
        (0, "0 B"),
        (512, "512 B"),
        (999, "999 B"),
        (1500, "1.5 KB"),
        (12_000_000, "12 MB"),
        (999_999_999, "1 GB"),
        (2_250_000_000, "2.25 GB"),
        (3 * 10**15, "3000 TB"),
    ],
)
def test_sizes_in_words(size, words):
    assert size_in_words(size) == words


@given(st.integers(0, 10**15), st.integers(0, 10**15) | st.integers(-9, 9))
def test_two_sizes_that_differ_are_told_apart(size, other):
    other = size + abs(other) if abs(other) < 10 else other
    told = size_in_words(size, other), size_in_words(other, size)
    assert (told[0] == told[1]) is (size == other)


def test_a_byte_too_many_is_seen():
    assert size_in_words(12_000_001, 12_000_000) == "12.000001 MB"
    assert size_in_words(12_000_000, 12_000_001) == "12 MB"
