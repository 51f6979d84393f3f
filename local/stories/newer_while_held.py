"""After a hold only the newest version goes on."""

from local import taxi
from local.stories.support.scene import Scene
from local.stories.support.story import Story, online_endpoint

ROUTE = """\
newer-while-held:
  from: dev
  models: [newer-while-held]
  stages:
    - name: prod
      workspace: prod
      online: {<<: *online, endpoint: deploy/newer-while-held.yml}
"""


def newer_while_held(scene: Scene) -> None:
    """A newer version supersedes an older one that waits because its stage is held."""
    scene.say("Ada holds the stage. Version 1 comes, and waits.")
    scene.operator.hold("an incident")
    older = scene.register()
    older.tells("waiting", waiting_for="hold")

    scene.say("Version 2 comes.")
    newer = scene.register(taxi.BETTER)
    older.ends("superseded", because=f"{newer}, which is newer, came to prod")
    newer.tells("waiting", waiting_for="hold")

    scene.say("Ada resumes.")
    scene.operator.resume("it is over")
    newer.ends("succeeded")
    scene.check("deployments", scene.azure.deployments(newer.model), [newer.deployment])


STORY = Story(newer_while_held, ROUTE, online_endpoint("newer-while-held"))
