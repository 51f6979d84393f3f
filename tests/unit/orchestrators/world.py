"""A team's whole set-up on the small engine: its policy, Azure, and people who do things."""

import json
from collections.abc import Sequence
from datetime import timedelta
from itertools import count
from typing import Any

from unit.builders import FILES, an_event
from unit.orchestrators.azure import Azure
from unit.orchestrators.engine import Engine, Instance, Observer

from promotion.core.events import ModelRegistered, read_event
from promotion.core.names import child_id
from promotion.core.plan import Promotion
from promotion.core.planning import plan_promotion
from promotion.core.policy.document import PolicyDocument
from promotion.core.policy.reading import read_policy
from promotion.core.timing import Timing
from promotion.orchestrators.deliver import deliver
from promotion.orchestrators.hold import hold, resume
from promotion.orchestrators.notify import notify
from promotion.orchestrators.promote import promote
from promotion.orchestrators.retire import retire
from promotion.orchestrators.roll_back import roll_back
from promotion.orchestrators.stage import stage
from promotion.triggers import orchestrations

POLICY = """\
version: 1
workspaces:
  dev:  {subscription: s-dev, resource_group: rg-dev, name: dev-ws}
  qa:   {subscription: s-qa, resource_group: rg-qa, name: qa-ws}
  prod: {subscription: s-prod, resource_group: rg-prod, name: prod-ws}
registry: the-registry
defaults: {write_back: true}
routes:
  taxi:
    from: dev
    models: [taxi]
    notify:
      - {kind: slack, url_setting: PEOPLE}
      - {kind: json, url_setting: OTHERS, on: [cancelled, superseded]}
    gates:
      - {kind: metric, name: rmse, at_most: 5.0, inconclusive: hold}
    stages:
      - name: qa
        workspace: qa
        keep_previous: 0
        online:
          endpoint: qa.yml
          deployment: deployment.yml
          smoke_test: {request: request.json, failures_allowed: 1}
          verify:
            - {kind: expression, name: errors, expression: new.ErrorRate_5xx < 1.0}
      - name: prod
        workspace: prod
        keep_previous: 6h
        gates:
          - {kind: soak, stage: qa, for: 20m, every: 10m}
          - {kind: approval, time_limit: 2d}
        online:
          endpoint: fares.yml
          deployment: deployment.yml
          smoke_test: {request: request.json}
          canary: {steps: [10, 50], every: 5m}
      - {name: shelf, workspace: prod, needs: [qa], register: {}}
  bus:
    from: dev
    models: [bus]
    stages:
      - name: prod
        workspace: prod
        keep_previous: 1h
        gates:
          - {kind: window, hours: "06:00-22:00"}
        online:
          endpoint: fares.yml
          deployment: deployment.yml
          smoke_test: {request: request.json}
          verify:
            - {kind: expression, name: errors, expression: new.ErrorRate_5xx < 1.0}
          shadow: {mirror: 10, for: 10m}
          on_failure: keep
"""
"""Two routes that share an endpoint; a stage with a canary, a soak and an approval, and one beside
it; people who are told; a stage with a window, a check, mirrored traffic, and deployments that are
kept to be looked at."""

NAMED = {"qa.yml": "name: fares-qa\n", "fares.yml": "name: fares\n"}

QUALITIES = ("good", "late", "refused", "undeployable", "wrong", "wrong later", "unclear")
"""What may be the matter with a version: its evidence comes late, or is against it; Azure cannot
make its deployment; it answers badly, or when it has more traffic; it is not clear how it does."""

ORCHESTRATORS = {
    "promote": promote,
    "stage": stage,
    "deliver": deliver,
    "retire": retire,
    "notify": notify,
    "hold": hold,
    "resume": resume,
    "roll_back": roll_back,
}
ENTITIES = {
    name: getattr(orchestrations, name)._function.get_user_function().entity_function
    for name in ("turn", "guard", "line")
}


def the_document() -> PolicyDocument:
    """The policy above, read."""
    files = FILES | NAMED
    return read_policy(POLICY, name="promotion.yaml", settings={}, read_file=files.__getitem__)


_DOCUMENT = the_document()


