"""The whole service in processes of its own, as `make demo` and `make serve` run it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from stories.service import Service

from local.cloud import LocalCloud
from local.demo import demo_policy


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """The taxi-fare service; Azure's operations are done at the next look."""
    directory: Path = tmp_path_factory.mktemp("service")
    with LocalCloud(directory, policy=demo_policy(directory)) as cloud:
        yield Service(cloud)
