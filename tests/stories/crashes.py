"""Kills the function app right before or after chosen requests to Azure, and starts it again."""

import json
import re
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from stories.service import Service, Told

from local import taxi
from local.observing import Row

LANES: Final = 8
"""Promotions that one crash hits; host.json lets ten activities run at once."""
FAILS: Final = {"status": 500, "body": {"error": "no"}}
ENDS_BADLY: Final = frozenset({"rolled_back", "failed", "rejected", "superseded"})
_ID: Final = r"(?:o[ed]:)?[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?::[0-9a-f-]+)?"


@dataclass(frozen=True)
class Moment:
    """Right before or after the n-th request of one kind that a promotion makes."""

    method: str
    path: str
    """Its end, with {name} of endpoint and model, {new} and {old} deployment, {version}, {id}."""
    number: int
    when: Literal["before", "after"]
    failing: bool = False
    """Whether the new deployment fails its smoke test when it has 50 % of the traffic."""

    def __str__(self) -> str:
        return f"{self.when} {self.method} {'/'.join(self.path.split('/')[-2:])} {self.number}"

    @property
    def anybodys(self) -> bool:
        """Whether the path does not tell whose request it is."""
        return not re.search("{(name|new|old)}", self.path)


@dataclass
class Lane:
    """A model with an endpoint of its own, both of that name."""

    name: str
    last: int = 0
    live: str = ""
    """The deployment that serves."""

    @property
    def coming(self) -> dict[str, str]:
        """What stands for the braces of a path when the next version comes."""
        version = str(self.last + 1)
        new = f"{self.name}-{version}"
        return {"name": self.name, "new": new, "old": self.live, "version": version}


@dataclass
class Outcome:
    """One promotion, from registration until nothing moves any more."""

    lane: str
    new: str
    old: str
    told: Told
    moment: Moment | None = None
    seen: int = 0
    """How many states of the endpoint came before."""
    asked: int = 0
    """The number of the last request to Azure before it."""
    met: bool = False
    """Whether the promotion made the request."""
    end: Row | TimeoutError | None = None
    states: list[dict[str, Any]] = field(default_factory=list)
    """Of the endpoint, from just before the promotion."""
    requests: list[Row] = field(default_factory=list)
    """To Azure, as far as they are its own, and those that could be anybody's."""
    rows: list[Row] = field(default_factory=list)
    orchestrations: dict[str, str] = field(default_factory=dict)
    """Status by role in the promotion."""

    @property
    def status(self) -> str:
        if isinstance(self.end, dict):
            return str(self.end["Name"]).removeprefix("promotion.")
        raise self.end or AssertionError("the promotion was not followed")

    @property
    def live(self) -> str:
        """What has to serve in the end."""
        return self.new if self.status == "succeeded" else self.old

    @property
    def shares(self) -> list[int]:
        """Every share of the traffic that the new deployment has had, in order."""
        found = [state["traffic"].get(self.new, 0) for state in self.states]
        return [share for share, last in zip(found, [None, *found], strict=False) if share != last]

    @property
    def facts(self) -> list[tuple[str, str, float]]:
        """What the audit trail says, each fact once, however often its step was taken."""
        once = {row["Properties"]["record_id"]: row for row in reversed(self.rows)}
        return [
            (
                row["Name"].removeprefix("promotion."),
                row["Properties"].get("stage", ""),
                row["Measurements"].get("traffic", -1),
            )
            for row in reversed(once.values())
        ]

    def concerns(self, request: Row) -> bool:
        """Whether a request to Azure was made for it, or cannot be told from one that was."""
        others = re.search(r"/(lane\w)(-\d+)?(?=/|$)", request["path"])
        body = re.search(r'"destinationName": "(\w+)"', json.dumps(request["request_body"]))
        names = [found[1] for found in (others, body) if found]
        return all(name == self.lane for name in names)

    def effects(self, method: str, path: str) -> int:
        """How many such requests Azure has carried out, answered or not."""
        sent = [one for one in self.requests if one["method"] == method]
        return sum(bool(re.search(path, one["path"])) and self._took_effect(one) for one in sent)

    def _took_effect(self, request: Row) -> bool:
        if request["status"] is None:  # the one that was held when the app was killed
            return self.moment is not None and self.moment.when == "after"
        return bool(request["status"] < 300)


