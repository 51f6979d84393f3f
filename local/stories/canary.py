"""Traffic in steps, with the smoke test asked again at each."""

from local import taxi
from local.stories.support.scene import Scene
from local.stories.support.story import Story, online_endpoint

ROUTE = """\
canary:
  from: dev
  models: [canary]
  stages:
    - name: prod
      workspace: prod
      online:
        <<: *online
        endpoint: deploy/canary.yml
        canary: {steps: [5, 25, 50], every: 1s}
"""


def canary(scene: Scene) -> None:
    """A canary that fails at 25 % of the traffic is taken back, and one that does well takes
    over."""
    scene.say("Version 1 comes. Nothing serves yet, so it gets all traffic at once.")
    live = scene.register()
    live.ends("succeeded")

    scene.say("Version 2 comes. At 25 % of the traffic it answers its smoke test with an error.")
    # Asked before any traffic, at 5 % and, in vain, at 25 %.
    scene.azure.fault("POST", "/canary/score$", answer={"status": 500, "body": {}}, skip=2)
    bad = scene.register(taxi.BETTER)
    bad.ends("rolled_back", because="it answered 500")
    scene.check("version 2 had these percents of the traffic", bad.shares(), [0, 5, 25, 0])
    scene.check("now serves", scene.serving(), {live.deployment: 100})

    scene.say("Version 3 comes, and does well at every step.")
    good = scene.register(taxi.BETTER)
    good.ends("succeeded")
    scene.check("version 3 had these percents of the traffic", good.shares(), [0, 5, 25, 50, 100])
    scene.check("now serves", scene.serving(), {good.deployment: 100})


STORY = Story(canary, ROUTE, online_endpoint("canary"))
