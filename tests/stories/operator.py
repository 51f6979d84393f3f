"""What an operator does, as the service's own API will do it: durable operations and events."""

import time
from typing import Any

import httpx
from stories.service import Service, Told

_ENDED = {"Completed", "Failed", "Terminated"}


class Operator:
    """Somebody called ada."""

    def __init__(self, service: Service) -> None:
        self.service = service

    def hold(self, route: str, stage: str = "prod") -> None:
        """Nothing is to be changed at that stage."""
        self._run("hold", "looking into it", route=route, stage=stage)

    def resume(self, route: str, stage: str = "prod") -> None:
        self._run("resume", "it is well", route=route, stage=stage)

    def stop_the_line(self) -> None:
        """Nothing is to be changed anywhere."""
        self._run("hold", "an incident")

    def start_the_line(self) -> None:
        self._run("resume", "it is over")

    def roll_back(self, route: str, version: str | None = None) -> dict[str, Any]:
        """How the rollback ended."""
        return self._run("roll_back", "complaints", route=route, stage="prod", version=version)

    def cancel(self, told: Told) -> None:
        """Stop that promotion."""
        self._raise(_promotion(told), "cancel", {"by": "ada", "reason": "the wrong model"})

    def decide(self, told: Told, decision: str, who: str, stage: str = "prod") -> None:
        """What that person decides about the stage."""
        known = {"who": who, "display_name": who, "at": "2026-03-02T12:00:00Z"}
        said = {**known, "decision": decision, "comment": ""}
        self._raise(f"{_promotion(told)}-{stage}", "decision", said)

    def _run(self, name: str, reason: str, **asked: str | None) -> dict[str, Any]:
        """The output of that orchestration, waited for."""
        started = httpx.post(
            f"{self.service.info['durable_url']}/orchestrators/{name}",
            params={"code": self.service.info["durable_key"]},
            json={"by": "ada", "reason": reason, **asked},
        )
        started.raise_for_status()
        deadline = time.monotonic() + 60
        while True:
            state = self.service.instance(started.json()["id"])
            if state["runtimeStatus"] in _ENDED:
                assert state["runtimeStatus"] == "Completed", state
                output: dict[str, Any] = state["output"]
                return output
            assert time.monotonic() < deadline, f"{name} does not end: {state}"
            time.sleep(0.05)

    def _raise(self, instance: str, event: str, told: dict[str, Any]) -> None:
        httpx.post(
            f"{self.service.info['durable_url']}/instances/{instance}/raiseEvent/{event}",
            params={"code": self.service.info["durable_key"]},
            json=told,
        ).raise_for_status()


def _promotion(told: Told) -> str:
    return str(told.wait_for("promotion.requested")["Properties"]["promotion_id"])
