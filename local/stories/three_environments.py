"""The way that most teams want: dev, qa, production."""

from local.stories.support.scene import Scene
from local.stories.support.story import Story, online_endpoint

ROUTE = """\
three-environments:
  from: dev
  models: [three-environments]
  gates:
    - {kind: metric, name: rmse, at_most: 5.0, unit: dollars}
  stages:
    - name: qa
      workspace: qa
      online: {<<: *online, endpoint: deploy/fares-qa.yml}
    - name: prod
      workspace: prod
      gates:
        - {kind: soak, stage: qa, for: 2s}
        - {kind: approval, by: [bob@contoso.com]}
      online: {<<: *online, endpoint: deploy/three-environments.yml}
"""


def three_environments(scene: Scene) -> None:
    """A version goes from dev to qa, proves itself there, and goes to production once somebody
    has approved it."""
    scene.say("Version 1 comes. It passes its gate, is copied, and is deployed to qa.")
    version = scene.register()
    soaking = version.tells("waiting", waiting_for="soak", stage="prod")["Properties"]
    scene.check_says("prod waits", soaking["reason"], "2s of service in qa")

    scene.say("It has served long enough in qa. Now prod waits for an approval.")
    asked = version.tells("approval_requested")["Properties"]
    scene.check("who may approve", asked["by"], "bob@contoso.com")
    endpoint = scene.azure.exists("onlineEndpoints/three-environments")
    scene.check("production has an endpoint already", endpoint, False)

    scene.say("Eve approves, who may not.")
    scene.operator.decide(version, "approve", "eve@contoso.com")
    refused = version.tells("decision_refused")["Properties"]["reason"]
    scene.check_says("her decision does not count", refused, "may not decide")

    scene.say("Bob approves.")
    scene.operator.decide(version, "approve", "bob@contoso.com")
    version.ends("succeeded")
    scene.check("production serves", scene.serving(), {version.deployment: 100})


STORY = Story(three_environments, ROUTE, online_endpoint("three-environments", "fares-qa"))
