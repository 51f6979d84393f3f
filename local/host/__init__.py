"""A local Azure Functions host for an unchanged function_app.py, without Core Tools.

    python -m local.host --app DIR --port 7071 --keys-file FILE

The functions are run by Microsoft's own worker library (worker.py), durable ones on durabletask's
in-memory backend (backend/, sidecar.py, durable.py). What surrounds them on Azure is here in
small: HTTP triggers, Event Grid's webhook, timers, the durable HTTP API, admin routes and keys.
Queues and other bindings are not.

Where it differs from Azure on purpose:
- A termination asked for with `recursive` (the client's default) ends sub-orchestrations too;
  Azure's extension ignores the flag. See backend/children.py, and Options.terminate_children.
- A lock, and a request for one, goes when its orchestration ends. See backend/locks.py.
- A sub-orchestration whose id is taken fails its parent; on Azure the parent waits for ever.
- Everything is in memory: it ends with the process. With `--backend` the durable side is in a
  process of its own (`python -m local.host.backend`) and outlives a host that is killed: what the
  host held is handed out again, to the next one that connects. HostProcess does this for tests.
- A timer trigger knows no run before the host's start.
- functionTimeout is not enforced, and an `async` function that blocks also blocks the host.
"""

from local.host.errors import HostError
from local.host.host import Host
from local.host.keys import Keys

__all__ = ["Host", "HostError", "Keys"]
