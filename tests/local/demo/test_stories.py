import io
import json
import re
from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest
from rich.console import Console

from local.cloud import ROOT
from local.stories import STORIES
from local.stories.support import scene as scenes
from local.stories.support.lines import say
from local.stories.support.perform import perform
from local.stories.support.scene import Scene
from local.stories.support.show import show
from local.stories.support.story import Ending, Story, Surprise
from local.stories.support.telling import Telling
from local.stories.support.trail import Trail
from local.stories.support.version import Version
from local.stories.support.words import in_words


class Listener:
    """An audience that remembers what it was told."""

    def __init__(self) -> None:
        self.steps: list[str] = []
        self.facts: list[str] = []
        self.checks: list[str] = []

    def step(self, text):
        self.steps.append(text)

    def fact(self, row):
        self.facts.append(row["Name"])

    def waiting(self, what): ...

    def met(self, what):
        self.checks.append(what)


class Service:
    """Of a service only what a story without Azure needs: its audit trail."""

    def __init__(self, audit_file: Path) -> None:
        info = {"durable_url": "http://127.0.0.1:1", "durable_key": "none"}
        self.cloud = SimpleNamespace(audit_file=audit_file, info=info)
        self.azure = SimpleNamespace(
            calm_down=lambda: None, traffic=lambda _: [], requests=lambda *_: []
        )


def record(name: str, number: int = 1, **told: str) -> dict:
    """A record about version 1 of the story's model."""
    own = {"route": "anything", "model": "anything", "version": "1", "record_id": f"r-{number}"}
    return {"Name": f"promotion.{name}", "Properties": own | told, "Measurements": {}}


@pytest.fixture
def trail(tmp_path: Path):
    """Writes records, in the way of the app."""
    file = tmp_path / "audit.jsonl"

    def write(*rows: dict) -> None:
        with file.open("a") as opened:
            opened.writelines(f"{json.dumps(row)}\n" for row in rows)

    write.file = file
    return write


def ending_of(script, trail) -> Ending:
    script.__name__ = "anything"
    return perform(Story(script, route=""), Service(trail.file), Listener())


def shown(wanted: str, **console: object) -> tuple[int, str]:
    out = io.StringIO()
    code = show(Console(file=out, width=140, **console), STORIES, wanted)
    return code, out.getvalue()


def test_the_list_has_every_story_with_its_title():
    code, text = shown("list")
    assert code == 0
    lines = text.splitlines()
    for story, line in zip(STORIES, lines, strict=False):
        assert line.split(maxsplit=1) == [story.name, story.title]


def test_an_unknown_name_is_answered_with_what_is_near_and_all_there_is():
    code, text = shown("canery")
    assert code == 2
    assert "did you mean canary?" in text
    assert all(story.name in text for story in STORIES)


def test_stories_have_names_of_their_own_and_routes_and_models_called_as_they_are():
    assert len({story.name for story in STORIES}) == len(STORIES)
    for story in STORIES:
        assert story.route.startswith(f"{story.name}:\n")
        assert f"models: [{story.name}]" in story.route
        assert story.title.endswith(".")


def test_every_story_is_in_the_how_to():
    page = (ROOT / "docs/how-to/watch-a-story.md").read_text()
    assert [story.name for story in STORIES] == re.findall(r"^\| `([a-z-]+)` \|", page, re.M)


def test_what_is_not_as_expected_ends_the_story_and_both_are_said(trail):
    def script(scene: Scene) -> None:
        scene.check("one and one", 1 + 1, 2)
        scene.check("now serves", {"x-2": 100}, {"x-1": 100})
        scene.check("never", 1, 1)

    ending = ending_of(script, trail)
    assert ending.checks == 1
    assert str(ending.surprise) == "now serves: expected x-1 100 %, but saw x-2 100 %"


def test_a_version_that_ends_otherwise_is_a_surprise_at_once(trail):
    def script(scene: Scene) -> None:
        trail(record("rejected", reason="rmse is 6.81."))
        Version(scene, "anything", "1").ends("succeeded")

    surprise = ending_of(script, trail).surprise
    assert surprise is not None
    assert surprise.seen == "rejected: rmse is 6.81."


