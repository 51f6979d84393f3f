"""Online endpoints, their deployments, and every state their traffic has been in."""

import secrets
from dataclasses import dataclass, field
from typing import Any

from local.azureml.store.clock import stamp

BUSY = frozenset({"Creating", "Updating", "Deleting"})
"""States in which Azure refuses another change."""


@dataclass
class Deployment:
    """One deployment: the body that Azure shows, and the model that really answers."""

    name: str
    body: dict[str, Any]
    model: dict[str, bytes] | None = None
    """The model's files, once a deployment of them has succeeded. A failed update leaves them."""
    logs: list[str] = field(default_factory=list)

    @property
    def state(self) -> str:
        return str(self.body["properties"]["provisioningState"])

    @state.setter
    def state(self, value: str) -> None:
        self.body["properties"]["provisioningState"] = value


@dataclass
class OnlineEndpoint:
    """One endpoint with its deployments and its secrets."""

    name: str
    body: dict[str, Any]
    deployments: dict[str, Deployment] = field(default_factory=dict)
    keys: tuple[str, str] = field(
        default_factory=lambda: (secrets.token_urlsafe(24), secrets.token_urlsafe(24))
    )
    token: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    credit: dict[str, float] = field(default_factory=dict)
    """How much each deployment is owed by the traffic that went to the others."""
    mirror_credit: int = 0
    """How many percent of a request the mirrored deployment is owed."""

    @property
    def state(self) -> str:
        return str(self.body["properties"]["provisioningState"])

    @state.setter
    def state(self, value: str) -> None:
        self.body["properties"]["provisioningState"] = value

    @property
    def traffic(self) -> dict[str, int]:
        traffic: dict[str, int] = self.body["properties"]["traffic"]
        return traffic

    def next_by_weight(self) -> str | None:
        """The deployment whose turn it is.

        Azure draws at random. Taking turns (smooth weighted round robin) gives every deployment
        exactly its share, so that a test of a 10 % canary need not score a thousand times.
        """
        weights = {name: weight for name, weight in self.traffic.items() if weight > 0}
        if not weights:
            return None
        self.credit = {name: self.credit.get(name, 0) + weights[name] for name in weights}
        chosen = max(self.credit, key=lambda name: self.credit[name])
        self.credit[chosen] -= sum(weights.values())
        return chosen

    def next_mirrored(self) -> str | None:
        """The deployment that gets a copy of this request, if it is its turn (see above)."""
        mirrored: dict[str, int] = self.body["properties"]["mirrorTraffic"]
        for name, percent in mirrored.items():
            self.mirror_credit += percent
            if self.mirror_credit >= 100:
                self.mirror_credit -= 100
                return name
        return None


@dataclass
class TrafficLog:
    """What the traffic of every endpoint has been, for whoever wants to prove it was never lost."""

    states: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def note(self, endpoint: OnlineEndpoint, at: float) -> None:
        """Adds the present state, unless nothing has changed."""
        properties = endpoint.body["properties"]
        state = {
            "traffic": dict(properties["traffic"]),
            "mirror_traffic": dict(properties["mirrorTraffic"]),
            "deployments": {name: found.state for name, found in endpoint.deployments.items()},
        }
        seen = self.states.setdefault(endpoint.body["id"], [])
        if not seen or {**seen[-1], "at": None} != {**state, "at": None}:
            # What is settled late was due before it was looked at; the order is what counts.
            seen.append({"at": max([stamp(at), *(last["at"] for last in seen[-1:])]), **state})
