"""`python -m local.register NAME`: register a model of the taxi team while `make serve` runs."""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from local import taxi
from local.data_scientist import DataScientist
from local.qa import register_as
from local.serve import INFO


def main(words: Sequence[str] | None = None, info_file: Path = INFO) -> int:
    """Register it and say which version it became; `words` are those of the command line."""
    parser = argparse.ArgumentParser(prog="python -m local.register", description=__doc__)
    parser.add_argument("training", choices=taxi.TRAININGS, help="what was trained")
    parser.add_argument("--name", default=taxi.MODEL, help="name of the model (%(default)s)")
    parser.add_argument("--by", help="who registers it; otherwise Azure ML knows no name")
    parser.add_argument("--version", default="1", help="of what --by registers (%(default)s)")
    arguments = parser.parse_args(words)
    if not info_file.exists():
        print("Nothing is served here: start `make serve` first.", file=sys.stderr)
        return 1
    info = json.loads(info_file.read_text(encoding="utf-8"))
    training = taxi.TRAININGS[arguments.training]
    if arguments.by:
        version = arguments.version
        register_as(info, arguments.by, training.job, arguments.name, version)
    else:
        version = DataScientist(info).register(training, arguments.name)
    print(f"registered {arguments.name}:{version}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