def test_an_end_before_the_record_that_is_waited_for_is_a_surprise_at_once(trail):
    def script(scene: Scene) -> None:
        trail(record("failed", reason="No role."))
        Version(scene, "anything", "1").tells("approval_requested")

    surprise = ending_of(script, trail).surprise
    assert surprise is not None
    assert surprise.seen == "failed: No role."


def test_an_end_for_another_reason_is_a_surprise(trail):
    def script(scene: Scene) -> None:
        trail(record("rolled_back", reason="No quota."))
        Version(scene, "anything", "1").ends("rolled_back", because="it answered 500")

    surprise = ending_of(script, trail).surprise
    assert surprise is not None
    assert (surprise.expected, surprise.seen) == ("…it answered 500…", "No quota.")


def test_what_does_not_happen_is_a_surprise_with_the_last_records(trail, monkeypatch):
    monkeypatch.setattr(scenes, "PATIENCE", 0.0)

    def script(scene: Scene) -> None:
        trail(record("copied", registry="mlops-registry"))
        Version(scene, "anything", "1").ends("succeeded")

    surprise = ending_of(script, trail).surprise
    assert surprise is not None
    assert surprise.seen == "these last records: copied to mlops-registry"


def test_a_request_of_the_story_that_fails_is_a_surprise_and_no_crash(trail):
    def script(scene: Scene) -> None:
        raise httpx.ConnectError("refused")

    assert "refused" in str(ending_of(script, trail).surprise)


def test_weights_that_do_not_add_up_are_a_surprise_in_every_story(trail):
    service = Service(trail.file)
    service.azure.traffic = lambda _: [{"a-1": 100}, {"a-1": 50, "a-2": 25}]
    ending = perform(Story(lambda _: None, route=""), service, Listener())
    assert ending.surprise is not None
    assert "75" in ending.surprise.seen


def test_the_trail_begins_now_and_tells_each_fact_once_when_it_is_whole(trail):
    trail(record("requested", 1))
    watched = Trail(trail.file)
    trail(record("copied", 2), record("copied", 2))
    with trail.file.open("a") as opened:
        opened.write('{"Name": "promotion.succ')
    assert [row["Name"] for row in watched.read()] == ["promotion.copied"]
    with trail.file.open("a") as opened:
        opened.write('eeded", "Properties": {"record_id": "r-3"}}\n')
    assert [row["Name"] for row in watched.read()] == ["promotion.succeeded"]


def test_records_of_other_routes_are_not_told(trail):
    listener = Listener()
    script = Story(lambda scene: None, route="")
    scene = Scene(script, Service(trail.file), listener)
    trail(record("copied", route="another"))
    assert scene.rows() == []
    assert listener.facts == []


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (
            record(
                "waiting", waiting_for="window", until="2026-12-01T09:00:00+00:00", reason="No."
            ),
            "waits for the window until 2026-12-01 09:00:00 UTC: No.",
        ),
        (record("waiting", waiting_for="lock"), "waits for its turn at the endpoint"),
        (record("approved", by="bob", comment="Fine."), "approved by bob: Fine."),
        (record("held", stage="prod", actor="ada", reason="So."), "prod is held by ada: So."),
        (record("traffic_shifted", after='{"a-1": 75, "a-2": 25}'), "traffic: a-1 75 %, a-2 25 %"),
        (record("traffic_shifted", after="{}"), "traffic: none"),
        (record("superseded", reason="Newer."), "superseded: Newer."),
    ],
)
def test_a_record_is_told_in_words(row, words):
    assert in_words(row) == words


def told(width: int = 80, *, terminal: bool) -> str:
    out = io.StringIO()
    say(
        Console(file=out, width=width, force_terminal=terminal, color_system=None), "1. ", "x " * 60
    )
    return out.getvalue()


def test_a_long_line_is_folded_below_its_text_on_a_terminal_only():
    first, second = told(terminal=True).splitlines()
    assert len(first) <= 80
    assert second.startswith("   x")
    assert len(told(terminal=False).splitlines()) == 1


def test_a_surprise_is_told_with_what_was_expected_and_what_was_seen():
    out = io.StringIO()
    surprise = Surprise("now serves", "x-1 100 %", "x-2 100 %")
    Telling(Console(file=out, width=140)).ending(Ending(STORIES[0], 3, 1.0, surprise))
    assert out.getvalue() == (
        "   ✗ now serves\n     expected: x-1 100 %\n     but saw:  x-2 100 %\n"
    )
