"""The waits. A new kind is one file here: a subclass of ``Wait`` in a module of this package."""

import importlib
import pkgutil
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from promotion.core.waits.base import Wait

for _module in pkgutil.iter_modules(__path__):
    importlib.import_module(f"{__name__}.{_module.name}")

if TYPE_CHECKING:
    AnyWait = Wait
else:
    AnyWait = Annotated[reduce(or_, Wait.kinds.values()), Field(discriminator="kind")]
    """A wait of any kind, told apart by its ``kind``."""

__all__ = ["AnyWait", "Wait"]
