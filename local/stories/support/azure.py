"""What anybody may look up in Azure, and what a story lets Azure do."""

from typing import Any, Final

import httpx

from local import taxi
from local.observing import Row

_SOMEBODY: Final = {"Authorization": "Bearer stories"}
_API: Final = "2023-08-01-preview"


class Azure:
    """The stand-in for Azure, by its REST interface and its control routes."""

    def __init__(self, control: httpx.Client) -> None:
        self.control = control

    def find(self, path: str) -> dict[str, Any]:
        """Something in the prod workspace, as Azure Resource Manager shows it."""
        url = f"{taxi.workspace_id(taxi.PROD)}/{path}"
        found: dict[str, Any] = self.control.get(
            url, params={"api-version": _API}, headers=_SOMEBODY
        ).json()
        return found

    def exists(self, path: str) -> bool:
        """Whether the prod workspace has it."""
        try:
            self.find(path)
        except httpx.HTTPStatusError as error:
            if error.response.status_code == httpx.codes.NOT_FOUND:
                return False
            raise
        return True

    def deployments(self, endpoint: str, kind: str = "online") -> list[str]:
        """Names of the endpoint's deployments."""
        found = self.find(f"{kind}Endpoints/{endpoint}/deployments")["value"]
        return sorted(deployment["name"] for deployment in found)

    def traffic(self, endpoint: str) -> list[dict[str, int]]:
        """Every distribution of the endpoint's traffic so far, in percent, without zeros."""
        known = self.control.get("/_emulator/traffic").json()["endpoints"]
        found = [states for path, states in known.items() if path.endswith(f"/{endpoint}")]
        states = found[0] if found else []
        return [{name: share for name, share in s["traffic"].items() if share} for s in states]

    def requests(self, method: str, path: str) -> list[Row]:
        """Requests that the app has made; `path` is a regular expression."""
        entries: list[Row] = self.control.get(
            "/_emulator/ledger", params={"method": method, "path": path}
        ).json()["entries"]
        return entries

    def fault(self, method: str, path: str, **what: Any) -> "Fault":
        """Let requests of that method and path (a regular expression) go wrong."""
        body = {"method": method, "path": path, **what}
        identity = self.control.post("/_emulator/faults", json=body).json()["id"]
        return Fault(self.control, identity)

    def behave(self, **how: Any) -> None:
        """Turn what the stand-in knows to vary."""
        self.control.put("/_emulator/behaviour", json=how)

    def calm_down(self) -> None:
        """Nothing goes wrong any more."""
        self.control.delete("/_emulator/faults")
        self.behave(failing_jobs=None)


class Fault:
    """Something that goes wrong."""

    def __init__(self, control: httpx.Client, identity: str) -> None:
        self._control = control
        self._id = identity

    @property
    def holds(self) -> bool:
        """Whether a request waits because of it at this moment."""
        known = self._control.get("/_emulator/faults").json()["faults"]
        return any(fault["id"] == self._id and fault["held"] for fault in known)

    def release(self) -> None:
        """Let the request go on."""
        self._control.post(f"/_emulator/faults/{self._id}/release")
