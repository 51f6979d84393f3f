"""Who joins a look at an endpoint that has been under way for a while."""

import asyncio
import threading

import pytest
from unit.builders import a_document

from promotion.api.looking import HANGS, look_at
from promotion.core.going_back import Scene
from promotion.core.operating import ANY
from promotion.core.planning import plan_stages

SCENE = Scene(traffic={"taxi-model-7": 100})


def endpoint():
    document = a_document()
    return list(plan_stages(document, document.policy.routes["taxi"], ANY))


class Endpoint:
    """Answers when the test lets it."""

    def __init__(self) -> None:
        self.asked = 0
        self.answers = threading.Event()
        self.first_answers = threading.Event()

    def look(self, _):
        self.asked += 1
        (self.first_answers if self.asked == 1 else self.answers).wait(10)
        return SCENE

    def end(self) -> None:
        self.first_answers.set()
        self.answers.set()


@pytest.fixture
def far():
    far = Endpoint()
    yield far
    far.end()


async def seen(far, patience):
    (found,) = (await look_at(endpoint(), far.look, patience=patience)).values()
    return found


def test_who_joins_late_has_as_much_patience_as_the_first(far):
    async def first_and_second():
        first = await seen(far, 0.2)
        asyncio.get_running_loop().call_later(0.05, far.first_answers.set)
        return first, await seen(far, 0.2)

    first, second = asyncio.run(first_and_second())
    assert first.code == "TimedOut"
    assert second == SCENE
    assert far.asked == 1


def test_an_endpoint_that_hangs_is_asked_anew(far):
    far.answers.set()  # it answers whoever asks now; the first question is lost

    async def until_it_answers():
        found = [await seen(far, 0.05)]
        while found[-1] != SCENE and len(found) <= HANGS:
            found.append(await seen(far, 0.05))
        return found

    first, *_, last = asyncio.run(until_it_answers())
    assert first.code == "TimedOut"
    assert last == SCENE
    assert far.asked == 2


def test_an_endpoint_that_never_answers_is_asked_twice_at_most(far):
    async def many():
        for _ in range(3 * HANGS):
            await seen(far, 0.02)

    asyncio.run(many())
    assert far.asked == 2
