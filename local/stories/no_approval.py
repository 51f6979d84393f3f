"""Nobody decides."""

from local.stories.support.scene import Scene
from local.stories.support.story import Story

ROUTE = """\
no-approval:
  from: dev
  models: [no-approval]
  stages:
    - name: prod
      workspace: prod
      gates:
        - {kind: approval, by: [bob@contoso.com], time_limit: 1s}
      register: {}
"""


def no_approval(scene: Scene) -> None:
    """A version that nobody approves in time is rejected."""
    scene.say("Version 1 comes. Bob has a second to approve it, and is away.")
    version = scene.register()
    version.tells("approval_requested")
    version.ends("rejected", because="0 of 1 approvals came within 1s.")
    there = scene.azure.exists("models/no-approval/versions/1")
    scene.check("version 1 is in production", there, False)


STORY = Story(no_approval, ROUTE)
