"""Orders about a deployment that is being verified: ask it, look at it, mirror traffic to it."""

from datetime import datetime

from promotion.core.candidate import Candidate
from promotion.core.checks import AnyCheck, Finding
from promotion.core.checks.serving import Moment
from promotion.core.errors import Failure
from promotion.core.steps.base import Receipt, TargetOrder
from promotion.core.ways.online import SmokeTestPlan


class SmokeTestOrder(TargetOrder):
    """Ask the new deployment alone."""

    activity = "smoke_test"

    test: SmokeTestPlan
    share: int = 0
    """Percent of the traffic that the deployment has while it is asked."""
    mirrored: int = 0
    """Percent of the traffic that is mirrored to it."""
    number: int = 0
    """How many tests there were before, in the same verification."""


class SmokeTestReceipt(Receipt):
    """Whether every answer was right; ``failure`` when one was not."""

    latency_ms: float | None = None
    """The median of all answers, if there were any."""
    failure: Failure | None = None


class VerifyOrder(TargetOrder):
    """Look at the deployment with every check that makes sense now."""

    activity = "verify"

    checks: tuple[AnyCheck, ...]
    moment: Moment
    candidate: Candidate | None = None
    """What the gates saw; the services that checks ask are told of it."""
    hosts: tuple[str, ...] = ()
    """Whom checks may ask."""
    number: int = 0
    """How many looks there were before, in the same verification."""
    told: tuple[str, ...] = ()
    """The outcomes of the look before, each as its check has it: they are recorded already."""


class VerifyReceipt(Receipt):
    """What every check found, in the order of the checks."""

    findings: tuple[Finding, ...]


class MirrorOrder(TargetOrder):
    """Mirror so much of the endpoint's traffic to the deployment, or none of it any more."""

    activity = "mirror_traffic"

    expected: int = 0
    """Percent that was mirrored to it before."""
    wanted: int = 0
    started_at: datetime
    written: bool = False
    """Whether an earlier step has written it already, as its receipt said."""


class MirrorReceipt(Receipt):
    """It is as wanted, read back after it was written."""

    written: bool = False
