"""The checks. A new kind is one file here: a subclass of ``Check`` in a module of this package."""

import importlib
import pkgutil
from collections.abc import Iterable
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from promotion.core.checks.base import Check, Finding
from promotion.core.checks.serving import Serving

for _module in pkgutil.iter_modules(__path__):
    importlib.import_module(f"{__name__}.{_module.name}")

if TYPE_CHECKING:
    AnyCheck = Check
else:
    AnyCheck = Annotated[reduce(or_, Check.kinds.values()), Field(discriminator="kind")]
    """A check of any kind, told apart by its ``kind``."""


def look(serving: Serving, checks: Iterable[Check]) -> tuple[Finding, ...]:
    """Every check's finding: nobody learns of a second failure only after mending the first."""
    return tuple(check.evaluate(serving) for check in checks)


__all__ = ["AnyCheck", "Check", "Finding", "look"]
