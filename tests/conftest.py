"""What holds for all tests."""

import os
from collections.abc import Iterator

import pytest
from hypothesis import settings

# How long an example takes says something of the machine, and is for benchmarks.
settings.register_profile("any machine", deadline=None)
settings.load_profile("any machine")

# xdist tells its workers how wide the terminal is; what commands print must not depend on it.
os.environ.pop("COLUMNS", None)


@pytest.fixture(scope="module", autouse=True)
def environment() -> Iterator[pytest.MonkeyPatch]:
    """The environment variables: each module begins with the same ones, whatever ran before it.

    Azure's SDK learns from them whom to trust and who we are, so tests and stories write some.
    """
    before = dict(os.environ)
    with pytest.MonkeyPatch.context() as monkeypatch:
        yield monkeypatch
    os.environ.clear()
    os.environ |= before
