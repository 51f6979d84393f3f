"""Tags that the service puts on what it makes, for people in Azure and for itself later."""

from typing import Final

PROMOTION: Final = "promotion.id"
MODEL: Final = "promotion.model"
VERSION: Final = "promotion.version"
SOURCE: Final = "promotion.source"
FILE: Final = "promotion.file"
"""The five on each deployment: which promotion made it, of which version, from where, and a
fingerprint of the file that describes it."""

PREVIOUS: Final = "promotion.previous"
PREVIOUS_VERSION: Final = "promotion.previous_version"
"""On an endpoint: the deployment that served before the present one, and its version of the model
if it was one."""

HOLD: Final = "promotion.hold"
"""On an endpoint: who holds it, or who let it go on."""


def previous(deployment: str, version: str | None) -> dict[str, str]:
    """The marks of an endpoint whose traffic has gone from ``deployment`` to another one."""
    return {PREVIOUS: deployment} | ({PREVIOUS_VERSION: version} if version else {})
