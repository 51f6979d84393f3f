"""The stand-ins as a Python object."""

from pathlib import Path
from typing import Self

from local.azureml import certificate, server
from local.notices.far_sides import HOOK, SIGNATURE, TEAMS_PATH, TOKEN, far_sides
from local.notices.inbox import Inbox


class Notices:
    """Teams, Slack, a team's own service and a topic, for as long as the `with` block lasts."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self.inbox = Inbox()

    def __enter__(self) -> Self:
        made = certificate.make(self._directory)
        self.ca_file = made.ca_file
        listener = server.listen(0)
        self.url = f"https://localhost:{listener.getsockname()[1]}"
        self._server = server.Server(far_sides(self.inbox), listener, made.context)
        self._server.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.stop()

    @property
    def settings(self) -> dict[str, str]:
        """App settings that lead to them."""
        return {
            "TEAMS_WEBHOOK": f"{self.url}{TEAMS_PATH}?api-version=1&sp=%2Frun&sig={SIGNATURE}",
            "SLACK_WEBHOOK": f"{self.url}/services/{HOOK}",
            "OPS_WEBHOOK": f"{self.url}/ops",
            "OPS_TOKEN": TOKEN,
            "PROMOTION_TOPIC": f"{self.url}/api/events",
        }
