"""Requests whose answers nobody sees, before any traffic."""

from local import taxi
from local.stories.support.scene import Scene
from local.stories.support.story import Story, online_endpoint
from local.stories.support.version import Version

ROUTE = """\
shadow:
  from: dev
  models: [shadow]
  stages:
    - name: prod
      workspace: prod
      online:
        <<: *online
        endpoint: deploy/shadow.yml
        shadow: {mirror: 20, for: 1s}
        verify:
          - {kind: azure_metric, metric: ErrorRate, at_most: 1, wait_at_most: 2m}
"""


def shadow(scene: Scene) -> None:
    """A shadow that answers mirrored requests badly never gets any traffic; one that answers them
    well gets all of it."""
    scene.say("Version 1 comes. There is nothing yet whose requests could be mirrored.")
    live = scene.register()
    scene.measure(live, requests=500)
    live.ends("succeeded")

    scene.say("Version 2 comes. Of 100 requests that are mirrored to it, 7 fail.")
    bad = scene.register(taxi.BETTER)
    scene.measure(bad, requests=100, errors=7)
    bad.ends("rolled_back", because="ErrorRate of shadow-2 is 7 %")
    scene.check("these percents were mirrored to version 2", _mirrored(bad), [20, 0])
    scene.check("version 2 had these percents of the traffic", bad.shares(), [0])

    scene.say("Version 3 comes, and answers all of them.")
    good = scene.register(taxi.BETTER)
    scene.measure(good, requests=100)
    good.ends("succeeded")
    scene.check("these percents were mirrored to version 3", _mirrored(good), [20, 0])
    scene.check("version 3 had these percents of the traffic", good.shares(), [0, 100])


def _mirrored(version: Version) -> list[int]:
    rows = [row for row in version.rows() if row["Name"] == "promotion.traffic_mirrored"]
    return [int(row["Measurements"]["mirrored"]) for row in rows]


STORY = Story(shadow, ROUTE, online_endpoint("shadow"))
