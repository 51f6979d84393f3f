"""Records what the tests here read: `.venv/bin/python -m tests.dashboards.record`, two minutes.

The real service tells every story on the stand-ins; the records of each go to `rows/<story>.jsonl`
as they were written, and what the stand-in for Azure saw of the traffic goes to `ledger.json`. Only
the port of the stand-in, which is another one each time, is made the same.
"""

import json
import re
import sys
import tempfile
from pathlib import Path
from typing import Any, Final

import httpx

from local.cloud import LocalCloud
from local.demo import SECONDS, demo_policy
from local.stories import STORIES
from local.stories.support.perform import perform
from local.stories.support.service import Service
from local.story import Story as TaxiFare

HERE: Final = Path(__file__).parent
ROWS: Final = HERE / "rows"
_PORT: Final = re.compile(r"(localhost|127\.0\.0\.1):\d+")


class _Nobody:
    """An audience that is not there."""

    def __getattr__(self, _: str) -> Any:
        return lambda *_: None


def main() -> int:
    """Record everything anew; 1 if a story did not end as it should."""
    with tempfile.TemporaryDirectory() as folder:
        surprises, traffic = _taxi_fare(Path(folder))
    with tempfile.TemporaryDirectory() as folder:
        more, ledger = _stories(Path(folder))
    _write_ledger(traffic | ledger)
    for surprise in (*surprises, *more):
        sys.stderr.write(f"{surprise}\n")
    return 1 if surprises or more else 0


def _taxi_fare(folder: Path) -> tuple[list[str], dict[str, Any]]:
    with LocalCloud(folder, policy=demo_policy(folder), seconds=SECONDS) as cloud:
        endings = list(TaxiFare(cloud, _Nobody()).tell())
        _write("taxi-fare", cloud.audit_file.read_text(encoding="utf-8"))
        surprises = [surprise for ending in endings for surprise in ending.surprises]
        return surprises, _traffic(cloud.control)


def _stories(folder: Path) -> tuple[list[str], dict[str, Any]]:
    surprises: list[str] = []
    with Service(folder, STORIES) as service:
        told = 0
        for story in STORIES:
            ending = perform(story, service, _Nobody())
            surprises += [f"{story.name}: {ending.surprise}"] if ending.surprise else []
            text = service.cloud.audit_file.read_text(encoding="utf-8")
            _write(story.name, text[told:])
            told = len(text)
        return surprises, _traffic(service.azure.control)


def _traffic(control: httpx.Client) -> dict[str, Any]:
    """By endpoint, every distribution of traffic that Azure was asked for."""
    known = control.get("/_emulator/traffic").json()["endpoints"]
    return {
        path.rpartition("/")[2]: [state["traffic"] for state in states]
        for path, states in known.items()
    }


def _write(name: str, text: str) -> None:
    ROWS.mkdir(exist_ok=True)
    (ROWS / f"{name}.jsonl").write_text(_PORT.sub(r"\1:8443", text), encoding="utf-8")


def _write_ledger(traffic: dict[str, Any]) -> None:
    lines = (f"  {json.dumps(name)}: {json.dumps(states)}" for name, states in traffic.items())
    text = "{\n" + ",\n".join(lines) + "\n}\n"
    (HERE / "ledger.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
