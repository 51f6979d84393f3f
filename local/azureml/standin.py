"""The stand-in as a Python object."""

from pathlib import Path
from types import TracebackType
from typing import Any, Self

from local.azureml import certificate, server
from local.azureml.app import App
from local.azureml.cloud import Cloud
from local.azureml.control.seed import plant


class StandIn:
    """An Azure ML control plane of one's own, for as long as the `with` block lasts.

    It leaves os.environ alone; see the package's docstring for what a client needs.
    """

    def __init__(
        self, port: int = 0, directory: Path = Path(".local"), seed: dict[str, Any] | None = None
    ) -> None:
        self._port = port
        self._directory = directory
        self._seed = seed or {}

    def start(self) -> Self:
        listener = server.listen(self._port)
        made = certificate.make(self._directory)
        self.url = f"https://localhost:{listener.getsockname()[1]}"
        self.ca_file = made.ca_file
        self.cloud = Cloud(self.url, seed=self._seed)
        plant(self.cloud, self._seed)
        self._server = server.Server(App(self.cloud), listener, made.context)
        self._server.start()
        return self

    def stop(self) -> None:
        self._server.stop()
        self.cloud.event_grid.close()

    @property
    def identity_header(self) -> str:
        """What the managed-identity endpoint wants to see in X-IDENTITY-HEADER."""
        return self.cloud.identity_header

    @property
    def identity_endpoint(self) -> str:
        return f"{self.url}/_emulator/identity"

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()
