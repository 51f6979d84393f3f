"""The metrics of online endpoints and their deployments: names, units and dimensions.

From Microsoft's generated reference, "Supported metrics for
Microsoft.MachineLearningServices/workspaces/onlineEndpoints" and ".../onlineEndpoints/deployments".
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Definition:
    """One metric, as the reference describes it."""

    name: str
    title: str
    unit: str
    dimensions: tuple[str, ...] = ()
    percentile: float | None = None
    """Of latencies: which percentile it is; None for their mean."""

    @property
    def adds_up(self) -> bool:
        """Whether the whole is the sum of its parts, as a count is; a latency is not."""
        return self.name in ("RequestsPerMinute", "ConnectionsActive", "NetworkBytes")


_TRAFFIC = ("deployment", "statusCode", "statusCodeClass", "modelStatusCode")
_PERCENTILES = (50, 90, 95, 99)


def _latencies(*dimensions: str) -> list[Definition]:
    return [
        Definition(
            f"RequestLatency_P{part}",
            f"Request Latency P{part}",
            "Milliseconds",
            dimensions,
            part / 100,
        )
        for part in _PERCENTILES
    ]


def _collection(*dimensions: str) -> list[Definition]:
    return [
        Definition(
            "DataCollectionErrorsPerMinute",
            "Data Collection Errors Per Minute",
            "Count",
            (dimensions[0], "reason", "type"),
        ),
        Definition(
            "DataCollectionEventsPerMinute",
            "Data Collection Events Per Minute",
            "Count",
            (dimensions[0], "type"),
        ),
    ]


def _named(*definitions: Definition) -> Mapping[str, Definition]:
    return {definition.name: definition for definition in definitions}


ENDPOINT = _named(
    Definition("ConnectionsActive", "Connections Active", "Count"),
    *_collection("deployment"),
    Definition("NetworkBytes", "Network Bytes", "BytesPerSecond"),
    Definition("NewConnectionsPerSecond", "New Connections Per Second", "CountPerSecond"),
    Definition("RequestLatency", "Request Latency", "Milliseconds", ("deployment",)),
    *_latencies("deployment"),
    Definition("RequestsPerMinute", "Requests Per Minute", "Count", _TRAFFIC),
)

DEPLOYMENT = _named(
    *(
        Definition(name, title, "Percent", ("instanceId",))
        for name, title in (
            ("CpuMemoryUtilizationPercentage", "CPU Memory Utilization Percentage"),
            ("CpuUtilizationPercentage", "CPU Utilization Percentage"),
            ("GpuMemoryUtilizationPercentage", "GPU Memory Utilization Percentage"),
            ("GpuUtilizationPercentage", "GPU Utilization Percentage"),
        )
    ),
    *_collection("instanceId"),
    Definition("DeploymentCapacity", "Deployment Capacity", "Count", ("instanceId", "State")),
    Definition("DiskUtilization", "Disk Utilization", "Percent", ("instanceId", "disk")),
    Definition("GpuEnergyJoules", "GPU Energy in Joules", "Count", ("instanceId",)),
    *_latencies(),
    Definition("RequestsPerMinute", "Requests Per Minute", "Count", ("envoy_response_code",)),
)
