"""Who is told, as the policy writes it and the plan has it."""

import pytest
from unit.builders import POLICY, a_document, a_promotion

from promotion.core.notices.occasion import USUAL, Occasion
from promotion.core.plan import Promotion
from promotion.core.policy.mistakes import PolicyInvalid

TEAMS = "{kind: teams, url_setting: TEAMS_WEBHOOK}"
OPS = "{kind: json, url_setting: OPS_WEBHOOK, token_setting: OPS_TOKEN, on: [failed]}"


def policy(*, route: str = "", defaults: str = "") -> str:
    text = POLICY.replace("    models: [taxi-*]\n", f"    models: [taxi-*]\n{route}")
    return text.replace("routes:\n", f"{defaults}routes:\n", 1)


def audience(**given: str):
    return a_promotion(policy(**given)).plan.audience


def mistakes(**given: str) -> str:
    with pytest.raises(PolicyInvalid) as invalid:
        a_document(policy(**given))
    return str(invalid.value)


def test_a_route_names_who_is_told():
    first, second = audience(route=f"    notify: [{TEAMS}, {OPS}]\n").webhooks
    assert (first.url_setting, first.on) == ("TEAMS_WEBHOOK", USUAL)
    assert (second.token_setting, second.on) == ("OPS_TOKEN", (Occasion.FAILED,))


def test_what_defaults_say_holds_for_every_route_that_says_nothing():
    given = audience(defaults=f"defaults: {{notify: [{TEAMS}], write_back: true}}\n")
    assert [one.kind for one in given.webhooks] == ["teams"]
    assert given.write_back


@pytest.mark.parametrize(("notify", "told"), [("[]", 0), (f"[{OPS}]", 1)])
def test_what_a_route_says_replaces_the_defaults(notify, told):
    given = audience(
        route=f"    notify: {notify}\n    write_back: false\n",
        defaults=f"defaults: {{notify: [{TEAMS}, {OPS}], write_back: true}}\n",
    )
    assert len(given.webhooks) == told
    assert not given.write_back


def test_nobody_is_told_and_nothing_written_back_unless_somebody_wants_it():
    assert audience().empty


def test_who_is_told_travels_with_the_plan():
    promotion = a_promotion(policy(route=f"    notify: [{TEAMS}, {OPS}]\n"))
    assert Promotion.model_validate(promotion.to_json(whole=True)) == promotion


@pytest.mark.parametrize(
    ("notify", "said"),
    [
        ("[{kind: teams}]", "routes.taxi.notify.0.url_setting: this field is required"),
        ("[{kind: mail, url_setting: A}]", "notify.0.kind: input should be 'teams', 'slack' or"),
        (
            "[{kind: slack, url_setting: 'https://hooks.slack.com/services/T/B/X'}]",
            "notify.0.url_setting: expected the name of an app setting, never the secret",
        ),
        (
            "[{kind: json, url_setting: AzureWebJobsStorage}]",
            "settings that begin with AzureWebJobs are the app's own",
        ),
        (
            "[{kind: slack, url_setting: A, token_setting: B}]",
            "notify.0: slack takes no token, its address is the secret",
        ),
        ("[{kind: slack, url_setting: A, on: []}]", "notify.0.on: at least one is needed"),
        ("[{kind: slack, url_setting: A, on: [failed, failed]}]", "each occasion is named once"),
        ("[{kind: slack, url_setting: A, on: [sometimes]}]", "notify.0.on.0: input should be"),
        (
            "[{kind: slack, url: A}]",
            "notify.0.url: not a field of a webhook; did you mean url_setting?",
        ),
        (f"[{', '.join([TEAMS] * 11)}]", "routes.taxi.notify: at most 10 are expected here"),
    ],
)
def test_a_mistake_is_shown_where_it_is(notify, said):
    assert said in mistakes(route=f"    notify: {notify}\n")


def test_an_address_that_is_named_twice_is_a_mistake():
    other = TEAMS.replace("teams", "json")
    assert "every message would come twice" in mistakes(route=f"    notify: [{TEAMS}, {other}]\n")
