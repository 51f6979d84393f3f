"""Gate ``tag``: does the model version carry a tag, and the right value?"""

from typing import Literal

from promotion.core.candidate import Candidate
from promotion.core.gates.text import TextGate


class TagGate(TextGate):
    """Does the model version carry a tag, with a value that equals, is one of, or matches?

    Without `equals`, `one_of` and `matches` any value passes. Tags can be changed after the
    registration; what counts is what they were when the promotion began.
    """

    kind: Literal["tag"]

    def values(self, candidate: Candidate) -> dict[str, str]:
        return candidate.tags
