"""Stopping a rollout without taking it back."""

from local import taxi
from local.stories.support.scene import Scene
from local.stories.support.story import Story, online_endpoint

ROUTE = """\
hold:
  from: dev
  models: [hold]
  stages:
    - name: prod
      workspace: prod
      online:
        <<: *online
        endpoint: deploy/hold.yml
        canary: {steps: [50], every: 2s}
"""


def hold(scene: Scene) -> None:
    """A canary that an operator holds parks at its weights, and goes on when she resumes."""
    scene.say("Version 1 comes, and serves.")
    scene.register().ends("succeeded")

    scene.say("Version 2 comes. At 50 % of the traffic Ada holds the stage.")
    version = scene.register(taxi.BETTER)
    version.tells("traffic_shifted")
    scene.operator.hold("looking into complaints")
    waiting = version.tells("waiting", waiting_for="hold")["Properties"]
    why = "Held by ada@contoso.com: looking into complaints"
    scene.check("it waits", waiting["reason"], why)
    scene.check("version 2 has had these percents of the traffic", version.shares(), [0, 50])
    scene.check_says("the endpoint shows it in Azure, too", _tag(scene), "held by ada@contoso.com")

    scene.say("Ada resumes.")
    scene.operator.resume("it was the caller")
    scene.check_says("the endpoint shows that", _tag(scene), "resumed by ada@contoso.com")
    version.ends("succeeded")
    scene.check("now serves", scene.serving(), {version.deployment: 100})


def _tag(scene: Scene) -> str:
    return str(scene.azure.find("onlineEndpoints/hold")["tags"]["promotion.hold"])


STORY = Story(hold, ROUTE, online_endpoint("hold"))
