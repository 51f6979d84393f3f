"""Complaints come when everything is over."""

from local import taxi
from local.stories.support.scene import Scene
from local.stories.support.story import Story, online_endpoint

ROUTE = """\
rollback-after:
  from: dev
  models: [rollback-after]
  stages:
    - name: prod
      workspace: prod
      keep_previous: 24h
      online: {<<: *online, endpoint: deploy/rollback-after.yml}
"""


def rollback_after(scene: Scene) -> None:
    """Who rolls back afterwards gets the previous version at once, because its deployment is still
    kept."""
    scene.say("Versions 1 and 2 come, and serve, one after the other.")
    older = scene.register()
    older.ends("succeeded")
    bad = scene.register(taxi.BETTER)
    bad.ends("succeeded")

    scene.say("Ada rolls back.")
    serves = scene.operator.roll_back("complaints")
    scene.check("the rollback says what serves", serves, older.deployment)
    scene.check("now serves", scene.serving(), {older.deployment: 100})
    told = bad.tells("rolled_back")["Properties"]
    scene.check("the record says which version serves", told["serves"], str(older))
    scene.check("the record says why", told["reason"], "Rolled back by ada@contoso.com: complaints")

    scene.say("Version 2 stays without traffic, to be looked at.")
    there = scene.azure.deployments(bad.model)
    scene.check("deployments", there, [older.deployment, bad.deployment])


STORY = Story(rollback_after, ROUTE, online_endpoint("rollback-after"))
