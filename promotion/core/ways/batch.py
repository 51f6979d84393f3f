"""A batch endpoint: a new deployment, tested with a job, which becomes the default."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Literal

from promotion.core.policy.duration import in_words
from promotion.core.value import Value
from promotion.core.ways.base import EndpointPlan

type InputType = Literal["uri_folder", "uri_file"]


class BatchTestPlan(Value):
    """A job of the new deployment alone, which must complete."""

    input: str
    """As `az ml batch-endpoint invoke --input` takes it."""
    input_type: InputType
    error_threshold: int
    """How many files may fail; -1 is any number of them."""
    time_limit: timedelta

    @property
    def data(self) -> str:
        """The input for people: without a signature that would let others read it."""
        return self.input.partition("?")[0]


class BatchPlan(EndpointPlan):
    """Deploy beside the default, test, and make it the default."""

    way: Literal["batch"]
    compute_yaml: str | None = None
    """The team's file of the cluster, which is created if it is missing."""
    compute_path: str | None = None
    """Where that file stands, relative to the policy."""
    test: BatchTestPlan | None = None
    on_failure: Literal["remove", "keep"] = "remove"

    def doing(self) -> Iterator[tuple[str, str]]:
        """What will be done, step by step, for people."""
        if self.compute_path is not None:
            yield "ensure", f"the cluster of {self.compute_path}, created if it is missing"
        yield from super().doing()
        if self.test is not None:
            span = in_words(self.test.time_limit)
            yield "test", f"it with a job on {self.test.data}, which may take {span}"
        yield "switch", f"make it the default; {self._kept}"

    @property
    def resource(self) -> str:
        """Azure Resource Manager id of the endpoint."""
        return f"{self.workspace.arm_id}/batchEndpoints/{self.target.endpoint}"
