"""Forty promotions with every kind of ending, each team on its own, all side by side."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

from stories.forty.people import Town
from stories.forty.policy import TAG

from local import taxi

_REGISTERED: Final = "Microsoft.MachineLearningServices.ModelRegistered"
_FORBIDDEN: Final = {"code": "AuthorizationFailed", "message": "The client may not do this."}
_NO_QUOTA: Final = {"code": "OutOfQuota", "message": "Not enough cores."}
_NO_COLUMN: Final = {"code": "UserError", "message": "Scoring failed: no such column"}


def play(town: Town) -> None:
    """All of it, until what does not wait for people has ended."""
    with ThreadPoolExecutor(len(_TEAMS)) as pool:
        for ended in [pool.submit(team, town) for team in _TEAMS]:
            ended.result()
    town.come_to_rest()


def _fares(town: Town) -> None:
    """All traffic at once: 1 serves, 2 fails its smoke test, 3 serves and is rolled back by hand,
    4 is refused and then let through by breakglass."""
    _live(town, "fares", taxi.GOOD, TAG)
    _live(town, "fares", taxi.NONSENSE, TAG)
    _live(town, "fares", taxi.BETTER, TAG)
    town.operate("rollback", "fares")
    town.operate("resume", "fares")
    refused = _live(town, "fares", taxi.INACCURATE, TAG)
    town.bypass("fares", refused, "metric rmse")


def _canary(town: Town) -> None:
    """Traffic in steps: 1 serves, 2 answers with an error at 25 %, 3 serves."""
    _live(town, "canary", taxi.GOOD)
    # Asked before any traffic, and at 25 %.
    town.service.fault("POST", "/canary/score$", answer={"status": 500, "body": {}}, skip=1)
    _live(town, "canary", taxi.BETTER)
    _live(town, "canary", taxi.BETTER)


def _slow(town: Town) -> None:
    """People stop rollouts at 50 %: 1 serves, 2 is rolled back, 3 is cancelled."""
    _live(town, "slow", taxi.GOOD)
    stopped = town.register("slow", taxi.BETTER)
    town.look.until_traffic("slow", f"slow-{stopped}", 50)
    town.operate("rollback", "slow")
    town.operate("resume", "slow")
    town.look.ended("slow", stopped)
    cancelled = town.register("slow", taxi.BETTER)
    town.look.until_traffic("slow", f"slow-{cancelled}", 50)
    town.cancel("slow", cancelled)


def _late(town: Town) -> None:
    """The event of version 1 comes when 2 serves already."""
    planted = {"workspace": taxi.DEV, "name": "late", "version": "1", "job": taxi.GOOD.job}
    began = {"created_at": "2026-03-02T11:59:58Z"}
    town.service.cloud.control.post("/_emulator/seed", json={"models": [planted | began]})
    _live(town, "late", taxi.BETTER)
    town.tell_of(_event(_REGISTERED, "late", "1"), taxi.GOOD)
    town.look.ended("late", "1")


def _broken(town: Town) -> None:
    """Azure says no: 1 lacks a role and runs again, 2 finds no quota, 3 was deleted."""
    refused = {"status": 403, "body": {"error": _FORBIDDEN}}
    town.service.fault("PUT", r"/onlineEndpoints/broken$", answer=refused)
    town.retry("broken", _live(town, "broken", taxi.GOOD))
    town.service.fault("PUT", r"/deployments/broken-2$", operation=_NO_QUOTA)
    _live(town, "broken", taxi.BETTER)
    town.tell_of(_event(_REGISTERED, "broken", "3"), None)
    town.look.ended("broken", "3")


def _held(town: Town) -> None:
    """Nothing may be changed there: 1 waits, and still does in the end."""
    town.operate("hold", "held")
    town.look.waiting("held", town.register("held", taxi.GOOD), "hold")


def _asked(town: Town) -> None:
    """Bob approves 1 and 5 and rejects 2; 3 waits until 4 comes, 4 is cancelled, 6 still waits."""
    first = town.register("asked", taxi.GOOD)
    town.intrude("asked", first)
    _decide(town, "approve", first)
    _decide(town, "reject", town.register("asked", taxi.GOOD))
    waiting = town.register("asked", taxi.GOOD)
    town.look.waiting("asked", waiting, "approval")
    newer = town.register("asked", taxi.GOOD)
    town.look.ended("asked", waiting)
    town.look.waiting("asked", newer, "approval")
    town.cancel("asked", newer)
    _decide(town, "approve", town.register("asked", taxi.BETTER))
    town.look.waiting("asked", town.register("asked", taxi.BETTER), "approval")


def _jobs(town: Town) -> None:
    """A batch endpoint: 1 serves, the test of 2 fails, 3 serves and is rolled back by hand. A job
    of the team's own: 1 passes, 2 does not."""
    _live(town, "batch", taxi.GOOD)
    town.service.fault("POST", "/scoring/.*/batch/jobs$", operation=_NO_COLUMN)
    _live(town, "batch", taxi.BETTER)
    _live(town, "batch", taxi.BETTER)
    town.operate("rollback", "batch")
    _live(town, "checked", taxi.GOOD)
    town.service.cloud.control.put("/_emulator/behaviour", json={"failing_jobs": "mape is 31"})
    _live(town, "checked", taxi.GOOD)


