"""Four eyes."""

from local.stories.support.scene import Scene
from local.stories.support.story import Story

ROUTE = """\
own-approval:
  from: dev
  models: [own-approval]
  stages:
    - name: prod
      workspace: prod
      gates:
        - {kind: approval, by: [rita@contoso.com, bob@contoso.com]}
      register: {}
"""


def own_approval(scene: Scene) -> None:
    """Who registered a model may not approve it, even if the policy names that person."""
    scene.say("Rita registers version 1. It waits for Rita's or Bob's approval.")
    version = scene.register_unheard("1", by="rita@contoso.com")
    scene.announce(version)
    asked = version.tells("approval_requested")["Properties"]
    scene.check("who may approve", asked["by"], "rita@contoso.com, bob@contoso.com")
    scene.check("who registered it", asked["registered_by"], "rita@contoso.com")

    scene.say("Rita approves it herself.")
    scene.operator.decide(version, "approve", "Rita@contoso.com")
    refused = version.tells("decision_refused")["Properties"]["reason"]
    scene.check_says("her decision does not count", refused, "registered the model")

    scene.say("Bob approves it.")
    scene.operator.decide(version, "approve", "bob@contoso.com")
    version.ends("succeeded")


STORY = Story(own_approval, ROUTE)
