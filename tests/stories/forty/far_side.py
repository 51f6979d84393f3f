"""What became of models in Azure: where they were copied, what served, what was removed."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Final

import httpx
from stories.forty.ledger import FUTURE, Entry, Ledger, at
from stories.forty.policy import PLACES, Place, model_of, places_of

from local import taxi

_CHOICE: Final = "azureml-model-deployment"
"""The header that picks a deployment."""
_GIVEN: Final = re.compile(r"/models/([^/]+)/versions/([^/]+)$")


@dataclass(frozen=True)
class State:
    """What a place served from a moment on: percents of the traffic by version, without zeros.

    A batch endpoint has a default deployment, and a workspace or a job the version that came last:
    each of these counts as 100 percent.
    """

    at: datetime
    shares: dict[str, int]


class FarSide:
    """Nothing in here knows of the audit records."""

    def __init__(self, control: httpx.Client) -> None:
        self.ledger = Ledger(control)
        ways = {
            "online": self._of_endpoint,
            "batch": self._of_batch_endpoint,
            "register": self._of_workspace,
            "job": self._of_jobs,
        }
        self._states = {place: list(ways[place.way](place)) for place in PLACES}

    # -- the data scientists' workspace, and the registry

    def registered_at(self, model: str, version: str) -> datetime | None:
        """When the version was made; None if it does not exist."""
        path = f"{taxi.workspace_id(taxi.DEV)}/models/{model}/versions/{version}"
        found = self.ledger.look_up(path)
        return datetime.fromisoformat(found["systemData"]["createdAt"]) if found else None

    def was_copied(self, model: str, version: str, until: datetime) -> bool:
        """Whether the registry had accepted to import it by then."""
        imports = self.ledger.carried_out("POST", r"/import$", until)
        sources = [entry["request_body"]["properties"]["sourceAssetId"] for entry in imports]
        return any(source.endswith(f"/models/{model}/versions/{version}") for source in sources)

    # -- places

    def reached(self, place: Place) -> set[str]:
        """Versions that ever had a share of its traffic."""
        return {version for state in self._states[place] for version in state.shares}

    def served(self, place: Place) -> dict[str, datetime]:
        """Versions that ever had all of its traffic, and when they first did."""
        found: dict[str, datetime] = {}
        for state in self._states[place]:
            if len(state.shares) == 1:
                (version,) = state.shares
                found.setdefault(version, state.at)
        return found

    def most(self, place: Place, version: str) -> int:
        """The largest share that the version ever had."""
        return max((state.shares.get(version, 0) for state in self._states[place]), default=0)

    def serving(self, place: Place, moment: datetime = FUTURE) -> dict[str, int]:
        """What it served at that moment, or serves in the end."""
        known = [state.shares for state in self._states[place] if state.at <= moment]
        return known[-1] if known else {}

    def lost_to_older(self, place: Place) -> set[str]:
        """Versions whose traffic went back to an older one."""
        return {
            lost
            for before, after in pairwise(state.shares for state in self._states[place])
            for lost in before.keys() - after.keys()
            if any(int(version) < int(lost) for version in after)
        }

    def removed(self, place: Place) -> set[str]:
        """Versions whose deployments were taken away again."""
        path = rf"Endpoints/{place.route}/deployments/{place.route}-\d+$"
        return {_number(entry["path"]) for entry in self.ledger.carried_out("DELETE", path)}

    def deployed(self) -> Counter[str]:
        """How often Azure was asked for each deployment, by its name."""
        path = r"Endpoints/[^/]+/deployments/[^/]+$"
        asked = self.ledger.carried_out("PUT", path)
        return Counter(entry["path"].rpartition("/")[2] for entry in asked)

    def scored(self) -> Counter[str]:
        """How often each online deployment was asked something, by its name."""
        asked = self.ledger.requests("POST", r"/score$")
        return Counter(entry["request_headers"][_CHOICE] for entry in asked)

    def changes(self, place: Place) -> list[dict[str, int]]:
        """Every distribution of an endpoint's traffic that was another than the one before."""
        states = [{}, *(state.shares for state in self._states[place])]
        return [after for before, after in pairwise(states) if after != before]

    # -- when Azure says no

    def error(self, route: str, version: str, since: datetime, until: datetime) -> str | None:
        """The code of an error about the version's deployment, its endpoint, or its job."""
        about = rf"Endpoints/{route}(/deployments/{route}-{version})?$"
        written = self.ledger.requests("PUT", about, since, until)
        errors = [self.ledger.error(entry) for entry in written]
        errors += [self._error_of_job(job) for job in self._jobs(route, version)]
        return next(filter(None, errors), None)

    def _error_of_job(self, job: Entry) -> str | None:
        """As the history of its run has it."""
        run = self.ledger.look_up(f"/history/v1.0{job['path']}".replace("/jobs/", "/runs/"))
        return str(run["error"]["error"]["code"]) if run and run["error"] else None

    # -- what each place served, one after the other

    def _of_endpoint(self, place: Place) -> Iterator[State]:
        known = self.ledger.get("/_emulator/traffic")["endpoints"]
        for path, states in known.items():
            if path.endswith(f"/onlineEndpoints/{place.route}"):
                for state in states:
                    weights = state["traffic"].items()
                    yield State(at(state), {_number(name): one for name, one in weights if one})

    def _of_batch_endpoint(self, place: Place) -> Iterator[State]:
        for entry in self.ledger.carried_out("PUT", rf"/batchEndpoints/{place.route}$"):
            defaults = entry["request_body"]["properties"].get("defaults") or {}
            if name := defaults.get("deploymentName"):
                yield State(at(entry), {_number(name): 100})

    def _of_workspace(self, place: Place) -> Iterator[State]:
        path = rf"/workspaces/{place.workspace}/models/{model_of(place.route)}/versions/\d+$"
        for entry in self.ledger.carried_out("PUT", path):
            yield State(at(entry), {entry["path"].rpartition("/")[2]: 100})

    def _of_jobs(self, place: Place) -> Iterator[State]:
        for job in self._jobs(place.route):
            shown = self.ledger.look_up(job["path"])
            if shown and shown["properties"]["status"] == "Completed":
                yield State(at(job), {_given_to(job)[1]: 100})

    def _jobs(self, route: str, version: str | None = None) -> list[Entry]:
        """The jobs that were submitted with the route's model, or with that version of it."""
        if all(place.way != "job" for place in places_of(route)):
            return []
        jobs = [(_given_to(one), one) for one in self.ledger.carried_out("PUT", r"/jobs/[^/]+$")]
        return [one for (m, v), one in jobs if m == route and version in (None, v)]


def _number(deployment: str) -> str:
    """The version that a deployment is named after."""
    return deployment.rpartition("-")[2]


def _given_to(job: Entry) -> tuple[str, str]:
    """Model and version that a job has as its input."""
    found = _GIVEN.search(job["request_body"]["properties"]["inputs"]["candidate"]["uri"])
    assert found, job
    return found[1], found[2]
