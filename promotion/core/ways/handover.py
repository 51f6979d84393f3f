"""A pipeline that the team already has: it is started with the version, and waited for."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from promotion.core.references import ModelVersion
from promotion.core.value import Value
from promotion.core.ways.base import StagePlan
from promotion.core.ways.pipelines import AnyPipeline
from promotion.core.written import Written

_Name = Annotated[
    str,
    Written(r"[A-Za-z_][A-Za-z0-9_-]{0,99}", "a name of letters, digits, hyphens and underscores"),
]


class Names(Value):
    """What the pipeline calls the parameters that the service gives it."""

    model_name: _Name = Field(default="modelName", description="Name of the model.")
    model_version: _Name = Field(default="modelVersion", description="Its version.")
    registry_path: _Name = Field(
        default="registryPath", description="The copy in the registry, `azureml://registries/…`."
    )
    promotion_id: _Name = Field(
        default="promotionId",
        description="Id of the promotion at this stage: always given, for a run is found by it.",
    )
    omit: tuple[Literal["model_name", "model_version", "registry_path"], ...] = Field(
        default=(), description="What is not given, because the pipeline does not declare it."
    )

    @property
    def given(self) -> dict[str, str]:
        """What the pipeline calls each of those that it is given."""
        names: dict[str, str] = self.model_dump(exclude={"omit", *self.omit})
        return names


class HandoverPlan(StagePlan):
    """Start the team's pipeline, and wait for its end."""

    pipeline: AnyPipeline
    names: Names
    parameters: dict[str, str] = {}
    """Those that are the same for every version."""

    def given(self, run: str, model: ModelVersion, asset_id: str) -> dict[str, str]:
        """The parameters of the run that is called so."""
        told = {
            "model_name": model.name,
            "model_version": model.version,
            "registry_path": asset_id,
            "promotion_id": run,
        }
        return self.parameters | {name: told[what] for what, name in self.names.given.items()}

    @property
    def place(self) -> str:
        """What people look at to see how a delivery went."""
        return f"the {self.pipeline.label}"

    def doing(self) -> Iterator[tuple[str, str]]:
        """What will be done, step by step, for people."""
        fixed = ", ".join(f"{name}: {value}" for name, value in self.parameters.items())
        yield "start", self.pipeline.label + (f", with {fixed}" if fixed else "")
        yield "wait", "for its result"
