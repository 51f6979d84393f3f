"""Run an app: `python -m local.host --app DIR --port 7071 --keys-file FILE`."""

import argparse
import json
import logging
import os
import signal
import sys
import threading
from pathlib import Path

from local.host.errors import HostError
from local.host.host import Host
from local.host.keys import load_or_make

# What the worker library says on its own, although it is no news or the host says it better.
_NOISE = (
    "Auth level is not applied to non http",
    "Error when indexing function.",
    "Error: %s, %s",
)


def main() -> int:
    arguments = _arguments()
    _configure_logging(verbose=arguments.verbose)
    # Standard output carries the one line that says the host is ready; what the app prints goes
    # where the log goes.
    answer, sys.stdout = sys.stdout, sys.stderr
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    try:
        host = Host(
            arguments.app,
            port=arguments.port,
            keys=load_or_make(arguments.keys_file),
            backend_address=arguments.backend,
        )
        host.start()
    except HostError as error:
        print(f"error: {error}", file=sys.stderr)
        if error.details:
            print(error.details, file=sys.stderr)
        return 1
    print(json.dumps({"host_url": host.url, "functions": host.functions}), file=answer, flush=True)
    stop.wait()
    host.stop()
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m local.host", description=__doc__)
    parser.add_argument("--app", type=Path, default=Path(), help="directory of function_app.py")
    parser.add_argument("--port", type=int, default=7071, help="0 takes any free one")
    parser.add_argument(
        "--keys-file", type=Path, required=True, help="read if it exists, written if it does not"
    )
    parser.add_argument(
        "--backend",
        metavar="ADDRESS",
        help="of a durable backend (python -m local.host.backend) that outlives this host",
    )
    parser.add_argument(
        "--verbose",
        action="store_true",
        default=bool(os.environ.get("HOST_VERBOSE")),
        help="log more, to standard error; as HOST_VERBOSE=1 does",
    )
    return parser.parse_args()


def _configure_logging(*, verbose: bool) -> None:
    logging.basicConfig(
        stream=sys.stderr,
        level=logging.INFO if verbose else logging.WARNING,
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
    )
    # Its line about what was indexed grows with the square of the number of functions.
    logging.getLogger("azure.functions").setLevel(logging.WARNING)
    for handler in logging.getLogger().handlers:
        handler.addFilter(lambda record: not str(record.msg).startswith(_NOISE))


if __name__ == "__main__":
    code = main()
    sys.stderr.flush()
    # A function that still runs in the worker's thread pool would hold up a normal exit.
    os._exit(code)
