"""For teams that deploy from their workspace themselves."""

from local.stories.support.scene import Scene
from local.stories.support.story import Story

ROUTE = """\
register:
  from: dev
  models: [register]
  gates:
    - {kind: metric, name: rmse, at_most: 5.0}
  stages:
    - name: prod
      workspace: prod
      register: {tags: {checked: "yes"}}
"""


def register(scene: Scene) -> None:
    """A version that passes the gates is only registered in the target workspace, with tags that
    say where it came from."""
    scene.say("Version 1 comes, and passes its gate.")
    version = scene.register()
    version.ends("succeeded")
    found = scene.azure.find("models/register/versions/1")["properties"]
    tags = found["tags"]
    scene.check("the team's own tag", tags["checked"], "yes")
    scene.check("it came from the run", tags["promotion.run"], "calm_river_1")
    scene.check(
        "its address is the copy in the registry",
        tags["promotion.registry_path"],
        found["modelUri"],
    )
    scene.check("deployments that were asked for", version.records().count("deploying"), 0)


STORY = Story(register, ROUTE)
