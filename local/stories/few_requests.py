"""Too few requests are no proof of anything."""

from local import taxi
from local.stories.support.scene import Scene
from local.stories.support.story import Story, online_endpoint

ROUTE = """\
few-requests:
  from: dev
  models: [few-requests]
  stages:
    - name: prod
      workspace: prod
      online:
        <<: *online
        endpoint: deploy/few-requests.yml
        canary: {steps: [25], every: 1s}
        verify:
          - kind: azure_metric
            metric: ErrorRate_5xx
            at_most: 1
            min_requests: 50
            wait_at_most: 2m
"""


def few_requests(scene: Scene) -> None:
    """A canary with too few requests to be judged stays at its step until there are enough."""
    scene.say("Version 1 comes, and serves.")
    live = scene.register()
    scene.measure(live, requests=500)
    live.ends("succeeded")

    scene.say("Version 2 comes. At 25 % it has had one request, and the policy wants 50.")
    version = scene.register(taxi.BETTER)
    scene.measure(version, requests=1)
    version.tells("waiting", waiting_for="verification")
    scene.check("version 2 has had these percents of the traffic", version.shares(), [0, 25])

    scene.say("It gets a hundred requests a minute, and answers them well.")
    scene.measure(version, requests=100)
    version.ends("succeeded")
    scene.check("version 2 had these percents of the traffic", version.shares(), [0, 25, 100])
    looks = [
        (row["Measurements"]["traffic"], row["Properties"]["outcome"])
        for row in version.rows()
        if row["Name"] == "promotion.verified"
    ]
    told = [f"{outcome} at {share:g} %" for share, outcome in looks]
    expected = ["inconclusive at 25 %", "passed at 25 %", "passed at 100 %"]
    scene.check("the check said", told, expected)


STORY = Story(few_requests, ROUTE, online_endpoint("few-requests"))
