import json

import httpx
import pytest
from unit.api.builders import an_instance
from unit.builders import FILES, POLICY, a_promotion
from unit.cli.service import World, a_waiting_promotion

from promotion.cli.progress import changes

ID = a_promotion().id


def ends(world, **output):
    """The promotion of ``world`` ends."""
    known = world.engine.instances[ID]
    ended = {"runtime": "completed", "shown": {"status": output["status"]}, "output": output}
    world.engine.instances = {ID: an_instance(ID, input=known.input, **ended)}


def after(world, looks, act):
    """Does that when it has slept so often."""
    world.on_sleep = lambda: act() if len(world.slept) == looks else None


@pytest.mark.parametrize(
    ("status", "code"),
    [("succeeded", 0), ("rolled_back", 1), ("cancelled", 1), ("superseded", 1)],
)
def test_watch_ends_when_the_promotion_does_and_its_exit_code_says_how(status, code):
    world = World(*a_waiting_promotion("prod"))
    failure = {"reason": "Because.", "remedy": "Mend it."} if code else None
    after(world, 3, lambda: ends(world, status=status, failure=failure))
    result = world.type("watch", ID)
    assert result.exit_code == code
    lines = result.stdout.splitlines()
    assert f"          promote approve {ID} --stage prod" in lines
    assert sum("waits for an approval" in line for line in lines) == 1
    is_or_has = "has" if status == "succeeded" else "is"
    assert f"taxi-model:7 {is_or_has} {status.replace('_', ' ')}" in lines
    assert ("Mend it." in lines) == bool(code)


def test_looks_become_rarer_while_nothing_changes_and_ask_only_for_news():
    world = World(*a_waiting_promotion("prod"))
    after(world, 8, lambda: ends(world, status="succeeded"))
    world.type("watch", ID)
    assert world.slept == [1.0, 1.5, 2.25, 3.375, 5.0, 5.0, 5.0, 5.0]
    assert all("if-none-match" in one.headers for one in world.network.requests[1:])


def test_a_service_that_is_away_for_a_while_is_waited_for_and_said_once():
    world = World(*a_waiting_promotion("prod"))

    def away():
        if len(world.slept) == 1:
            gone, broken = httpx.ConnectError("refused"), httpx.Response(502)
            world.network.first = [gone, gone, broken]
        if len(world.slept) == 6:
            ends(world, status="succeeded")

    world.on_sleep = away
    result = world.type("watch", ID)
    assert result.exit_code == 0
    assert result.stderr.count("It is asked again.") == 1


def test_a_service_that_stays_away_is_given_up():
    world = World(*a_waiting_promotion("prod"))
    world.on_sleep = lambda: world.network.first.append(httpx.ConnectError("refused"))
    result = world.type("watch", ID)
    assert result.exit_code == 5
    assert "It may have arrived" not in result.stderr
    assert 600 <= sum(world.slept) < 700


def test_a_service_that_lets_requests_hang_is_given_up_by_the_clock():
    world = World(*a_waiting_promotion("prod"))

    def hang():
        world.passed += 60  # as long as a request is waited for
        world.network.first.append(httpx.ReadTimeout("timed out"))

    world.on_sleep = hang
    result = world.type("watch", ID)
    assert result.exit_code == 5
    assert 600 <= world.passed + sum(world.slept) < 800


def unreadable():
    problem = {"title": "Unreadable", "detail": "Another version has stored it."}
    return httpx.Response(409, headers={"Content-Type": "application/problem+json"}, json=problem)


def test_a_fault_of_the_service_is_no_end_of_what_is_watched():
    world = World(*a_waiting_promotion("prod"))
    after(world, 1, lambda: world.network.first.append(unreadable()))
    watched = world.on_sleep
    world.on_sleep = lambda: ends(world, status="succeeded") if len(world.slept) == 4 else watched()
    result = world.type("watch", ID)
    assert (result.exit_code, "Another version has stored it." in result.stderr) == (0, True)


def test_a_fault_that_stays_is_no_answer_and_told_as_the_service_tells_it():
    world = World(*a_waiting_promotion("prod"))
    world.on_sleep = lambda: world.network.first.append(unreadable())
    result = world.type("watch", ID)
    assert result.exit_code == 5
    assert result.stderr.endswith("Another version has stored it.\n")
    assert World(first=[unreadable()]).type("watch", ID).exit_code == 5


def test_ctrl_c_leaves_it_running_and_says_so():
    def stop():
        raise KeyboardInterrupt

    world = World(*a_waiting_promotion("prod"))
    world.on_sleep = stop
    result = world.type("watch", ID)
    assert (result.exit_code, world.engine.told) == (130, [])
    assert result.stderr == f"It goes on without you. Look again with:\npromote watch {ID}\n"


def test_for_scripts_every_new_state_is_a_line_as_the_service_gives_it():
    world = World(*a_waiting_promotion("prod"))
    after(world, 2, lambda: ends(world, status="succeeded"))
    lines = world.type("watch", ID, "--json").stdout.splitlines()
    assert [json.loads(line)["status"] for line in lines] == ["waiting", "succeeded"]


def test_submit_can_be_followed_at_once(tmp_path, monkeypatch):
    for path, text in ({"promotion.yaml": POLICY} | FILES).items():
        (tmp_path / path).write_text(text)
    monkeypatch.setenv("PROMOTION_POLICY", str(tmp_path / "promotion.yaml"))
    world = World()
    after(world, 1, lambda: ends(world, status="succeeded"))
    words = ("submit", "--model", "taxi-model", "--version", "7", "--reason", "x", "--watch")
    result = world.type(*words)
    assert (result.exit_code, result.stdout.splitlines()[-1]) == (0, "taxi-model:7 has succeeded")


STATE = {"id": "p", "model": "m", "version": "1", "status": "deploying"}
COPIED = {"at": "2026-03-02T12:00:01Z", "what": "copied", "stage": None, "details": {}}
SHIFTED = COPIED | {
    "what": "traffic_shifted",
    "stage": "prod",
    "details": {"after": '{"m-1": 10, "m-0": 90, "m-2": 0}'},
}
ASKED = {"name": "prod", "waiting_for": "approval", "reason": "It waits for Bob."}


@pytest.mark.parametrize(
    ("before", "news", "told"),
    [
        (None, {"timeline": [COPIED]}, ["12:00:01  copied"]),
        (
            {"timeline": [COPIED]},
            {"timeline": [COPIED, SHIFTED]},
            ["12:00:01  prod: traffic shifted to m-1 10 %, m-0 90 %"],
        ),
        (
            {},
            {"stages": [ASKED]},
            ["          prod waits for Bob", "          promote approve p --stage prod"],
        ),
        (
            {"stages": [ASKED]},
            {"stages": [ASKED | {"reason": "1 of 2."}]},
            ["          prod waits for an approval: 1 of 2."],
        ),
        ({"stages": [ASKED]}, {"stages": [ASKED]}, []),
    ],
)
def test_only_what_is_new_is_told(before, news, told):
    assert list(changes(before and STATE | before, STATE | news)) == told
