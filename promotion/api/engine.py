"""What the API needs of Durable Functions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from promotion.core.status import Status


@dataclass(frozen=True)
class Instance:
    """An orchestration as it stands."""

    id: str
    name: str
    """Of its orchestrator."""
    runtime: str
    """running, completed, failed, terminated or another, as durabletask calls it."""
    created: datetime
    updated: datetime
    shown: dict[str, Any]
    """Its custom status."""
    input: Any = None
    output: Any = None
    """Both None where they were not asked for."""

    @property
    def ended(self) -> bool:
        """Whether nothing can be told to it any more."""
        return self.runtime in ("completed", "failed", "terminated")

    @property
    def status(self) -> Status:
        """As it shows it; one that Azure or somebody has broken off could not say so."""
        broken = {"failed": Status.FAILED, "terminated": Status.CANCELLED}
        if self.runtime in broken:
            return broken[self.runtime]
        shown = str(self.shown.get("status"))
        return Status(shown) if shown in list(Status) else Status.EVALUATING


@dataclass(frozen=True)
class Done:
    """An activity that an orchestration had done."""

    at: datetime
    activity: str
    receipt: dict[str, Any]
    order: dict[str, Any] | None = None
    """None where the history does not have it."""


class Engine(Protocol):
    """Starts orchestrations, looks at them and tells them something."""

    async def find(self, instance_id: str) -> Instance | None:
        """The orchestration with its input and output; None when there is none."""

    async def since(self, moment: datetime) -> Sequence[Instance]:
        """All that began then or later, without input and output."""

    async def running(self) -> Sequence[Instance]:
        """All that have not ended, whenever they began, without input and output."""

    async def start(self, orchestrator: str, instance_id: str, order: dict[str, Any]) -> bool:
        """Whether this call started it: False when an orchestration of that id runs."""

    async def tell(self, instance_id: str, event: str, told: dict[str, Any]) -> bool:
        """Raise an event; False when that orchestration does not run any more."""

    async def kept(self, entity: str, name: str) -> dict[str, Any]:
        """What that entity keeps; nothing when there is none."""

    async def history(self, instance_id: str) -> Sequence[Done]:
        """What that orchestration has had done; nothing when it is not there or cannot be told."""
