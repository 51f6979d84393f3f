"""python -m local.notices: the stand-ins in the foreground, until SIGTERM or SIGINT."""

import argparse
import json
import signal
import sys
import threading
from pathlib import Path

from local.notices.standin import Notices


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m local.notices", description=__doc__)
    parser.add_argument("--directory", type=Path, default=Path(".local/notices"))
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    with Notices(parser.parse_args().directory) as notices:
        print(json.dumps({**notices.settings, "ca_file": str(notices.ca_file)}), flush=True)
        stop.wait()
    return 0


if __name__ == "__main__":
    sys.exit(main())
