"""An Event Grid and a subscriber of one's own for every test."""

from collections.abc import Iterator

import pytest
from subscriber import Subscriber, a_subscriber

from local.eventgrid import EventGrid


@pytest.fixture
def grid() -> Iterator[EventGrid]:
    grid = EventGrid()
    yield grid
    grid.close()


@pytest.fixture
def subscriber() -> Iterator[Subscriber]:
    with a_subscriber() as running:
        yield running
