"""Only the newest version is worth an approval."""

from local import taxi
from local.stories.support.scene import Scene
from local.stories.support.story import Story

ROUTE = """\
newer-while-waiting:
  from: dev
  models: [newer-while-waiting]
  stages:
    - name: prod
      workspace: prod
      gates: [{kind: approval, by: [bob@contoso.com]}]
      register: {}
"""


def newer_while_waiting(scene: Scene) -> None:
    """A newer version supersedes an older one that waits for its approval."""
    scene.say("Version 1 comes, and waits for Bob.")
    older = scene.register()
    older.tells("approval_requested")

    scene.say("Version 2 comes before Bob has decided.")
    newer = scene.register(taxi.BETTER)
    older.ends("superseded", because=f"{newer}, which is newer, came to prod")

    scene.say("Bob approves version 2.")
    newer.tells("approval_requested")
    scene.operator.decide(newer, "approve", "bob@contoso.com")
    newer.ends("succeeded")
    there = scene.azure.exists(f"models/{older.model}/versions/{older.number}")
    scene.check("version 1 is in production", there, False)


STORY = Story(newer_while_waiting, ROUTE)
