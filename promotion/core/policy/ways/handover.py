"""What the ways have in common that hand a version over to a pipeline of the team's own."""

import re
from typing import Annotated, Final

from pydantic import AfterValidator, Field

from promotion.core.address import Address
from promotion.core.policy.ways.base import Way
from promotion.core.ways.handover import Names
from promotion.core.written import Written

_PARAMETER: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,99}")
MAX_LETTERS: Final = 32_768
"""Of all parameters together. GitHub takes twice that; Azure DevOps says nothing."""


Branch = Annotated[
    str, Written(r"[^\s~^:?*\[\\]{1,250}", "the name of a branch or a tag, without spaces")
]


def _base(url: str) -> str:
    if "?" in url:
        raise ValueError("the base of an interface has no query")
    Address.of(url)
    return url.rstrip("/")


Url = Annotated[
    str, Field(max_length=500), AfterValidator(_base), Written(r"https://.+", "https://…")
]


def _plain(parameters: dict[str, str]) -> dict[str, str]:
    for name in parameters:
        if not _PARAMETER.fullmatch(name):
            raise ValueError(f"{name!r} is not a name of letters, digits, hyphens and underscores")
    if sum(len(name) + len(value) for name, value in parameters.items()) > MAX_LETTERS:
        raise ValueError(f"more than {MAX_LETTERS} letters in all")
    return parameters


Parameters = Annotated[dict[str, str], Field(max_length=20), AfterValidator(_plain)]
"""Of 25 that GitHub allows a workflow, the service itself gives four."""


class Handover(Way):
    """A pipeline of the team's own, which is given the version."""

    names: Names = Field(
        default=Names(),
        description="What the pipeline calls what the service gives it, if not modelName, "
        "modelVersion, registryPath and promotionId.",
    )

    def _check_names(self, parameters: dict[str, str]) -> None:
        # Both services compare names without case.
        known: set[str] = set()
        for name in [*self.names.given.values(), *parameters]:
            if name.lower() in known:
                raise ValueError(f"two parameters are called {name}; see names")
            known.add(name.lower())
