"""For authors of a gate of their own: everything that such a gate may rely on.

docs/how-to/write-a-gate.md shows how; examples/own-gate is a complete package.
"""

from promotion.core.candidate import Candidate, Champion, Contents, Job, Metric
from promotion.core.own_gate import Finding, OwnGate
from promotion.core.references import ModelVersion, WorkspaceRef
from promotion.core.verdict import Outcome

__all__ = [
    "Candidate",
    "Champion",
    "Contents",
    "Finding",
    "Job",
    "Metric",
    "ModelVersion",
    "Outcome",
    "OwnGate",
    "WorkspaceRef",
]
