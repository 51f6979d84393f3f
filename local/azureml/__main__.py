"""python -m local.azureml: the stand-in in the foreground, until SIGTERM or SIGINT."""

import argparse
import json
import signal
import sys
import threading
from pathlib import Path

from local.azureml.server import PortTaken
from local.azureml.standin import StandIn


def main() -> int:
    arguments = _arguments()
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    try:
        azure = StandIn(arguments.port, arguments.directory).start()
    except PortTaken as error:
        print(f"local.azureml: {error} Choose another with --port.", file=sys.stderr)
        return 1
    ready = {
        "arm_url": azure.url,
        "ca_file": str(azure.ca_file),
        "identity_endpoint": azure.identity_endpoint,
        "identity_header": azure.identity_header,
    }
    print(json.dumps(ready), flush=True)
    stop.wait()
    azure.stop()
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m local.azureml", description=__doc__)
    parser.add_argument("--port", type=int, default=8443, help="0 takes any that is free")
    parser.add_argument("--directory", type=Path, default=Path(".local"), help="for ca.pem")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
