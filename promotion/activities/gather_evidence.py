"""Reads everything that gates may ask about, in as few requests as can be."""

from promotion.azureml.champions import with_champions
from promotion.azureml.evidence import read_candidate
from promotion.azureml.sizes import with_size
from promotion.core.steps.judging import EvidenceOrder, EvidenceReceipt


def gather_evidence(order: EvidenceOrder) -> EvidenceReceipt:
    """The candidate, with its job, its run's metrics, and the champions that gates ask about."""
    candidate = read_candidate(order.source, order.context.model)
    if order.with_size:
        candidate = with_size(candidate)
    return EvidenceReceipt(
        candidate=with_champions(candidate, order.champions, order.context.source)
    )
