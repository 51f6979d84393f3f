from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from unit.builders import NOON

from promotion.core.waits.approval import ApprovalWait
from promotion.core.waits.decision import Decision, Origin

APPROVER = "Promotion.Approver"
RITA, QUINN = "rita@example.com", "quinn@example.com"
ORIGIN = Origin(registrant=RITA, requester=QUINN)


def approval(**wishes) -> ApprovalWait:
    return ApprovalWait(kind="approval", **wishes)


def yes(who: str = "ann@example.com", *, roles=(APPROVER,), **known) -> Decision:
    return Decision(who=who, roles=roles, **{"decision": "approve", "at": NOON} | known)


def no(who: str = "ann@example.com", **known) -> Decision:
    return yes(who, decision="reject", **known)


ANN, BOB = yes(), yes("bob@example.com")


@pytest.mark.parametrize(
    ("quorum", "decisions", "status", "by", "missing"),
    [
        (1, [], "waiting", [], 1),
        (1, [ANN], "approved", [ANN], 0),
        (2, [ANN], "waiting", [ANN], 1),
        (2, [ANN, BOB], "approved", [ANN, BOB], 0),
        (2, [ANN, ANN], "waiting", [ANN], 1),
        (2, [ANN, yes("Ann@Example.COM")], "waiting", [yes("Ann@Example.COM")], 1),
        (3, [ANN, BOB, ANN], "waiting", [BOB, ANN], 1),
        (2, [ANN, no("bob@example.com")], "rejected", [BOB], 0),
        (2, [ANN, no()], "rejected", [ANN], 0),
        (1, [ANN, no("bob@example.com")], "approved", [ANN], 0),
        (1, [no(), BOB], "rejected", [ANN], 0),
        (1, [no("eve@example.com", roles=()), ANN], "approved", [ANN], 0),
    ],
)
def test_so_many_different_people_approve_or_one_rejects(quorum, decisions, status, by, missing):
    standing = approval(quorum=quorum).standing(decisions, ORIGIN)
    assert (standing.status, standing.missing) == (status, missing)
    assert standing.by == tuple(one.who for one in by)
    assert standing.decided is (status != "waiting")


@pytest.mark.parametrize(
    ("decisions", "reason"),
    [
        ([], "0 of 2 approvals given; Promotion.Approver may decide."),
        (
            [ANN],
            "1 of 2 approvals given, by ann@example.com; Promotion.Approver may decide.",
        ),
        ([ANN, BOB], "Approved by ann@example.com, bob@example.com."),
        ([no()], "Rejected by ann@example.com."),
        ([no(comment=" too\n slow ")], "Rejected by ann@example.com: too slow"),
    ],
)
def test_the_reason_says_who_and_how_many(decisions, reason):
    assert approval(quorum=2).standing(decisions, ORIGIN).reason == reason


@pytest.mark.parametrize(
    ("decision", "accepted"),
    [
        (yes(), True),
        (yes(roles=("Promotion.Reader",)), False),
        (yes(roles=("promotion.approver",)), False),
        (yes("lead@example.com", roles=()), True),
        (yes("LEAD@example.com", roles=()), True),
        (yes(APPROVER, roles=()), False),  # somebody who is called like a role
        (yes(roles=("lead@example.com",)), False),  # a role that is called like somebody
        (yes(roles=(), also=("lead@example.com",)), False),  # display names can be chosen
    ],
)
def test_who_is_named_or_has_a_role_that_is_named_may_decide(decision, accepted):
    wait = approval(by=[APPROVER, "Lead@example.com"])
    assert wait.reply(decision, [], ORIGIN).accepted is accepted


@pytest.mark.parametrize(
    ("decision", "reason", "remedy"),
    [
        (
            yes(roles=()),
            "ann@example.com may not decide; Promotion.Approver may.",
            "Ask Promotion.Approver to decide.",
        ),
        (
            yes("Rita@Example.com"),
            "Rita@Example.com registered the model and may not approve it.",
            "Ask somebody else to approve: Promotion.Approver.",
        ),
        (
            yes("r-1", also=("Rita@Example.com",)),
            "r-1 registered the model and may not approve it.",
            "Ask somebody else to approve: Promotion.Approver.",
        ),
        (
            yes(QUINN),
            "quinn@example.com asked for the promotion and may not approve it.",
            "Ask somebody else to approve: Promotion.Approver.",
        ),
        (
            yes(comment=" \n"),
            "A decision here needs a comment.",
            "Decide again, with a comment.",
        ),
        (
            no(),
            "A decision here needs a comment.",
            "Decide again, with a comment.",
        ),
    ],
)
def test_a_decision_that_does_not_count_gets_reason_and_remedy(decision, reason, remedy):
    wait = approval(comment="required")
    reply = wait.reply(decision, [], ORIGIN)
    assert (reply.accepted, reply.reason, reply.remedy) == (False, reason, remedy)
    assert wait.standing([decision], ORIGIN).missing == 1


