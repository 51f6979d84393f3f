"""`python -m local.register NAME`: register a model of the taxi team while `make serve` runs."""

import argparse
import json
import sys

from local import taxi
from local.data_scientist import DataScientist
from local.serve import INFO


def main() -> int:
    """Register it and say which version it became."""
    parser = argparse.ArgumentParser(prog="python -m local.register", description=__doc__)
    parser.add_argument("training", choices=taxi.TRAININGS, help="what was trained")
    parser.add_argument("--name", default=taxi.MODEL, help="name of the model (%(default)s)")
    arguments = parser.parse_args()
    if not INFO.exists():
        print("Nothing is served here: start `make serve` first.", file=sys.stderr)
        return 1
    scientist = DataScientist(json.loads(INFO.read_text(encoding="utf-8")))
    version = scientist.register(taxi.TRAININGS[arguments.training], arguments.name)
    print(f"registered {arguments.name}:{version}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
