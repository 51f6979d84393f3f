"""A rollback leaves what waits alone."""

from local import taxi
from local.stories.support.scene import Scene
from local.stories.support.story import Story, online_endpoint
from local.stories.support.version import Version

ROUTE = """\
rollback-before:
  from: dev
  models: [rollback-before]
  stages:
    - name: prod
      workspace: prod
      gates: [{kind: approval, by: [bob@contoso.com]}]
      online: {<<: *online, endpoint: deploy/rollback-before.yml}
"""


def rollback_before(scene: Scene) -> None:
    """Who rolls back while a version waits gets the one that served before; the other waits until
    the stage is resumed."""
    bob = "bob@contoso.com"
    scene.say("Versions 1 and 2 come, are approved, and serve, one after the other.")
    older, live = (_approved(scene, training, bob) for training in (taxi.GOOD, taxi.BETTER))

    scene.say("Version 3 comes, and waits for Bob.")
    waiting = scene.register(taxi.BETTER)
    waiting.tells("approval_requested")

    scene.say("Ada rolls back.")
    serves = scene.operator.roll_back("complaints")
    scene.check("the rollback says what serves", serves, older.deployment)
    scene.check("now serves", scene.serving(), {older.deployment: 100})
    live.tells("rolled_back", reason="Rolled back by ada@contoso.com: complaints")

    scene.say("Bob approves version 3: the stage is held, so that nothing walks in.")
    scene.operator.decide(waiting, "approve", bob)
    waiting.tells("waiting", waiting_for="hold")
    scene.check("now serves", scene.serving(), {older.deployment: 100})

    scene.say("Ada resumes.")
    scene.operator.resume("version 3 mends it")
    waiting.ends("succeeded")
    scene.check("now serves", scene.serving(), {waiting.deployment: 100})


def _approved(scene: Scene, training: taxi.Training, by: str) -> Version:
    version = scene.register(training)
    version.tells("approval_requested")
    scene.operator.decide(version, "approve", by)
    version.ends("succeeded")
    return version


STORY = Story(rollback_before, ROUTE, online_endpoint("rollback-before"))
