"""The people of the history: data scientists, Bob who approves, Ada who operates, and others."""

import threading
from datetime import UTC, datetime
from typing import Any

import httpx
from stories.forty.board import Board
from stories.forty.diary import Deed, Run
from stories.forty.policy import routes_of
from stories.service import Service

from local import taxi


class Town:
    """Where the history happens. What the service accepts is written down in the diary."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.look = Board(service)
        self.runs: list[Run] = []
        self.deeds: list[Deed] = []
        self._delivered = 0
        self._control = service.cloud.control
        self._client = service.scientist.client("dev")
        self._one_at_a_time = threading.Lock()

    # -- data scientists and Event Grid

    def register(self, model: str, training: taxi.Training, *tags: str) -> str:
        """Register what the training made, with those tags; the version that it got."""
        from azure.ai.ml.entities import Model

        made = Model(
            name=model,
            path=training.model_path,
            type="mlflow_model",
            tags=dict.fromkeys(tags, "nyc-taxi-2026-01"),
        )
        with self._one_at_a_time:
            at = datetime.now(UTC)
            version = str(self._client.models.create_or_update(made).version)
            self._delivered += 1
        self._begin(model, version, at, training, tags)
        return version

    def publish(self, event: dict[str, Any]) -> None:
        """Event Grid delivers an event that no service has published by itself."""
        with self._one_at_a_time:
            self._control.post("/_emulator/events?subscription=promotion", json=event)
            self._delivered += 1

    def tell_of(self, event: dict[str, Any], training: taxi.Training | None) -> None:
        """The same with a registration that a route wants."""
        at, data = datetime.now(UTC), event["data"]
        self.publish(event)
        self._begin(data["modelName"], data["modelVersion"], at, training, ())

    def redeliver(self, model: str, version: str, times: int) -> None:
        """Event Grid delivers a registration again."""
        event = self.look.event(f"models/{model}:{version}")
        with self._one_at_a_time:
            self._control.post(f"/_emulator/events/{event}/redeliver", json={"times": times})
            self._delivered += times

    def come_to_rest(self) -> None:
        """Wait until nothing happens any more."""
        self.look.until_all_is_over(self._delivered)

    def _begin(
        self,
        model: str,
        version: str,
        at: datetime,
        training: taxi.Training | None,
        tags: tuple[str, ...],
    ) -> None:
        for route in routes_of(model):
            run = Run(route, model, version, "event-grid", at, training, frozenset(tags))
            self.runs.append(run)

    # -- who decides and operates

    def decide(self, decision: str, route: str, version: str) -> None:
        """Bob decides about what waits for him."""
        id = self.look.waiting(route, version, "approval")["id"]
        body = {"stage": "prod", "decision": decision, "comment": "I looked at it."}
        deed = _deed("bob", decision, route, "prod", version)
        self._ask(f"promotions/{id}/approvals", deed, **body)

    def intrude(self, route: str, version: str) -> None:
        """Mallory, whom the policy does not name, approves by the durable management API."""
        id = self.look.waiting(route, version, "approval")["id"]
        deed = _deed("mallory", "intrude", route, "prod", version)
        said = {"who": deed.who, "display_name": deed.who, "decision": "approve", "comment": ""}
        url = f"{self.service.info['durable_url']}/instances/{id}-prod/raiseEvent/decision"
        key = {"code": self.service.info["durable_key"]}
        httpx.post(url, params=key, json=said | {"at": deed.at.isoformat()}).raise_for_status()
        self.deeds.append(deed)

    def cancel(self, route: str, version: str) -> None:
        """Ada stops a promotion."""
        id = self.look.known(route, version)["id"]
        deed = _deed("ada", "cancel", route, "", version)
        self._ask(f"promotions/{id}/cancel", deed, reason="It is the wrong model.")
        self.look.ended(route, version)

    def operate(self, what: str, route: str) -> None:
        """Ada holds the stage prod, resumes it or rolls it back, and waits until that is done."""
        deed = _deed("ada", what, route, "prod")
        answer = self._ask(f"targets/{route}/prod/{what}", deed, reason="complaints")
        self.look.until_done(answer.headers["Location"].removeprefix("/api/"))

    def bypass(self, route: str, version: str, gate: str) -> None:
        """Grace promotes a version that was refused, without that gate."""
        deed = _deed("grace", "promote", route, "", version, gate)
        body = {"model": route, "version": version, "bypass": [gate]}
        self._ask("promotions", deed, **body, reason="The live one is worse.")
        self._begin_again(deed)

    def retry(self, route: str, version: str) -> None:
        """Ada lets a promotion that has ended run again."""
        id = self.look.ended(route, version)["id"]
        deed = _deed("ada", "promote", route, "", version)
        self._ask(f"promotions/{id}/retry", deed, reason="The role is there now.")
        self._begin_again(deed)

    def _begin_again(self, deed: Deed) -> None:
        about = (deed.route, deed.version)
        first = next(run for run in self.runs if (run.route, run.version) == about)
        told = (first.route, first.model, first.version, deed.who, deed.at)
        self.runs.append(Run(*told, first.training, first.tags, deed.bypassed))
        self.look.ended(*about, run=2)

    def _ask(self, path: str, deed: Deed, **body: Any) -> httpx.Response:
        """Ask the service as whose deed it is; it must accept that."""
        answer = httpx.post(
            f"{self.service.info['api_url']}/{path}",
            headers=self.service.info["identities"][deed.who.partition("@")[0]],
            json=body,
            timeout=60,
            trust_env=False,
        )
        assert answer.status_code == httpx.codes.ACCEPTED, (deed, answer.text)
        self.deeds.append(deed)
        return answer


def _deed(name: str, what: str, *about: str) -> Deed:
    return Deed(datetime.now(UTC), f"{name}@contoso.com", what, *about)
