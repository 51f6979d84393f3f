"""Both stand-ins as a Python object."""

from pathlib import Path
from typing import Self

from local.azureml import certificate, server
from local.pipelines.azure_devops import azure_devops
from local.pipelines.control import Control
from local.pipelines.declared import of_azure, of_github
from local.pipelines.github import github

EXAMPLE = Path(__file__).parents[2] / "examples" / "hand-over"


class Pipelines:
    """Azure DevOps and GitHub of one's own, for as long as the `with` block lasts."""

    def __init__(self, directory: Path, example: Path = EXAMPLE) -> None:
        self._directory = directory
        self.azure = Control(of_azure(example / "azure-pipelines.yml"))
        self.github = Control(of_github(example / ".github" / "workflows" / "release.yml"))
        self._servers: list[server.Server] = []

    def __enter__(self) -> Self:
        made = certificate.make(self._directory)
        self.ca_file = made.ca_file
        urls = []
        for application in (azure_devops(self.azure), github(self.github)):
            listener = server.listen(0)
            urls.append(f"https://localhost:{listener.getsockname()[1]}")
            running = server.Server(application, listener, made.context)
            running.start()
            self._servers.append(running)
        self.azure_devops_url, self.github_url = urls
        return self

    def __exit__(self, *_: object) -> None:
        for running in self._servers:
            running.stop()