class World:
    """Everything that runs, and what people do with it."""

    def __init__(
        self,
        delays: Sequence[float] = (),
        observer: Observer | None = None,
        *,
        replays: bool = False,
    ) -> None:
        self.timing = Timing(poll_first=15, poll_growth=2)
        self.azure = Azure(_DOCUMENT, lambda: self.engine.now, self.timing)
        self.engine = Engine(
            orchestrators=ORCHESTRATORS,
            entities=ENTITIES,
            activity=self.azure.carry_out,
            delays=delays,
            twice=self._is_twice,
            replays=replays,
            observer=observer or Observer(),
        )
        self.promotions: dict[str, Promotion] = {}
        self._numbers = count(1)
        self._twice: list[str] = []

    def register(self, model: str, version: int, quality: str = "good") -> Promotion:
        """Somebody registers a version, which is promoted; registering it twice does nothing."""
        data = {"modelName": model, "modelVersion": str(version)}
        event = an_event(subject=f"models/{model}:{version}", data=data)
        registered = read_event(json.dumps(event))
        assert isinstance(registered, ModelRegistered)
        promotion = plan_promotion(_DOCUMENT, model, registered, self.timing)
        if promotion.id not in self.promotions:
            self.promotions[promotion.id] = promotion
            known = self.azure.qualities
            known[f"{model}:{version}"] = quality
            known[f"{model}:{version} since"] = self.engine.now.isoformat()
            self.engine.start("promote", promotion.to_json(whole=True), promotion.id)
        return promotion

    def decide(self, promotion: str, decision: str, who: str = "bob@x.com") -> None:
        """Somebody decides about the approval at prod."""
        told = {
            "who": who,
            "roles": ["Promotion.Approver"],
            "decision": decision,
            "at": f"{self.engine.now.isoformat()}Z",
        }
        self.engine.raise_event(child_id(promotion, "prod"), "decision", told)

    def cancel(self, promotion: str) -> None:
        """Somebody cancels a promotion."""
        told = {"by": "eve", "reason": "No longer wanted."}
        self.engine.raise_event(promotion, "cancel", told)

    def operate(
        self,
        what: str,
        route: str | None = "taxi",
        stage: str | None = "prod",
        version: int | None = None,
    ) -> Instance:
        """Somebody holds, resumes or rolls back a stage, or holds or resumes everything."""
        request = {"by": "eve", "reason": "Complaints.", "route": route, "stage": stage}
        if version is not None:
            request["version"] = str(version)
        return self.engine.start(what, request, f"{what}-{next(self._numbers)}")

    def fail(self, activity: str, how: str) -> None:
        """The next call of the activity goes wrong in that way."""
        tries = self.timing.retry_attempts
        match how:
            case "twice":
                self._twice.append(activity)
            case "refused" | "down":
                self.azure.faults[activity].append(how)
            case "down for long":
                self.azure.faults[activity] += ["down"] * tries
            case "done, then down for long":
                self.azure.faults[activity] += ["done, then down"] * tries
            case _:
                raise ValueError(how)

    def mend(self) -> None:
        """Nothing more goes wrong."""
        self.azure.faults.clear()
        self._twice.clear()

    def pass_time(self, **span: float) -> None:
        """Let so much time pass, as for a timedelta."""
        self.engine.pass_time(timedelta(**span))

    def _is_twice(self, activity: str) -> bool:
        if activity in self._twice:
            self._twice.remove(activity)
            return True
        return False

    # -- what one sees

    def at(self, promotion: Promotion | str, stage: str = "prod") -> Instance:
        """What runs at a stage for a promotion."""
        id = promotion if isinstance(promotion, str) else promotion.id
        return self.engine.instances[child_id(id, stage)]

    def output(self, id: str) -> Any:
        """How an orchestration has ended."""
        return self.engine.instances[id].output

    def traffic(self, endpoint: str = "prod-ws/fares") -> dict[str, int]:
        """The weights of an endpoint."""
        return dict(self.azure.endpoints[endpoint].traffic)

    def standing(self, endpoint: str = "prod-ws/fares") -> list[str]:
        """The deployments of an endpoint."""
        found = next(one for one in self.azure.standing() if one.name == endpoint)
        return sorted(found.deployments)
