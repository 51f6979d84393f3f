"""One rollout at a time on an endpoint."""

from local import taxi
from local.stories.support.scene import Scene
from local.stories.support.story import Story, online_endpoint

ROUTE = """\
newer-while-deploying:
  from: dev
  models: [newer-while-deploying]
  stages:
    - name: prod
      workspace: prod
      online: {<<: *online, endpoint: deploy/newer-while-deploying.yml}
"""


def newer_while_deploying(scene: Scene) -> None:
    """A newer version that comes while an older one is being deployed lets it finish, and takes
    over after it."""
    scene.say("Version 1 comes, and Azure takes its time with the deployment.")
    slow = scene.azure.fault("PUT", "/newer-while-deploying-1$", hold="after")
    older = scene.register()
    scene.wait_until("Azure is busy with the deployment", lambda: slow.holds)

    scene.say("Version 2 comes, and waits for its turn at the endpoint.")
    newer = scene.register(taxi.BETTER)
    delivery = f"{newer.promotion_id}-prod--delivery"
    waits = "version 2 waits for its turn"
    scene.wait_until(waits, lambda: scene.operator.status(delivery) == "waiting")
    scene.check("deployments of version 2", newer.records().count("deploying"), 0)

    scene.say("Azure is done with version 1.")
    slow.release()
    older.ends("succeeded")
    newer.ends("succeeded")
    names = [older.deployment, newer.deployment]
    scene.check("these served, one after the other", scene.served(), names)


STORY = Story(newer_while_deploying, ROUTE, online_endpoint("newer-while-deploying"))