def _strict(town: Town) -> None:
    """Gates of the route: 1 and 2 are not good enough, 2 and 3 have no tag, 4 passes. The gate of
    another one finds nothing to judge by."""
    _live(town, "strict", taxi.INACCURATE, TAG)
    _live(town, "strict", taxi.INACCURATE)
    _live(town, "strict", taxi.GOOD)
    _live(town, "strict", taxi.GOOD, TAG)
    _live(town, "unlogged", taxi.GOOD)


def _two(town: Town) -> None:
    """A gate of the second stage: 1 stays at the first, 2 goes through both."""
    _live(town, "two", taxi.GOOD)
    _live(town, "two", taxi.BETTER)


def _twice(town: Town) -> None:
    """Two routes want the model, so each registration is two promotions."""
    for training in (taxi.GOOD, taxi.BETTER):
        version = town.register("twice", training)
        town.look.ended("twice-eu", version)
        town.look.ended("twice-us", version)


def _event_grid(town: Town) -> None:
    """Some events come again, and some concern nobody."""
    bus = town.register("bus", taxi.GOOD)
    for model, times in (("fares", 2), ("twice", 1), ("bus", 1)):
        town.redeliver(model, "1", times)
    town.publish(_event("Microsoft.MachineLearningServices.RunCompleted", "fares", "1"))
    town.publish(_event(_REGISTERED, "fares", bus, source=taxi.PROD))


def _live(town: Town, model: str, training: taxi.Training, *tags: str) -> str:
    """A version is registered, and its promotion runs to its end."""
    version = town.register(model, training, *tags)
    town.look.ended(model, version)
    return version


def _decide(town: Town, decision: str, version: str) -> None:
    town.decide(decision, "asked", version)
    town.look.ended("asked", version)


def _event(kind: str, model: str, version: str, source: str = taxi.DEV) -> dict[str, Any]:
    """An event that Azure ML has not published by itself."""
    return {
        "specversion": "1.0",
        "type": kind,
        "source": taxi.workspace_id(source),
        "subject": f"models/{model}:{version}",
        "id": f"{source}-{model}-{version}-{kind}",
        "time": "2026-03-02T11:59:58Z",
        "data": {"modelName": model, "modelVersion": version},
    }


_TEAMS: Final[tuple[Callable[[Town], None], ...]] = (
    *(_jobs, _fares, _asked, _slow, _canary, _broken),
    *(_strict, _twice, _two, _late, _held, _event_grid),
)
"""The longest first."""
