"""The small Azure with those who are told what happens: Teams, Slack, and an Event Grid topic."""

import shutil
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final, Self

from local.cloud import ROOT, LocalCloud
from local.notices import Notices

NOTIFY: Final = """
# Whoever tries the service sees what people are told.
defaults:
  notify:
    - {kind: teams, url_setting: TEAMS_WEBHOOK}
    - {kind: slack, url_setting: SLACK_WEBHOOK, on: [succeeded]}
"""
"""What the example's policy gets here; the settings that it names lead to stand-ins."""


class ToldCloud(LocalCloud):
    """A LocalCloud that tells stand-ins, as far as its policy wants it.

    Their settings are TEAMS_WEBHOOK, SLACK_WEBHOOK, OPS_WEBHOOK and OPS_TOKEN.
    """

    def __init__(self, directory: Path, **wishes: Any) -> None:
        """`wishes` are those of LocalCloud."""
        super().__init__(directory, **wishes)
        self.notices_file = directory / "notices.txt"
        """What people see, as it comes."""
        self._notices = Notices(directory / "notices", shown_in=self.notices_file)

    def start(self) -> Self:
        with ExitStack() as starting:
            notices = starting.enter_context(self._notices)
            trusted = self.directory / "trusted.pem"
            trust = {"REQUESTS_CA_BUNDLE": str(trusted.resolve())}
            self._settings = {**notices.settings, **trust, **self._settings}
            super().start()
            self._running = starting.pop_all()
        # Before the app's first request to anybody: that is when it reads whom to trust.
        known = (Path(self.info["ca_file"]), notices.ca_file)
        trusted.write_text("".join(file.read_text() for file in known), encoding="ascii")
        return self

    def stop(self) -> None:
        super().stop()
        self._running.close()


def the_policy(directory: Path) -> Path:
    """The example's policy, in `directory`, where it says whom to tell."""
    folder = directory / "taxi-fare"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(ROOT / "examples/taxi-fare", folder)
    policy = folder / "promotion.yaml"
    policy.write_text(policy.read_text(encoding="utf-8") + NOTIFY, encoding="utf-8")
    return policy
