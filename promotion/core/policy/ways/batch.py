"""A batch endpoint."""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, ClassVar, Final, Literal

from pydantic import AfterValidator, Field

from promotion.core.names import deployment_name
from promotion.core.policy.duration import Span
from promotion.core.policy.section import Section
from promotion.core.policy.ways.base import EndpointWay, Given
from promotion.core.references import ModelVersion
from promotion.core.ways.batch import BatchPlan, BatchTestPlan, InputType

if TYPE_CHECKING:
    from promotion.core.policy.document import PolicyDocument

_INPUT: Final = re.compile(
    r"(?:https|abfss|wasbs|azureml)://\S+"
    r"|(?:azureml:)?/subscriptions/[^\s/]+/\S+/data/[^\s/]+/versions/[^\s/]+"
    r"|azureml:[\w-][\w.-]*[:@][\w-][\w.-]*"
)
"""What `az ml batch-endpoint invoke --input` takes, but for files of one's own computer."""


_SECRET: Final = re.compile(r"[?&]sig=|https://[^/?#]*@", re.IGNORECASE)
"""A shared access signature, or a user with a password: whoever reads the plan had them, too."""


def _reachable(address: str) -> str:
    if _SECRET.search(address):
        raise ValueError(
            "an address that holds a secret stands in the plan, where others read it; name a path "
            "in a datastore of the workspace, such as azureml://datastores/NAME/paths/FOLDER"
        )
    if _INPUT.fullmatch(address):
        return address
    if address.startswith("http://"):
        raise ValueError("an address begins with https://")
    raise ValueError(
        "name data that the workspace can read, such as azureml:sample:1, "
        "azureml://datastores/NAME/paths/FOLDER or https://…; a local file is out of its reach"
    )


class BatchTest(Section):
    """A job of the new deployment alone, on sample data, before it becomes the default."""

    input: Annotated[str, AfterValidator(_reachable)] = Field(
        description="Sample data as `az ml batch-endpoint invoke --input` takes it: a data asset "
        "such as azureml:sample:1, a path in a datastore, or an address."
    )
    input_type: InputType = Field(
        default="uri_folder", description="Whether that is a folder or one file."
    )
    error_threshold: int = Field(
        default=0,
        ge=-1,
        description="How many of the files may fail; -1 is any number of them. It counts for the "
        "test alone, where the deployment's own one may ignore every failure.",
    )
    time_limit: Span = Field(
        default=timedelta(hours=1),
        description="How long the job may take, the start of the cluster included.",
    )


class Batch(EndpointWay):
    """A batch endpoint, described by the team's own Azure ML CLI v2 files."""

    files: ClassVar[Mapping[tuple[str, ...], str]] = {
        ("endpoint",): "batch endpoint",
        ("deployment",): "batch deployment",
        ("compute",): "compute",
    }

    endpoint: str = Field(description="File for `az ml batch-endpoint create -f`.")
    deployment: str = Field(
        description="File for `az ml batch-deployment create -f`; name, endpoint_name and model "
        "are set by the service."
    )
    compute: str | None = Field(
        default=None,
        description="File for `az ml compute create -f` of the cluster that the deployment names, "
        "of type amlcompute; it is created if the workspace has none of that name.",
    )
    test: BatchTest | None = Field(
        default=None, description="A job that must complete before it becomes the default."
    )
    on_failure: Literal["remove", "keep"] = Field(
        default="remove",
        description="What becomes of a deployment that was taken back: keep leaves it, without "
        "being the default, to be looked at.",
    )

    def plan(self, document: "PolicyDocument", model: ModelVersion, given: Given) -> BatchPlan:
        """What it means for ``model``."""
        return BatchPlan(
            way="batch",
            **given,
            **self._on_endpoint(document, deployment_name(model), given["workspace"]),
            compute_yaml=document.files[self.compute] if self.compute is not None else None,
            compute_path=self.compute,
            test=self.test and BatchTestPlan(**dict(self.test)),
            on_failure=self.on_failure,
        )
