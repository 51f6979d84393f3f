"""The rules of traffic: which deployments a PUT may name, and with which weights."""

from dataclasses import dataclass
from typing import Any

from local.azureml.errors import user_error
from local.azureml.store.endpoints import OnlineEndpoint

_MOST_MIRRORED = 50
"""Documented: no more than half of the live traffic can be mirrored, to one deployment."""


@dataclass(frozen=True)
class Asked:
    """The traffic that a PUT asks for; it comes into force when the operation succeeds."""

    live: dict[str, int]
    mirror: dict[str, int]

    def changes(self, endpoint: OnlineEndpoint) -> bool:
        properties = endpoint.body["properties"]
        return (self.live, self.mirror) != (properties["traffic"], properties["mirrorTraffic"])

    def apply(self, endpoint: OnlineEndpoint) -> None:
        properties = endpoint.body["properties"]
        properties["traffic"], properties["mirrorTraffic"] = self.live, self.mirror
        endpoint.credit.clear()
        endpoint.mirror_credit = 0


def read(asked: dict[str, Any], endpoint: OnlineEndpoint | None) -> Asked:
    """The traffic of a request, or the 400 that it earns."""
    live = dict(asked.get("traffic") or {})
    mirror = dict(asked.get("mirrorTraffic") or {})
    there = endpoint.deployments if endpoint else {}
    for name in [*live, *mirror]:
        if name not in there or there[name].state == "Deleting":
            raise user_error(400, f"Traffic names deployment {name}, which does not exist.")
    weights = [*live.values(), *mirror.values()]
    if not all(isinstance(weight, int) and 0 <= weight <= 100 for weight in weights):
        raise user_error(400, "Every traffic weight must be a whole number between 0 and 100.")
    total = sum(live.values())
    if total not in (0, 100):
        raise user_error(400, f"The sum of traffic must be 0 or 100, but it is {total}.")
    _check_mirror(live, mirror, endpoint)
    if endpoint:
        _check_ready(live, mirror, endpoint)
    return Asked(live, mirror)


def _check_mirror(
    live: dict[str, int], mirror: dict[str, int], endpoint: OnlineEndpoint | None
) -> None:
    """Documented: to one deployment, at most half, not one with live traffic, not on Kubernetes."""
    mirrored = [name for name, weight in mirror.items() if weight]
    if len(mirrored) > 1 or any(weight > _MOST_MIRRORED for weight in mirror.values()):
        message = f"Traffic is mirrored to one deployment, at most {_MOST_MIRRORED} percent."
        raise user_error(400, message)
    for name in mirrored:
        if live.get(name):
            message = f"Deployment {name} can have live traffic or mirrored traffic, not both."
            raise user_error(400, message)
    if mirrored and endpoint and endpoint.body["properties"].get("compute"):
        raise user_error(400, "Mirror traffic is not supported for Kubernetes online endpoints.")


def _check_ready(live: dict[str, int], mirror: dict[str, int], endpoint: OnlineEndpoint) -> None:
    """More traffic goes only to what stands. What it has already, a deployment may keep."""
    properties = endpoint.body["properties"]
    for asked, given in ((live, properties["traffic"]), (mirror, properties["mirrorTraffic"])):
        for name, weight in asked.items():
            state = endpoint.deployments[name].state
            if weight > given.get(name, 0) and state != "Succeeded":
                message = (
                    f"Traffic cannot go to deployment {name}: it is in {state} provisioning state."
                )
                raise user_error(400, message)


def clear(endpoint: OnlineEndpoint) -> None:
    endpoint.body["properties"]["traffic"] = {}
    endpoint.body["properties"]["mirrorTraffic"] = {}
