"""`make demo`: the taxi-fare story, end to end, on this machine; `STORY=…`: another one."""

import shutil
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from rich.console import Console

from local.cloud import ROOT, LocalCloud
from local.observing import Observer
from local.processes import StartFailed
from local.stories import STORIES
from local.stories.support.show import show
from local.story import Ending, Story, invariants
from local.telling import LiveTelling, PlainTelling, summary

SECONDS: Final = {
    "import": 0.5,
    "endpoint": 0.5,
    "deployment": 2.0,
    "traffic": 0.5,
    "delete": 0.5,
}
"""How long Azure's operations take in the demo. On Azure a deployment takes 10 to 20 minutes."""


def main(arguments: Sequence[str] = ()) -> int:
    """Tell the story; 0 if it ended as it should, 1 if not, 2 if there is none of that name.

    Without an argument it is the taxi-fare story, with one that of STORIES; `list` and `all`.
    """
    console = Console(width=None if sys.stdout.isatty() else 140)
    if arguments:
        return show(console, STORIES, " ".join(arguments))
    return _taxi_fare(console)


def _taxi_fare(console: Console) -> int:
    directory = ROOT / ".local" / "demo"
    console.print(
        "A team's Azure on this machine: the function app is real, with azure-ai-ml, the Functions "
        "worker and the durable engine; Azure ML and Event Grid are stand-ins.\n"
        "The policy is examples/taxi-fare/promotion.yaml, but the previous deployment is kept for "
        "one second instead of 24 hours.\n",
        soft_wrap=True,
        highlight=False,
    )
    started = time.monotonic()
    endings: list[Ending] = []
    try:
        with LocalCloud(directory, policy=demo_policy(directory), seconds=SECONDS) as cloud:
            telling = LiveTelling(console) if console.is_terminal else PlainTelling(console)
            with telling:
                endings += Story(cloud, telling).tell()
            broken = invariants(Observer(cloud))
    except StartFailed as error:
        console.print(f"[red]The demo could not start:[/] {error}")
        return 1
    except TimeoutError as error:
        console.print(f"[red]The story got stuck:[/] {error}")
        console.print(f"The host's log is {directory / 'host.log'}")
        return 1
    console.print()
    console.print(summary(endings))
    return _verdict(console, endings, broken, time.monotonic() - started)


def demo_policy(directory: Path) -> Path:
    """The example's policy in `directory`, with a time for keeping that one can wait for."""
    folder = directory / "taxi-fare"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(ROOT / "examples/taxi-fare", folder)
    policy = folder / "promotion.yaml"
    text = policy.read_text(encoding="utf-8")
    policy.write_text(text.replace("keep_previous: 24h", "keep_previous: 1s"), encoding="utf-8")
    return policy


def _verdict(console: Console, endings: list[Ending], broken: list[str], seconds: float) -> int:
    surprises = [surprise for ending in endings for surprise in ending.surprises] + broken
    for surprise in surprises:
        console.print(f"[red]Not as it should be:[/] {surprise}")
    if surprises:
        return 1
    console.print(
        f"It ended as it should, after {seconds:.0f} s. "
        "Every record is in .local/demo/audit.jsonl, in the shape of Application Insights' "
        "AppEvents.",
        highlight=False,
        soft_wrap=True,
    )
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
