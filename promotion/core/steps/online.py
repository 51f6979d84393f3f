"""Orders about an online endpoint: deploy beside what serves, ask, move the traffic, undo."""

from datetime import datetime

from promotion.core.errors import Failure
from promotion.core.steps.base import Receipt, TargetOrder

type Marks = dict[str, str]
"""Tags of an endpoint by which people, and a rollback, know what served before."""


class EndpointOrder(TargetOrder):
    """Make sure that the endpoint exists."""

    activity = "ensure_endpoint"

    yaml: str
    """The team's file, for an endpoint that does not."""


class EndpointReceipt(Receipt):
    """The endpoint as it is."""

    traffic: dict[str, int] = {}
    """Weights that are not zero, by deployment."""
    serving: dict[str, str] = {}
    """Versions of the same model among them, by deployment, as their tags say."""
    marks: Marks = {}
    """What its tags say of the deployment that served before the present one."""


class DeployOrder(TargetOrder):
    """Create the deployment of this version beside the live one."""

    activity = "create_deployment"

    yaml: str
    """The team's file."""
    path: str
    """Where it stands, relative to the policy."""
    asset_id: str
    references: dict[str, str] = {}
    """By field of the file, what the registry has in the place of what stands there."""


class LookOrder(TargetOrder):
    """Look how far the deployment is."""

    activity = "look_at_deployment"

    started_at: datetime


class LookReceipt(Receipt):
    """How the deployment is; ``failure`` when Azure could not make it."""

    state: str
    failure: Failure | None = None


class TrafficOrder(TargetOrder):
    """Distribute the traffic as ``wanted``, if it is still distributed as expected."""

    activity = "shift_traffic"

    expected: dict[str, int]
    wanted: dict[str, int]
    marks: Marks | None = None
    """To be written with the traffic; None leaves them as they are."""
    started_at: datetime
    written: bool = False
    """Whether an earlier step has written the weights already, as its receipt said."""


class TrafficReceipt(Receipt):
    """The weights that the endpoint has, read back after they were written."""

    traffic: dict[str, int] = {}
    written: bool = False


class UndoOrder(TargetOrder):
    """Give the traffic back and remove the new deployment."""

    activity = "undo"

    restore: dict[str, int]
    """Weights before the rollout."""
    marks: Marks = {}
    """Marks before the rollout."""
    ours: tuple[dict[str, int], ...] = ()
    """Every distribution that this rollout may have written."""
    present: dict[str, int] = {}
    """The distribution as it was known last."""
    keep: bool = False
    """Leave the deployment, without traffic, to be looked at."""
    shifted: bool = False
    """Whether the new deployment is known to have had traffic."""
    told: bool = False
    """Whether the record says already that the traffic is back."""


class UndoReceipt(Receipt):
    """Traffic and deployments are as before; ``told`` as in the order."""

    told: bool = False


class RetireOrder(TargetOrder):
    """Remove a deployment that served before, if it still has no traffic."""

    activity = "retire_deployment"

    previous: str

    @property
    def not_ours(self) -> Failure:
        """Why it stays when this service did not make it."""
        return Failure(
            reason=f"The deployment {self.previous} was not made by this service, so it stays.",
            remedy="Delete it when nobody needs it any more.",
            code="NotOurs",
        )


class RetireReceipt(Receipt):
    """It is gone, or ``kept`` says why it stays."""

    kept: str | None = None
