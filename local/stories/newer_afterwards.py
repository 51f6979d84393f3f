"""The usual case."""

from local import taxi
from local.stories.support.scene import Scene
from local.stories.support.story import Story, online_endpoint

ROUTE = """\
newer-afterwards:
  from: dev
  models: [newer-afterwards]
  stages:
    - name: prod
      workspace: prod
      keep_previous: 1s
      online: {<<: *online, endpoint: deploy/newer-afterwards.yml}
"""


def newer_afterwards(scene: Scene) -> None:
    """A newer version that comes when the older one serves takes over, and the older deployment is
    removed later."""
    scene.say("Version 1 comes, and serves.")
    older = scene.register()
    older.ends("succeeded")

    scene.say("Version 2 comes, and takes over. Version 1 is kept for a second.")
    newer = scene.register(taxi.BETTER)
    newer.ends("succeeded")
    scene.check("now serves", scene.serving(), {newer.deployment: 100})
    newer.tells("retired", deployment=older.deployment)
    scene.check("deployments", scene.azure.deployments(newer.model), [newer.deployment])


STORY = Story(newer_afterwards, ROUTE, online_endpoint("newer-afterwards"))
