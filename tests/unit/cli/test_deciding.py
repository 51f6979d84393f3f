"""Whether a decision counted, when others decide in the same moment."""

import pytest
from unit.api.builders import a_person, an_instance
from unit.builders import NOON, a_promotion
from unit.cli.service import World, a_waiting_promotion

from promotion.api.engine import Done
from promotion.cli.happenings import told
from promotion.core.names import child_id

ID = a_promotion().id
STAGE = child_id(ID, "prod")
STOP = "STOP it is broken"


def decided(name, by, minutes=0, **details):
    order = {"name": name, "details": {"by": by, **details}}
    return Done(NOON.replace(minute=minutes), "record", {}, order)


def as_bob(*happened, status="waiting", earlier=(), after=1):
    """Bob's world, in which that is written down once he has decided."""
    world = World(*a_waiting_promotion("prod"), who=a_person("Promotion.Approver", name="bob@x"))
    world.engine.histories[STAGE] = list(earlier)

    def write():
        if len(world.slept) < after:
            return
        world.engine.histories[STAGE] = [*earlier, *happened]
        if status != "waiting":
            stage = world.engine.instances[STAGE]
            moved = an_instance(STAGE, name="stage", shown={"status": status}, input=stage.input)
            world.engine.instances[STAGE] = moved

    world.on_sleep = write
    return world


CAROL = decided("approved", "carol@x")
REJECT = ("reject", ID, "--comment", STOP)


@pytest.mark.parametrize("status", ["waiting", "deploying"])
@pytest.mark.parametrize(
    ("typed", "name", "said"),
    [
        (("approve", ID), "approved", "You have approved taxi-model:7 for prod.\n"),
        (REJECT, "approval_rejected", "You have rejected taxi-model:7 for prod.\n"),
    ],
)
def test_a_decision_that_is_written_down_counted(typed, name, said, status):
    comment = {"comment": STOP} if "--comment" in typed else {}
    world = as_bob(CAROL, decided(name, "bob@x", 1, **comment), status=status, after=3)
    result = world.type(*typed)
    assert (result.exit_code, result.stdout, result.stderr) == (0, said, "")


IGNORED = decided("decision_ignored", "bob@x", 1, decision="reject", comment=STOP, reason="Late.")


@pytest.mark.parametrize("happened", [[CAROL, IGNORED], [CAROL]])
def test_who_comes_second_is_told_who_was_first_and_what_can_still_be_done(happened):
    result = as_bob(*happened, status="deploying").type(*REJECT)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == (
        "It was decided before yours came: approved by carol@x\n"
        f"promote cancel {ID} stops it all the same.\n"
    )


def test_a_stage_that_went_on_without_any_decision_is_said_to_have_moved_on():
    result = as_bob(status="superseded").type("approve", ID)
    assert result.exit_code == 1
    assert "prod did not wait for it any more: it is superseded." in result.stderr


def test_what_the_policy_refused_in_the_end_is_told_with_its_reason():
    refused = decided("decision_refused", "bob@x", reason="bob@x has decided already.")
    result = as_bob(refused).type("approve", ID)
    assert (result.exit_code, result.stdout) == (1, "")
    assert "bob@x has decided already." in result.stderr


def test_an_earlier_decision_of_the_same_kind_is_not_taken_for_this_one():
    result = as_bob(earlier=[decided("approved", "bob@x")]).type("approve", ID)
    assert (result.exit_code, result.stdout) == (5, "")


@pytest.mark.parametrize("more", [(), ("--json",)])
def test_what_cannot_be_known_in_time_is_said_so(more):
    world = as_bob()
    result = world.type("approve", ID, *more)
    assert (result.exit_code, result.stdout) == (5, "")
    assert result.stderr == (
        f"Your decision has arrived; whether it came in time is not known yet.\npromote show {ID}\n"
    )
    assert 9 <= sum(world.slept) <= 12
    assert len(world.engine.told) == 1


def test_who_watches_sees_what_becomes_of_a_decision_of_which_nothing_is_known_at_first():
    world = as_bob()

    def end():
        if len(world.slept) > 30:
            known = world.engine.instances[ID]
            output = {"status": "succeeded"}
            how = {"shown": output, "output": output, "runtime": "completed"}
            ended = an_instance(ID, input=known.input, **how)
            world.engine.instances = {ID: ended}

    world.on_sleep = end
    result = world.type("approve", ID, "--watch")
    assert (result.exit_code, "is not known yet" in result.stderr) == (0, True)
    assert result.stdout.splitlines()[-1] == "taxi-model:7 has succeeded"


def test_who_does_not_wait_is_told_only_that_it_was_sent():
    world = as_bob()
    result = world.type("approve", ID, "--no-wait")
    assert (result.exit_code, world.slept) == (0, [])
    assert result.stdout == "Your decision has arrived.\n"


@pytest.mark.parametrize(
    ("happening", "words"),
    [
        (
            {"what": "decision_ignored", "details": {"decision": "reject", "comment": STOP}},
            "rejection by bob@x did not count: It was late. (STOP it is broken)",
        ),
        ({"what": "decision_refused"}, "decision by bob@x did not count: It was late."),
    ],
)
def test_a_decision_that_did_not_count_is_told_in_words(happening, words):
    assert told(happening | {"by": "bob@x", "reason": "It was late."}) == words