@pytest.mark.parametrize(
    ("allowed", "who"), [("allow_registrant", RITA), ("allow_requester", QUINN)]
)
def test_the_policy_may_allow_people_to_approve_what_they_made(allowed, who):
    assert approval(**{allowed: True}).reply(yes(who), [], ORIGIN).accepted
    assert not approval().reply(yes(who), [], ORIGIN).accepted


@pytest.mark.parametrize("who", [RITA, QUINN])
def test_people_may_reject_what_they_made(who):
    assert approval().standing([no(who)], ORIGIN).status == "rejected"


def test_nobody_can_approve_when_it_is_not_known_who_registered_the_model():
    unknown = Origin()
    reply = approval().reply(ANN, [], unknown)
    assert not reply.accepted
    assert "not known who registered" in reply.reason
    assert "allow_registrant" in str(reply.remedy)
    assert approval(allow_registrant=True).reply(ANN, [], unknown).accepted


@pytest.mark.parametrize(
    ("earlier", "reason"),
    [
        ([ANN], "This is decided already. Approved by ann@example.com."),
        ([no(comment="slow")], "This is decided already. Rejected by ann@example.com: slow"),
    ],
)
def test_what_is_decided_stays_decided(earlier, reason):
    for later in (ANN, no(), BOB):
        reply = approval().reply(later, earlier, ORIGIN)
        assert (reply.accepted, reply.reason) == (False, reason)
        assert reply.remedy


def test_an_accepted_decision_is_answered_with_where_the_approval_stands():
    reply = approval(quorum=2).reply(BOB, [ANN], ORIGIN)
    assert reply.accepted
    assert reply.reason == "Approved by ann@example.com, bob@example.com."


def test_a_time_limit_rejects_unless_the_policy_would_rather_wait():
    limited = approval(quorum=2, time_limit="3d")
    waiting = limited.standing([ANN], ORIGIN)
    assert limited.until(NOON) == NOON + timedelta(days=3)
    assert limited.timed_out(waiting).status == "rejected"
    assert limited.timed_out(waiting).reason == "1 of 2 approvals came within 3d."
    patient = approval(quorum=2, time_limit="3d", on_timeout="wait")
    assert patient.timed_out(waiting) == waiting


def test_a_time_limit_changes_nothing_that_is_decided():
    limited = approval(time_limit="3d")
    approved = limited.standing([ANN], ORIGIN)
    assert limited.timed_out(approved) == approved


def test_without_a_time_limit_it_waits_for_ever():
    assert approval().until(NOON) is None
    waiting = approval().standing([], ORIGIN)
    assert approval().timed_out(waiting) == waiting


@pytest.mark.parametrize(
    ("wishes", "words"),
    [
        ({}, "an approval by 1 of Promotion.Approver"),
        (
            {"quorum": 2, "by": ["Lead", "a@b"], "time_limit": "3d"},
            "an approval by 2 of Lead, a@b within 3d",
        ),
    ],
)
def test_it_says_what_it_waits_for(wishes, words):
    assert approval(**wishes).in_words == words


@pytest.mark.parametrize(
    ("wishes", "mistake"),
    [
        ({"by": []}, "at least one is needed"),
        ({"by": [" "]}, "at least 1 character"),
        ({"quorum": 0}, "greater than or equal to 1"),
        ({"by": ["a@b", "c@d"], "quorum": 3}, "quorum of 3 cannot be reached by the 2 people"),
        ({"by": ["a@b", "A@B"], "quorum": 2}, "quorum of 2 cannot be reached by the one person"),
        ({"on_timeout": "wait"}, "on_timeout needs a time_limit"),
        ({"on_timeout": "reject"}, "on_timeout needs a time_limit"),
        ({"on_timeout": "wait", "time_limit": None}, "on_timeout needs a time_limit"),
        ({"time_limit": 0}, "no time at all"),
        ({"comment": "maybe"}, "'required' or 'optional'"),
        ({"mode": "warn"}, "Extra inputs"),
    ],
)
def test_an_approval_that_cannot_be_meant_is_one_mistake(wishes, mistake):
    with pytest.raises(ValidationError, match=mistake) as caught:
        approval(**wishes)
    assert caught.value.error_count() == 1


