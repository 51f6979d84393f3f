"""Who is told, where people talk."""

from local import taxi
from local.stories.support.scene import Scene
from local.stories.support.story import Story

ROUTE = """\
notices:
  from: dev
  models: [notices]
  notify:
    - {kind: teams, url_setting: TEAMS_WEBHOOK}
    - {kind: slack, url_setting: SLACK_WEBHOOK, on: [succeeded]}
  gates:
    - {kind: metric, name: rmse, at_most: 5.0, unit: dollars}
  stages:
    - name: prod
      workspace: prod
      gates:
        - {kind: approval, by: [bob@contoso.com], time_limit: 2d}
      register: {}
"""


def notices(scene: Scene) -> None:
    """Teams is told of a refusal and of an approval that is wanted, Slack of a success."""
    scene.say("Version 1 comes. Its error is too high, so its gate refuses it.")
    refused = scene.register(taxi.INACCURATE)
    refused.ends("rejected")
    why = "the policy wants at most 5"
    scene.check_arrives("teams", refused, "refused", f"{refused} was refused", why)

    scene.say("Version 2 comes, and passes its gate. Bob is to approve it.")
    version = scene.register(taxi.BETTER)
    command = f"promote approve {version.promotion_id} --stage prod"
    scene.check_arrives("teams", version, "approval", "✓ metric rmse", command)

    scene.say("Bob approves it.")
    scene.operator.decide(version, "approve", "bob@contoso.com")
    version.ends("succeeded")
    scene.check_arrives("slack", version, "succeeded", f"{version} was promoted", "Serves in: prod")
    slack = scene.service.notices.inbox.of("slack")
    scene.check("messages in Slack, which wants to know of successes alone", len(slack), 1)


STORY = Story(notices, ROUTE)
