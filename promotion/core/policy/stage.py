"""A stage: one target workspace, what comes before, and how to deploy there."""

from datetime import timedelta
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Annotated, Self

from pydantic import ConfigDict, Field, model_validator

from promotion.core.gates import Gate
from promotion.core.policy.duration import Duration, Span
from promotion.core.policy.section import Name, Section
from promotion.core.policy.ways import WAYS
from promotion.core.policy.ways.azure_pipeline import AzurePipeline
from promotion.core.policy.ways.base import Way
from promotion.core.policy.ways.batch import Batch
from promotion.core.policy.ways.github_workflow import GithubWorkflow
from promotion.core.policy.ways.job import Job
from promotion.core.policy.ways.online import Online
from promotion.core.policy.ways.register import Register
from promotion.core.waits import Wait

if TYPE_CHECKING:
    AnyStageGate = Gate | Wait
else:
    _KINDS = (*Gate.kinds.values(), *Wait.kinds.values())
    AnyStageGate = Annotated[reduce(or_, _KINDS), Field(discriminator="kind")]
    """What may stand under a stage's gates."""


class Stage(Section):
    """One target workspace and how to deploy there."""

    model_config = ConfigDict(json_schema_extra={"oneOf": [{"required": [way]} for way in WAYS]})

    name: Name = Field(description="Name of the stage, for instance prod.")
    workspace: str = Field(description="One of the names under workspaces.")
    needs: tuple[str, ...] | None = Field(
        default=None,
        description="Earlier stages that must have succeeded; the one before unless stated.",
    )
    gates: tuple[AnyStageGate, ...] = Field(
        default=(),
        description="Questions and waits before this stage, among them approval, window and soak.",
    )
    online: Online | None = None
    batch: Batch | None = None
    register_: Register | None = Field(default=None, alias="register")
    job: Job | None = None
    azure_pipeline: AzurePipeline | None = None
    github_workflow: GithubWorkflow | None = None
    keep_previous: Duration = Field(
        default=timedelta(hours=24),
        description="How long the previous deployment stays, without traffic, after the switch.",
    )
    time_limit: Span = Field(
        default=timedelta(hours=3),
        description="How long the stage may take before it is taken back.",
    )

    @model_validator(mode="after")
    def _goes_one_way(self) -> Self:
        if len(self._ways) != 1:
            *most, last = WAYS
            raise ValueError(f"a stage needs one of {', '.join(most)} and {last}")
        return self

    @property
    def _ways(self) -> list[Way]:
        return [way for _, way in self if isinstance(way, Way)]

    @property
    def way(self) -> Way:
        """How it delivers."""
        return self._ways[0]

    @property
    def questions(self) -> tuple[Gate, ...]:
        """Its gates that judge the candidate."""
        return tuple(gate for gate in self.gates if isinstance(gate, Gate))

    @property
    def waits(self) -> tuple[Wait, ...]:
        """Its gates that wait for time or people."""
        return tuple(gate for gate in self.gates if isinstance(gate, Wait))