class Crashes:
    """Brings versions to lanes, side by side, and crashes the function app under them."""

    def __init__(self, service: Service, lanes: Sequence[str]) -> None:
        self._service = service
        self._control = service.cloud.control
        self.lanes = [Lane(name) for name in lanes]

    def undisturbed(self, lane: Lane, *, failing: bool = False) -> Outcome:
        """The next version's promotion without a crash."""
        return self._followed([self._begin(lane, failing=failing)])[0]

    def first_versions(self) -> list[Outcome]:
        """Something that serves, on each lane."""
        return self._followed([self._begin(lane) for lane in self.lanes])

    def at(self, moments: Sequence[Moment]) -> list[Outcome]:
        """What becomes of as many promotions, each hit at its moment by the same crash."""
        begun: dict[str, Outcome] = {}
        # Requests that could be anybody's come first: nobody else may ask anything meanwhile.
        ordered = sorted(moments, key=lambda moment: not moment.anybodys)
        for lane, moment in zip(self.lanes, ordered, strict=False):
            fault = self._hold(lane, moment)
            begun[fault] = self._begin(lane, failing=moment.failing)
            begun[fault].moment = moment
            if moment.anybodys:
                until(lambda: self._all_there(begun))
        until(lambda: self._all_there(begun))
        self._service.cloud.kill_host()
        # Not before Azure has seen it: what is let go before that is carried out.
        until(lambda: not any(self._held().values()))
        self._control.delete("/_emulator/faults")
        self._service.cloud.restart_host()
        return self._followed(list(begun.values()))

    def _hold(self, lane: Lane, moment: Moment) -> str:
        path = re.escape(moment.path)
        for name, value in {**lane.coming, "id": "[^/]+"}.items():
            path = path.replace(re.escape(f"{{{name}}}"), value)
        return self._service.fault(
            moment.method, f"{path}$", hold=moment.when, skip=moment.number - 1
        )

    def _begin(self, lane: Lane, *, failing: bool = False) -> Outcome:
        names = lane.coming
        if failing:  # asked before any traffic, at 10 % and, in vain, at 50 %
            self._service.fault("POST", f"/{lane.name}/score$", answer=FAILS, skip=2)
        seen = max(len(self._states(lane.name)) - 1, 0)  # the last is where it begins
        asked = max((one["seq"] for one in self._requests()), default=0)
        told = self._service.register(taxi.GOOD, lane.name)
        lane.last += 1
        return Outcome(lane.name, names["new"], names["old"], told, seen=seen, asked=asked)

    def _all_there(self, begun: Mapping[str, Outcome]) -> bool:
        """Whether each is at its moment, or has ended without it."""
        held = self._held()
        for fault, outcome in begun.items():
            outcome.met = held.get(fault, 0) > 0
        return all(
            one.met or {"retired", *ENDS_BADLY} & {*one.told.records()} for one in begun.values()
        )

    def _held(self) -> dict[str, int]:
        faults = self._control.get("/_emulator/faults").json()["faults"]
        return {fault["id"]: fault["held"] for fault in faults}

    def _followed(self, outcomes: list[Outcome]) -> list[Outcome]:
        for outcome in outcomes:
            try:
                outcome.end = outcome.told.end()
                until(lambda one=outcome: self._is_at_rest(one), seconds=15)
            except TimeoutError as error:
                outcome.end = error
        for outcome in outcomes:
            self._look(outcome)
        return outcomes

    def _is_at_rest(self, outcome: Outcome) -> bool:
        outcome.orchestrations = self._orchestrations(outcome)
        return set(outcome.orchestrations.values()) == {"Completed"} and set(
            self._states(outcome.lane)[-1]["deployments"]
        ) == {outcome.live}

    def _orchestrations(self, outcome: Outcome) -> dict[str, str]:
        """The promotion's own, its stage's and what that started, each with its status."""
        if not isinstance(outcome.end, dict):
            return {}
        promotion = outcome.end["Properties"]["promotion_id"]
        retires = outcome.status == "succeeded" and outcome.old
        roles = ["", "-prod", "-prod--delivery", *(["-prod--retire"] if retires else [])]
        return {
            role: str(self._service.instance(f"{promotion}{role}").get("runtimeStatus"))
            for role in roles
        }

    def _look(self, outcome: Outcome) -> None:
        """Note what is to be seen of it once nothing moves any more."""
        if isinstance(outcome.end, dict):
            next(lane for lane in self.lanes if lane.name == outcome.lane).live = outcome.live
        outcome.states = self._states(outcome.lane)[outcome.seen :]
        outcome.requests = [one for one in self._requests(outcome.asked) if outcome.concerns(one)]
        outcome.rows = outcome.told.rows()

    def _requests(self, after: int = 0) -> list[Row]:
        found: list[Row] = self._control.get("/_emulator/ledger", params={"after": after}).json()[
            "entries"
        ]
        return found

    def _states(self, endpoint: str) -> list[dict[str, Any]]:
        known = self._control.get("/_emulator/traffic").json()["endpoints"]
        return next((states for path, states in known.items() if path.endswith(f"/{endpoint}")), [])


def kinds(outcome: Outcome) -> Counter[tuple[str, str]]:
    """How often the app has made each kind of request in an undisturbed promotion."""
    version = outcome.new.rpartition("-")[2]
    sent = outcome.requests
    # The data scientist's own requests end with the registration.
    registered = next(
        number
        for number, entry in enumerate(sent)
        if entry["method"] == "PUT"
        and entry["path"].endswith(f"/models/{outcome.lane}/versions/{version}")
    )
    found: Counter[tuple[str, str]] = Counter()
    for entry in sent[registered + 1 :]:
        path = entry["path"].rpartition("/providers/Microsoft.MachineLearningServices")[2]
        path = re.sub(_ID, "{id}", path)
        for name, value in {"new": outcome.new, "old": outcome.old, "name": outcome.lane}.items():
            path = re.sub(rf"(?<=/){value}(?=/|$)", f"{{{name}}}", path)
        path = re.sub(rf"/versions/{version}$", "/versions/{version}", path)
        found[entry["method"], path] += 1
    return found


def until(condition: Callable[[], bool], *, seconds: float = 30) -> bool:
    """Whether it has come true in that time."""
    deadline = time.monotonic() + seconds
    while not (true := condition()) and time.monotonic() < deadline:
        time.sleep(0.02)
    return true
