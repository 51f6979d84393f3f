"""The acceptance tests: every story that `make demo STORY=…` tells, by its own checks."""

from collections.abc import Iterator

import pytest
from dashboards.paths import faults

from local.observing import Row
from local.stories import STORIES
from local.stories.support.perform import perform
from local.stories.support.service import Service
from local.stories.support.story import Story


class Silence:
    """An audience that says nothing."""

    def step(self, text: str) -> None: ...
    def fact(self, row: Row) -> None: ...
    def waiting(self, what: str) -> None: ...
    def met(self, what: str) -> None: ...


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """One service with the routes of all stories."""
    with Service(tmp_path_factory.mktemp("acceptance"), STORIES) as service:
        yield service


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
def test_the_story_ends_as_it_should(service: Service, story: Story):
    ending = perform(story, service, Silence())
    assert ending.surprise is None, ending.surprise
    assert ending.checks > 1
    told = [row for row in service.cloud.audit() if row["Properties"].get("route") == story.name]
    assert told
    assert faults(told) == []
