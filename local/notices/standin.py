"""The stand-ins as a Python object."""

from datetime import datetime
from pathlib import Path
from typing import Self

from local.azureml import certificate, server
from local.notices.far_sides import HOOK, SIGNATURE, TEAMS_PATH, TOKEN, far_sides
from local.notices.inbox import Came, Inbox
from local.notices.shown import NAMES, lines


class Notices:
    """Teams, Slack, a team's own service and a topic, for as long as the `with` block lasts."""

    def __init__(self, directory: Path, shown_in: Path | None = None) -> None:
        """What comes is written to the file ``shown_in``, as people see it."""
        self._directory = directory
        self._shown_in = shown_in
        self.inbox = Inbox()

    def __enter__(self) -> Self:
        made = certificate.make(self._directory)
        if self._shown_in is not None:
            self._shown_in.write_text("", encoding="utf-8")
            self.inbox.listeners.append(self._show)
        self.ca_file = made.ca_file
        listener = server.listen(0)
        self.url = f"https://localhost:{listener.getsockname()[1]}"
        self._server = server.Server(far_sides(self.inbox), listener, made.context)
        self._server.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.stop()

    def _show(self, came: Came) -> None:
        if self._shown_in is not None:
            head = f"{datetime.now().astimezone():%H:%M:%S}  {NAMES[came.side]}"
            text = "\n".join([head, *(f"  | {line}" for line in lines(came.side, came.body))])
            with self._shown_in.open("a", encoding="utf-8") as file:
                file.write(f"{text}\n\n")

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
