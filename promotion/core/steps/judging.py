"""Orders about the candidate: what is known of it, and what the gates answer."""

from promotion.core.candidate import Candidate
from promotion.core.gates import AnyGate
from promotion.core.references import WorkspaceRef
from promotion.core.steps.base import Order, Receipt
from promotion.core.verdict import Judgement
from promotion.core.ways.base import Target


class EvidenceOrder(Order):
    """Read everything that gates may ask about."""

    activity = "gather_evidence"

    source: WorkspaceRef
    champions: dict[str, Target] = {}
    """By stage, where to look for what serves there now."""
    with_size: bool = False
    """Whether a gate asks for the size of the model."""


class EvidenceReceipt(Receipt):
    """What was found."""

    candidate: Candidate


class JudgementOrder(Order):
    """Ask every gate about the candidate."""

    activity = "evaluate_gates"

    candidate: Candidate
    gates: tuple[AnyGate, ...] = ()
    hosts: tuple[str, ...] = ()
    """Whom http gates may ask."""


class JudgementReceipt(Receipt):
    """What the gates answered."""

    judgement: Judgement
    candidate: Candidate
    """As it was judged: with what the asked services said."""
