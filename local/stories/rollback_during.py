"""The rollout under way is what goes wrong."""

from local import taxi
from local.stories.support.scene import Scene
from local.stories.support.story import Story, online_endpoint

ROUTE = """\
rollback-during:
  from: dev
  models: [rollback-during]
  stages:
    - name: prod
      workspace: prod
      online:
        <<: *online
        endpoint: deploy/rollback-during.yml
        canary: {steps: [50], every: 1h}
"""


def rollback_during(scene: Scene) -> None:
    """Who rolls back during a canary stops it, and what served before serves."""
    scene.say("Version 1 comes, and serves.")
    live = scene.register()
    live.ends("succeeded")

    scene.say("Version 2 comes. It has 50 % of the traffic for an hour when Ada rolls back.")
    version = scene.register(taxi.BETTER)
    version.tells("traffic_shifted")
    scene.check("serve meanwhile", scene.serving(), {live.deployment: 50, version.deployment: 50})
    serves = scene.operator.roll_back("complaints")
    version.ends("rolled_back", because="Taken back by ada@contoso.com: complaints")
    scene.check("the rollback says what serves", serves, live.deployment)
    scene.check("now serves", scene.serving(), {live.deployment: 100})
    scene.check("deployments", scene.azure.deployments(live.model), [live.deployment])


STORY = Story(rollback_during, ROUTE, online_endpoint("rollback-during"))
