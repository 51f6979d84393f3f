"""Performs a story, and sees to what must be true of every story."""

import time

import httpx

from local.stories.support.scene import Audience, Scene
from local.stories.support.service import Service
from local.stories.support.story import Ending, Story, Surprise


def perform(story: Story, service: Service, audience: Audience) -> Ending:
    """Play the story to its end, or to the first thing that is not as it should be."""
    started = time.monotonic()
    scene = Scene(story, service, audience)
    surprise = None
    try:
        story.script(scene)
        _invariants(scene)
    except Surprise as error:
        surprise = error
    except httpx.HTTPError as error:
        surprise = Surprise("a request of the story's own", "an answer", f"{error!r}")
    finally:
        service.azure.calm_down()
    return Ending(story, scene.checks, time.monotonic() - started, surprise)


def _invariants(scene: Scene) -> None:
    sums = {sum(weights.values()) for weights in scene.traffic() if weights}
    if not sums <= {100}:
        raise Surprise("the weights of the endpoint add up", "to 100 at any time", sums)
    path = rf"/{scene.story.name}/deployments/[^/]+$"
    made = [entry["path"] for entry in scene.azure.requests("PUT", path)]
    if twice := sorted({one for one in made if made.count(one) > 1}):
        raise Surprise("each deployment is asked for", "once", f"more often: {', '.join(twice)}")
