"""The service that stories run on: the function app, a small Azure, a team's pipelines and chat."""

from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final, Self

import httpx

from local import taxi
from local.cloud import LocalCloud
from local.data_scientist import DataScientist
from local.notices import Notices
from local.pipelines import Pipelines, github
from local.stories.support.azure import Azure
from local.stories.support.policy import QA, PolicyFolder
from local.stories.support.story import Story

_BEGAN: Final = "2026-03-02T11:59:58.1234567Z"
_SEED: Final = {
    "workspaces": [
        {
            "subscription": taxi.SUBSCRIPTION,
            "resource_group": "rg-mlops-qa",
            "name": QA,
            "location": "westeurope",
        }
    ],
    "computes": [{"workspace": taxi.PROD, "name": "cpu-cluster"}],
}
"""What the stories need beside the taxi-fare team's Azure."""


class Service:
    """Everything that runs for the stories, as long as the `with` block lasts."""

    def __init__(self, directory: Path, stories: tuple[Story, ...]) -> None:
        self.directory = directory
        self.stories = stories
        self._running = ExitStack()

    def __enter__(self) -> Self:
        """processes.StartFailed if something cannot start."""
        self.policy = PolicyFolder(self.directory, self.stories)
        with ExitStack() as starting:
            self.pipelines = starting.enter_context(Pipelines(self.directory / "pipelines"))
            self.notices = starting.enter_context(Notices(self.directory / "notices"))
            self.cloud = starting.enter_context(self._cloud())
            self._running = starting.pop_all()
        azure = Path(self.cloud.info["ca_file"])
        trusted = (azure, self.pipelines.ca_file, self.notices.ca_file)
        # Before the app's first request to anybody: that is when it reads whom to trust.
        self._trusted.write_text("".join(file.read_text() for file in trusted), encoding="ascii")
        self.azure = Azure(self.cloud.control)
        self.azure.control.post("/_emulator/seed", json=_SEED)
        self.scientist = DataScientist(self.cloud.info)
        return self

    def __exit__(self, *_: object) -> None:
        self._running.close()

    def plant_model(self, model: str, number: str, by: str) -> None:
        """A version that was registered without anybody hearing of it."""
        planted: dict[str, Any] = {
            "workspace": taxi.DEV,
            "name": model,
            "version": number,
            "job": taxi.GOOD.job,
            "created_at": _BEGAN,
            **({"created_by": by} if by else {}),
        }
        self.azure.control.post("/_emulator/seed", json={"models": [planted]})

    def deliver_event(self, model: str, number: str) -> None:
        """Tell the app of a version, as Event Grid does."""
        event = {
            "specversion": "1.0",
            "type": "Microsoft.MachineLearningServices.ModelRegistered",
            "source": taxi.workspace_id(taxi.DEV),
            "subject": f"models/{model}:{number}",
            "id": f"{model}-{number}",
            "time": _BEGAN,
            "data": {"modelName": model, "modelVersion": number},
        }
        headers = {"aeg-event-type": "Notification"}
        url = self.cloud.info["event_url"]
        httpx.post(url, json=event, headers=headers, timeout=30).raise_for_status()

    @property
    def _trusted(self) -> Path:
        return self.directory / "trusted.pem"

    def _cloud(self) -> LocalCloud:
        told = self.notices.settings
        return LocalCloud(
            self.directory,
            policy=self.policy.policy,
            settings={
                "PROMOTION_AZURE_DEVOPS_URL": self.pipelines.azure_devops_url,
                "GITHUB_URL": self.pipelines.github_url,
                "RELEASE_TOKEN": github.TOKEN,
                # Not the topic: events are published of every promotion, whatever its route says.
                **{name: told[name] for name in ("TEAMS_WEBHOOK", "SLACK_WEBHOOK")},
                "REQUESTS_CA_BUNDLE": str(self._trusted.resolve()),
            },
        )
