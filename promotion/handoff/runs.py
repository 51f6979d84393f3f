"""What services that run pipelines have in common, whichever they are."""

import re
from datetime import datetime, timedelta
from typing import Final, NamedTuple, Protocol, assert_never

from promotion.core.gates.http import one_line
from promotion.core.steps.handover import Outcome, Run
from promotion.core.ways.pipelines import PipelineRef, WorkflowRef

SKEW: Final = timedelta(minutes=10)
"""How far the far side's clock may be behind ours."""


class State(NamedTuple):
    """How a run is."""

    word: str
    """In the far side's own word."""
    outcome: Outcome | None
    """None while it goes on."""
    title: str
    """What people see of it in lists."""


class Runs(Protocol):
    """The runs of one pipeline. Every method raises as ``rest.request`` does."""

    def find(self, name: str, since: datetime) -> Run | None:
        """The run that is called ``name``, begun after ``since``, if there is one."""

    def start(self, parameters: dict[str, str]) -> Run | None:
        """A new run, or None when it was accepted without being told which it is."""

    def look(self, run: Run) -> State:
        """How it is."""

    def stop(self, run: Run) -> None:
        """Ask for its end; one that has ended already is left alone."""


def runs_of(pipeline: PipelineRef | WorkflowRef) -> Runs:
    """The runs of that pipeline."""
    # Here and not above: a process that starts the one needs nothing of the other.
    match pipeline:
        case PipelineRef():
            from promotion.handoff.azure_pipelines import AzureRuns

            return AzureRuns(pipeline)
        case WorkflowRef():
            from promotion.handoff.github import GithubRuns

            return GithubRuns(pipeline)
    assert_never(pipeline)


def word(said: str | None) -> str:
    """A state or a result as it can be shown."""
    return one_line(said or "unknown")[:50]


def carries(title: str, name: str) -> bool:
    """Whether ``title`` names the run called ``name``, not one whose name goes on after that."""
    return re.search(rf"{re.escape(name)}(?![a-z0-9-])", title) is not None
