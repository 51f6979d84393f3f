"""Reads everything that gates may ask about, in as few requests as can be."""

from promotion.azureml.evidence import read_candidate
from promotion.core.steps import EvidenceOrder, EvidenceReceipt


def gather_evidence(order: EvidenceOrder) -> EvidenceReceipt:
    """The candidate, with the model version, its job and its run's metrics."""
    return EvidenceReceipt(candidate=read_candidate(order.source, order.context.model))
