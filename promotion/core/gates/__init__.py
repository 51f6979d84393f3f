"""The gates. A new kind is one file here: a subclass of ``Gate`` in a module of this package."""

import importlib
import pkgutil
from collections.abc import Iterable
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from promotion.core.candidate import Candidate
from promotion.core.gates.base import Gate
from promotion.core.verdict import Judgement, Mode

for _module in pkgutil.iter_modules(__path__):
    importlib.import_module(f"{__name__}.{_module.name}")

if TYPE_CHECKING:
    AnyGate = Gate
else:
    AnyGate = Annotated[reduce(or_, Gate.kinds.values()), Field(discriminator="kind")]
    """A gate of any kind, told apart by its ``kind``."""


def judge(candidate: Candidate, gates: Iterable[Gate]) -> Judgement:
    """Every gate's verdict: nobody learns of a second failure only after mending the first."""
    return Judgement.of([gate.evaluate(candidate) for gate in gates if gate.mode is not Mode.OFF])


__all__ = ["AnyGate", "Gate", "judge"]
