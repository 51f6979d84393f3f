"""Orders about a batch endpoint: deploy beside the default, test with a job, switch, undo."""

from datetime import datetime

from promotion.core.errors import Failure
from promotion.core.references import WorkspaceRef
from promotion.core.steps.base import Order, Receipt, TargetOrder
from promotion.core.steps.online import DeployOrder, LookOrder, Marks, RetireOrder
from promotion.core.ways.batch import BatchTestPlan


class ComputeOrder(Order):
    """Make sure that the cluster exists."""

    activity = "ensure_compute"

    workspace: WorkspaceRef
    yaml: str
    """The team's file, for a cluster that does not."""
    path: str
    """Where it stands, relative to the policy."""


class BatchEndpointOrder(TargetOrder):
    """Make sure that the endpoint exists."""

    activity = "ensure_batch_endpoint"

    yaml: str
    """The team's file, for an endpoint that does not."""


class BatchEndpointReceipt(Receipt):
    """The endpoint as it is."""

    default: str | None = None
    """The deployment that answers whoever names none."""
    version: str | None = None
    """Its version of the same model, as its tags say."""
    marks: Marks = {}
    """What the endpoint's tags say of the deployment that was the default before."""


class BatchDeployOrder(DeployOrder):
    """Create the deployment of this version beside the default one."""

    activity = "create_batch_deployment"


class BatchDeployReceipt(Receipt):
    """Azure has taken the order."""

    operation: str | None = None
    """Where Azure tells why it fails; None when an earlier call had that answer, and lost it."""


class BatchLookOrder(LookOrder):
    """Look how far the deployment is."""

    activity = "look_at_batch_deployment"

    operation: str | None = None


class InvokeOrder(TargetOrder):
    """Start the test job of the new deployment, if it has not been."""

    activity = "invoke_batch_deployment"

    test: BatchTestPlan
    mark: str
    """The job's display name, by which a second call finds it: Azure gives it another name."""


class InvokeReceipt(Receipt):
    """Azure has the job."""

    job: str
    """Its name."""
    studio: str | None = None
    """Where people can watch it."""


class BatchTestLookOrder(TargetOrder):
    """Look how far the test job is."""

    activity = "look_at_batch_test"

    job: str
    mark: str
    started_at: datetime


class BatchTestLookReceipt(Receipt):
    """How the job is, in Azure's word; ``failure`` when it ended in any way but well."""

    state: str
    failure: Failure | None = None


class DefaultOrder(TargetOrder):
    """Make the deployment the default, if the default is still the expected one."""

    activity = "set_batch_default"

    expected: str | None
    marks: Marks
    """To be written with it."""
    started_at: datetime
    written: bool = False
    """Whether an earlier step has written it already, as its receipt said."""


class DefaultReceipt(Receipt):
    """It is the default, read back after it was written."""

    written: bool = False


class UndoBatchOrder(TargetOrder):
    """Give the default back, stop the test job and remove the new deployment."""

    activity = "undo_batch"

    restore: str | None
    """The default before the delivery."""
    marks: Marks = {}
    """Marks before the delivery."""
    mark: str | None = None
    """Display name of the test job, if there may be one."""
    job: str | None = None
    """Its name, once it is known."""
    keep: bool = False
    """Leave the deployment to be looked at."""
    switched: bool = False
    """Whether the new deployment is known to have been the default."""
    told: bool = False
    """Whether the record says already that the default is back."""


class UndoBatchReceipt(Receipt):
    """Default and deployments are as before; ``told`` as in the order."""

    told: bool = False


class RetireBatchOrder(RetireOrder):
    """Remove a deployment that was the default before, if it still is not."""

    activity = "retire_batch_deployment"