def test_a_quorum_of_roles_is_not_counted_beforehand():
    assert approval(by=["Lead", "a@b"], quorum=5).quorum == 5


def test_an_approval_travels_as_json_stated_or_whole():
    for wishes in ({}, {"time_limit": "3d", "on_timeout": "wait"}):
        wait = approval(**wishes)
        for skip in (True, False):
            plain = wait.model_dump(mode="json", exclude_defaults=skip)
            assert ApprovalWait.model_validate(plain) == wait


PEOPLE = st.sampled_from(["ann@x", "ANN@x", "bob@x", "cy@x", RITA, QUINN])
DECISIONS = st.lists(
    st.builds(
        yes,
        PEOPLE,
        roles=st.sampled_from([(), (APPROVER,)]),
        decision=st.sampled_from(["approve"] * 4 + ["reject"]),
    ),
    max_size=8,
)


@given(DECISIONS, st.integers(1, 3))
def test_refused_decisions_change_nothing_and_accepted_ones_are_counted(decisions, quorum):
    wait, accepted = approval(quorum=quorum), []
    for decision in decisions:
        if wait.reply(decision, accepted, ORIGIN).accepted:
            accepted.append(decision)
    standing = wait.standing(decisions, ORIGIN)
    assert standing == wait.standing(accepted, ORIGIN)
    people = {one.who.casefold() for one in accepted}
    if standing.status == "approved":
        assert len(people) == quorum == len(standing.by)
        assert people.isdisjoint({RITA, QUINN})


@given(DECISIONS, DECISIONS, st.integers(1, 3))
def test_nothing_that_comes_later_changes_what_is_decided(first, later, quorum):
    wait = approval(quorum=quorum)
    standing = wait.standing(first, ORIGIN)
    if standing.decided:
        assert wait.standing([*first, *later], ORIGIN) == standing


OBJECT = "0a1b2c3d-0000-4000-8000-00000000da7a"


def test_one_person_under_two_names_is_one_of_a_quorum():
    guest = [yes(name, object_id=OBJECT) for name in ("live.com#ann@x.com", "ann_x#EXT#@c.com")]
    assert approval(quorum=2).standing(guest, ORIGIN).missing == 1


def test_who_asked_for_it_under_another_name_may_not_approve_it():
    origin = Origin(registrant=RITA, requester="live.com#ann@x.com", requester_also=(OBJECT,))
    reply = approval().reply(yes("ann_x#EXT#@c.com", object_id=OBJECT), [], origin)
    assert "asked for the promotion" in reply.reason


@pytest.mark.parametrize("name", ["Ada  Lovelace ", "ada lovelace", "José", "Ada\u00a0Lovelace"])
def test_a_display_name_is_the_same_however_it_is_spelled(name):
    shown = "Jose\u0301" if "José" in name else "Ada Lovelace"
    reply = approval().reply(yes(display_name=shown), [], Origin(registrant=name))
    assert "registered the model and may not" in reply.reason


@pytest.mark.parametrize(
    ("registrant", "known", "accepted"),
    [
        ("Ada Lovelace", {}, False),
        ("Ada Lovelace", {"display_name": "Ann"}, True),
        (OBJECT, {}, False),
        (OBJECT, {"object_id": OBJECT.replace("a", "b")}, True),
        (RITA, {}, True),
    ],
)
def test_who_cannot_be_told_from_the_registrant_may_not_approve(registrant, known, accepted):
    reply = approval().reply(yes(**known), [], Origin(registrant=registrant))
    assert reply.accepted is accepted
    assert accepted or "cannot be told" in reply.reason


@pytest.mark.parametrize(
    ("login", "registrant", "accepted"),
    [
        (OBJECT, RITA, False),  # a token without a user name
        ("ada@partner.com", "ada_partner.com#EXT#@contoso.com", False),
        ("ada@partner.com", "eve_partner.com#EXT#@contoso.com", True),
        ("live.com#ada@x.com", "ada@x.com", False),
    ],
)
def test_a_guest_is_known_under_every_form_of_the_name(login, registrant, accepted):
    reply = approval().reply(yes(login, object_id=OBJECT), [], Origin(registrant=registrant))
    assert reply.accepted is accepted


def test_a_guest_may_decide_whom_the_policy_names_in_another_form():
    wishes = approval(by=["ada_partner.com#EXT#@contoso.com"])
    guest = yes("ada@partner.com", roles=())
    assert wishes.reply(guest, [], ORIGIN).accepted


def test_what_an_application_has_registered_is_nobodys_own():
    pipeline = Origin(registrant="sp-training", by_application=True)
    assert approval().reply(yes(), [], pipeline).accepted
