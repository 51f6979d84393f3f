"""A job in the workspace of the stage, which is given the version."""

from collections.abc import Iterator
from typing import Literal

from promotion.core.ways.base import StagePlan


class JobPlan(StagePlan):
    """Submit the team's job with the version as its input, and wait for it."""

    way: Literal["job"]
    yaml: str
    """The team's file."""
    path: str
    """Where it stands, relative to the policy: its own paths begin there."""
    input: str

    def doing(self) -> Iterator[tuple[str, str]]:
        """What will be done, step by step, for people."""
        yield "submit", f"{self.path} in {self.workspace.name}; its input {self.input} is the model"
        yield "wait", "for the job"
