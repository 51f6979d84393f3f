"""What people do about promotions, by the durable management API of the function app."""

from typing import TYPE_CHECKING, Any, Final

import httpx

from local.stories.support.story import Surprise

if TYPE_CHECKING:
    from local.stories.support.scene import Scene
    from local.stories.support.version import Version

OPERATOR: Final = "ada@contoso.com"
_ENDED: Final = {"Completed", "Failed", "Terminated"}


class Operator:
    """Ada, who operates the stage prod of a story's route, and others who decide there.

    docs/how-to/stop-and-roll-back.md has the same requests for a terminal.
    """

    def __init__(self, scene: "Scene", info: dict[str, Any]) -> None:
        self._scene = scene
        self._url, self._code = info["durable_url"], {"code": info["durable_key"]}

    def hold(self, reason: str) -> None:
        """Nothing is to be changed at the stage."""
        self._ask("hold", reason)

    def resume(self, reason: str) -> None:
        """It may go on."""
        self._ask("resume", reason)

    def roll_back(self, reason: str) -> str:
        """What serves after the rollback, or why it failed."""
        output = self._ask("roll_back", reason)
        return str(output.get("serves") or output.get("failure"))

    def cancel(self, version: "Version", reason: str) -> None:
        """Stop that promotion."""
        self._raise(version.promotion_id, "cancel", {"by": OPERATOR, "reason": reason})

    def decide(
        self, version: "Version", decision: str, who: str, comment: str = "", stage: str = "prod"
    ) -> None:
        """What that person decides about the version at the stage: approve or reject."""
        at = version.tells("requested")["TimeGenerated"]
        known = {"who": who, "display_name": who}
        said = {**known, "decision": decision, "comment": comment, "at": at}
        self._raise(f"{version.promotion_id}-{stage}", "decision", said)

    def status(self, instance_id: str) -> str:
        """How far that orchestration says that it is; empty if there is none."""
        shown = self.instance(instance_id).get("customStatus") or {}
        return str(shown.get("status", ""))

    def instance(self, instance_id: str) -> dict[str, Any]:
        """A durable instance, as the management API shows it; empty if there is none."""
        answer = httpx.get(f"{self._url}/instances/{instance_id}", params=self._code)
        if answer.status_code == httpx.codes.NOT_FOUND:
            return {}
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
        return found

    def _ask(self, name: str, reason: str) -> dict[str, Any]:
        """The output of that orchestration, waited for."""
        route = {"route": self._scene.story.name, "stage": "prod"}
        started = httpx.post(
            f"{self._url}/orchestrators/{name}",
            params=self._code,
            json={**route, "by": OPERATOR, "reason": reason},
        )
        started.raise_for_status()
        ended = self._scene.wait_for(
            f"the operation {name} has ended", lambda: self._ended(started.json()["id"])
        )
        if ended["runtimeStatus"] != "Completed":
            seen = f"{ended['runtimeStatus']}: {ended.get('output')}"
            raise Surprise(f"how the operation {name} ended", "Completed", seen)
        output: dict[str, Any] = ended["output"]
        return output

    def _ended(self, instance: str) -> dict[str, Any] | None:
        found = self.instance(instance)
        return found if found.get("runtimeStatus") in _ENDED else None

    def _raise(self, instance: str, event: str, told: dict[str, Any]) -> None:
        httpx.post(
            f"{self._url}/instances/{instance}/raiseEvent/{event}", params=self._code, json=told
        ).raise_for_status()
