"""python -m local.pipelines: both stand-ins in the foreground, until SIGTERM or SIGINT."""

import argparse
import json
import signal
import sys
import threading
from pathlib import Path

from local.pipelines.standin import Pipelines


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m local.pipelines", description=__doc__)
    parser.add_argument("--directory", type=Path, default=Path(".local/pipelines"))
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    with Pipelines(parser.parse_args().directory) as pipelines:
        ready = {
            "azure_devops_url": pipelines.azure_devops_url,
            "github_url": pipelines.github_url,
            "ca_file": str(pipelines.ca_file),
        }
        print(json.dumps(ready), flush=True)
        stop.wait()
    return 0


if __name__ == "__main__":
    sys.exit(main())
