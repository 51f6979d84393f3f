"""The whole stand-in as its request handlers see it: store, settings, recorder, events."""

import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from local.azureml.faults import Faults
from local.azureml.ledger import Ledger
from local.azureml.settings import Settings
from local.azureml.store.store import Store
from local.eventgrid import EventGrid

Publish = Callable[[str, str, str, dict[str, Any]], None]
"""Tells the event stand-in: source, event type, subject, data."""


@dataclass
class Cloud:
    """One of these per running stand-in."""

    url: str
    seed: dict[str, Any] = field(default_factory=dict)
    """What the process was started with, and what a reset goes back to."""
    identity_header: str = field(default_factory=lambda: secrets.token_hex(16))
    store: Store = field(default_factory=Store)
    settings: Settings = field(default_factory=Settings)
    ledger: Ledger = field(default_factory=Ledger)
    faults: Faults = field(default_factory=Faults)
    event_grid: EventGrid = field(default_factory=EventGrid)
    lock: threading.RLock = field(default_factory=threading.RLock)

    @property
    def publish(self) -> Publish:
        return self.event_grid.publish

    @property
    def host(self) -> str:
        """`localhost:PORT`: what stands in for every host name of Azure."""
        return self.url.partition("://")[2]

    def forget(self) -> None:
        """Everything back to how the process was started, settings too."""
        with self.lock:
            self.store = Store()
            self.settings = Settings()
            self.ledger.clear()
            self.faults.clear()
        self.event_grid.forget()
