"""No changes over the holidays."""

from datetime import UTC, datetime, timedelta
from typing import Final

from local.stories.support.scene import Scene
from local.stories.support.story import Story

_ROUTE: Final = """\
freeze:
  from: dev
  models: [freeze]
  stages:
    - name: prod
      workspace: prod
      gates:
        - kind: window
          freeze: [{{from: {start}, until: {until}, reason: the holidays}}]
      register: {{}}
"""


def _frozen(days: int = 0, seconds: int = 0) -> str:
    """The route with a freeze from an hour ago until that much later than now."""
    now = datetime.now(UTC).replace(microsecond=0, tzinfo=None)
    start, until = now - timedelta(hours=1), now + timedelta(days=days, seconds=seconds)
    return _ROUTE.format(start=start.isoformat(), until=until.isoformat())


def freeze(scene: Scene) -> None:
    """A version that comes in a freeze waits, says until when, and goes on by itself when the
    freeze ends."""
    scene.say("Version 1 comes in a freeze that lasts ten days more.")
    version = scene.register()
    waiting = version.tells("waiting", waiting_for="window")["Properties"]
    scene.check_says("it waits", waiting["reason"], "the holidays")
    days = datetime.fromisoformat(waiting["until"]) - datetime.now(UTC)
    scene.check("it waits for this many days", round(days / timedelta(days=1)), 10)

    scene.say("Ada cancels it: the team will have a better one by then.")
    scene.operator.cancel(version, "not worth the wait")
    version.ends("cancelled", because="not worth the wait")

    scene.say("The team changes the policy while the app runs: the freeze ends in four seconds.")
    scene.service.policy.write({"freeze": _frozen(seconds=4)})
    version = scene.register()
    waiting = version.tells("waiting", waiting_for="window")["Properties"]
    ended = version.ends("succeeded")
    until, went_on = (
        datetime.fromisoformat(one) for one in (waiting["until"], ended["TimeGenerated"])
    )
    scene.check("it went on after the end of the freeze", went_on >= until, True)


STORY = Story(freeze, _frozen(days=10))
