"""Event Grid delivers in any order."""

from local import taxi
from local.stories.support.scene import Scene
from local.stories.support.story import Story, online_endpoint

ROUTE = """\
older-late:
  from: dev
  models: [older-late]
  stages:
    - name: prod
      workspace: prod
      online: {<<: *online, endpoint: deploy/older-late.yml}
"""


def older_late(scene: Scene) -> None:
    """An older version whose event comes late does not replace the newer one that serves."""
    scene.say("Version 1 is registered, but its event is held up. Version 2 comes, and serves.")
    older = scene.register_unheard("1")
    newer = scene.register(taxi.BETTER)
    scene.check("the newer version is number", newer.number, "2")
    newer.ends("succeeded")

    scene.say("Now the event of version 1 comes.")
    scene.announce(older)
    older.ends("superseded", because=f"serves {newer} already, which is newer")
    scene.check("now serves", scene.serving(), {newer.deployment: 100})
    scene.check("version 1 had these percents of the traffic", older.shares(), [0])


STORY = Story(older_late, ROUTE, online_endpoint("older-late"))
