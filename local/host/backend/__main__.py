"""The durable backend in a process of its own: `python -m local.host.backend --port 0`.

Orchestrations, timers, locks and work items live on while hosts come and go:

    python -m local.host --backend 127.0.0.1:PORT --app DIR --keys-file FILE

One line of JSON on standard output says where it serves. It ends on SIGINT and SIGTERM, and when
the process that started it has ended. Nothing is written to disk: what it knows ends with it.
"""

import argparse
import json
import logging
import os
import signal
import sys
import threading

from local.host.backend import Backend

PARENT_SECONDS = 1.0
"""How often it looks whether its parent still runs."""


def main() -> int:
    arguments = _arguments()
    parent = os.getppid()
    logging.basicConfig(
        stream=sys.stderr,
        level=logging.INFO if arguments.verbose else logging.WARNING,
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
    )
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    backend = Backend()
    try:
        address = backend.start(arguments.port)
    except (OSError, RuntimeError, OverflowError) as error:
        print(f"error: cannot listen on port {arguments.port}: {error}", file=sys.stderr)
        return 1
    print(json.dumps({"backend": address}), flush=True)
    while not stop.wait(PARENT_SECONDS) and os.getppid() == parent:
        pass
    backend.stop()
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m local.host.backend",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--port", type=int, default=0, help="0 takes any free one")
    parser.add_argument("--verbose", action="store_true", help="log more, to standard error")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
