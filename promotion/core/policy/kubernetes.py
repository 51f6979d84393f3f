"""What is different for online endpoints on Kubernetes, which go by the same files."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from promotion.core.policy.places import Location, found_at

_TYPE: Final = re.compile(r"^type:\s*[\"']?kubernetes\b", re.MULTILINE | re.IGNORECASE)


def on_kubernetes(deployment: str) -> bool:
    """Whether the deployment file with that text is for a Kubernetes endpoint."""
    return _TYPE.search(deployment) is not None


def unmirrored(plain: Any, files: Mapping[str, str]) -> Iterator[tuple[Location, str]]:
    """Every shadow in the policy ``plain`` on a Kubernetes endpoint, which mirrors nothing.

    ``plain`` may be invalid elsewhere; ``files`` are those that were read.
    """
    for at, online in found_at(plain, "routes", "*", "stages", "*", "online"):
        if not isinstance(online, dict) or online.get("shadow") is None:
            continue
        file = online.get("deployment")
        if isinstance(file, str) and on_kubernetes(files.get(file, "")):
            yield (*at, "shadow"), "Kubernetes endpoints do not mirror traffic; use a canary"
