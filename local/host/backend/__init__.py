"""durabletask's in-memory backend, with its faults mended for use as a local durable store.

Each module mends one side of it by overriding methods, private ones among them, and says at its
top what and why; so durabletask is pinned to 1.12.0. From the bottom up:
lifecycle -> starting -> timing -> work -> workers -> children -> locks -> requests -> server.

Nothing here knows functions or the worker: the backend hands out work items (`work_items`) and
takes results (`Complete*`), directly or over gRPC from another process. So it can run in a
process of its own (`python -m local.host.backend`) and outlive its workers.
"""

from local.host.backend.model import Call, Options, Refused
from local.host.backend.server import Backend

__all__ = ["Backend", "Call", "Options", "Refused"]
