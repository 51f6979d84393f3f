"""The figures of Azure Monitor that checks may ask about, by name.

Source: "Supported metrics for Microsoft.MachineLearningServices/workspaces/onlineEndpoints" and
".../onlineEndpoints/deployments" in Microsoft's reference of Azure Monitor.
"""

from difflib import get_close_matches
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, WithJsonSchema

from promotion.core.value import Value


class Figure(Value):
    """One figure: where it comes from, and its unit."""

    of: Literal["requests", "latency", "resources"]
    """Counts of requests by status, latencies of the endpoint by deployment, or what the
    deployment's own instances use."""
    unit: str
    classes: tuple[str, ...] = ()
    """The status classes whose part of all requests it is."""


_ERRORS: Final = ("4xx", "5xx")

KNOWN: Final[dict[str, Figure]] = {
    **{
        f"RequestLatency{part}": Figure(of="latency", unit="ms")
        for part in ("", "_P50", "_P90", "_P95", "_P99")
    },
    "RequestsPerMinute": Figure(of="requests", unit="requests a minute"),
    "ErrorRate": Figure(of="requests", unit="%", classes=_ERRORS),
    **{f"ErrorRate_{one}": Figure(of="requests", unit="%", classes=(one,)) for one in _ERRORS},
    **{
        name: Figure(of="resources", unit="%")
        for name in (
            "CpuUtilizationPercentage",
            "CpuMemoryUtilizationPercentage",
            "GpuUtilizationPercentage",
            "GpuMemoryUtilizationPercentage",
            "DiskUtilization",
        )
    },
}
"""By name. Error rates are the service's own: percent of the requests, from RequestsPerMinute by
statusCodeClass. A model that raises is 424 to the caller, and so among the 4xx."""


def _is_known(name: str) -> str:
    if name not in KNOWN:
        near = get_close_matches(name, KNOWN, n=1)
        hint = f"did you mean {near[0]}?" if near else f"there is {', '.join(KNOWN)}"
        raise ValueError(f"{name!r} is not a figure of a deployment; {hint}")
    return name


FigureName = Annotated[
    str, AfterValidator(_is_known), WithJsonSchema({"type": "string", "enum": list(KNOWN)})
]
"""The name of a figure."""
