"""Gate ``property``: does the model version have a property, and the right value?"""

from typing import Literal

from promotion.core.candidate import Candidate
from promotion.core.gates.text import TextGate


class PropertyGate(TextGate):
    """Does the model version have a property, with a value that equals, is one of, or matches?

    Without `equals`, `one_of` and `matches` any value passes. Unlike tags, properties are written
    once, when the version is registered.
    """

    kind: Literal["property"]

    def values(self, candidate: Candidate) -> dict[str, str]:
        return candidate.properties
