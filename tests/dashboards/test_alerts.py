"""On which records an alert fires, and on which it does not."""

import json
import re
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from dashboards.bicep_files import FOLDER, BadBicep, deploy
from dashboards.bicep_rules import TOPIC, alerts, deployed, rules
from dashboards.bicep_shapes import METRICS, SPANS
from dashboards.history import History
from dashboards.workspace import all_recorded
from unit.builders import FILES, POLICY

from dashboards import kql_parser
from promotion.core.policy.mistakes import PolicyInvalid
from promotion.policy_source import current_policy
from promotion.report.queries import Query

OWN = {path.stem: path for path in sorted((FOLDER / "alerts").glob("*.kql"))}
ALL = {**rules(), **rules("metricAlerts")}
DOCS = Path(__file__).parents[2] / "docs"
METRIC_TABLE = (
    "(TenantId: string, TimeGenerated: datetime, MetricName: string, Total: real, Count: real,"
    " Maximum: real, Minimum: real, Average: real, TimeGrain: string, UnitName: string,"
    " ResourceId: string, ResourceProvider: string, Resource: string, ResourceGroup: string,"
    " SubscriptionId: string, SourceSystem: string, Type: string, _ResourceId: string)"
)
"""As https://learn.microsoft.com/azure/azure-monitor/reference/tables/azuremetrics has it."""
BROKEN = POLICY.replace("at_most", "at_mots")
RESOLVED = {
    "failed": (30, "45 minutes"),
    "rolled-back": (30, "45 minutes"),
    "approval-waits": (0, "45 minutes"),
    "policy-refused": (0, "45 minutes"),
    "notice-failed": (120, "three hours"),
    "intake-silent": (0, "an hour"),
}
"""After how many minutes a rule finds what was told no longer (0: at once, when it is mended), and
when the alert is resolved, as it is said."""
IN_MINUTES = {"45 minutes": 45, "an hour": 60, "three hours": 180}
ALERT = pytest.mark.parametrize("name", ALL)
ON_LOGS = pytest.mark.parametrize("name", rules())


def fired(name: str, history: History, **given) -> list[dict[str, str]]:
    return alerts(rules(**given)[name], history.rows, history.now)


@pytest.fixture(scope="module")
def found():
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(kql_parser.SCHEMA, "AzureMetrics", METRIC_TABLE)
        asked = {name: rule["criteria"]["allOf"][0]["query"] for name, rule in rules().items()}
        return kql_parser.check(asked | {f"{k}.kql": v.read_text() for k, v in OWN.items()})


@ON_LOGS
def test_a_query_has_no_mistakes(found, name):
    assert found[name]["mistakes"] == []


@pytest.mark.parametrize("name", OWN)
def test_the_columns_are_those_of_the_header(found, name):
    columns = Query.read(name, OWN[name].read_text(encoding="utf-8")).columns
    assert [column for column, _ in found[f"{name}.kql"]["columns"]] == [it.name for it in columns]


@ON_LOGS
def test_a_query_has_no_operator_that_rules_do_not_take(name):
    """https://learn.microsoft.com/azure/azure-monitor/alerts/alerts-log-query, constraints."""
    query = rules()[name]["criteria"]["allOf"][0]["query"]
    code = [line for line in query.splitlines() if not line.lstrip().startswith("//")]
    assert not re.search(r"\b(union|search|take|limit)\b", "\n".join(code))


@ON_LOGS
def test_what_a_rule_splits_by_are_texts_and_what_it_measures_a_number(found, name):
    (condition,) = rules()[name]["criteria"]["allOf"]
    types = dict(found[name]["columns"])
    assert {types[one["name"]] for one in condition["dimensions"]} <= {"string"}
    assert (condition["timeAggregation"] == "Count") == (condition["metricMeasureColumn"] is None)
    if condition["metricMeasureColumn"]:
        assert types[condition["metricMeasureColumn"]] in ("real", "long")


@ON_LOGS
def test_a_rule_looks_back_further_than_to_its_last_look(name):
    rule = rules()[name]
    assert SPANS[rule["windowSize"]] > 2 * SPANS[rule["evaluationFrequency"]]


@ON_LOGS
def test_an_alert_says_when_it_is_resolved(name):
    """https://learn.microsoft.com/azure/azure-monitor/alerts/alerts-overview, stateful alerts."""
    every = SPANS[rules()[name]["evaluationFrequency"]]
    found, said = RESOLVED[name]
    assert found in (0, SPANS[rules()[name]["windowSize"]])
    assert found + every * (3 if every <= 15 else 2) == IN_MINUTES[said]
    assert f"It is resolved about {said} after" in rules()[name]["description"]
    told = re.search(rf"^\| .*`{name}`.* \| {said} after .*\|$", _guide(), flags=re.MULTILINE)
    assert told, f"the guide does not say {said} of {name}"


@ALERT
def test_an_alert_says_which_command_to_type(name):
    known = set(re.findall(r"^promote (.+?) (?:[A-Z\[-])", _commands(), flags=re.MULTILINE))
    told = re.findall(r"promote ([a-z]+(?: check)?)", ALL[name]["description"])
    assert told
    assert set(told) <= known


def _commands() -> str:
    return (DOCS / "reference/command-line.md").read_text(encoding="utf-8")


@ALERT
def test_an_alert_is_explained(name):
    assert f"| `{name}` |" in _guide()


def _guide() -> str:
    return (DOCS / "how-to/install-the-dashboards.md").read_text(encoding="utf-8")


@ALERT
def test_an_alert_is_told_to_the_team_with_its_severity(name):
    assert ALL[name]["severity"] in (1, 2, 3)
    assert ALL[name]["actions"] in ({"actionGroups": ["team"]}, [{"actionGroupId": "team"}])


def test_a_severity_can_be_another():
    changed = rules(severities={"failed": 0})
    assert (changed["failed"]["severity"], changed["rolled-back"]["severity"]) == (0, 2)


def test_a_failed_promotion_is_told_once_whoever_else_ends():
    history = History()
    told = history.promotion("1").tells("failed", "prod", code="Conflict", reason="No.")
    history.rows.append(history.rows[-1])
    for end in ("succeeded", "rejected", "rolled_back", "cancelled", "superseded"):
        history.promotion("2").tells(end, "prod")
    history.promotion("3").tells("retirement_failed", "prod")
    assert fired("failed", history) == [{"promotion_id": told.id, "stage": "prod"}]


def test_a_promotion_that_failed_before_its_first_stage_is_told():
    history = History()
    told = history.promotion().tells("failed")
    assert fired("failed", history) == [{"promotion_id": told.id, "stage": "(none)"}]


def test_a_failure_that_was_told_is_not_told_again():
    history = History()
    history.promotion().tells("failed").after(minutes=31)
    assert fired("failed", history) == []


@pytest.mark.parametrize(
    ("code", "told"), [("SmokeTestFailed", True), ("TakenBack", False), ("RolledBackByHand", False)]
)
def test_what_people_take_back_is_not_told(code, told):
    history = History()
    history.promotion().shifts("prod", 5).undone("prod").taken_back("prod", code)
    assert bool(fired("rolled-back", history)) == told


@pytest.mark.parametrize(("name", "fact"), [("failed", "failed"), ("rolled-back", "rolled_back")])
def test_each_recorded_end_of_that_kind_is_told(name, fact):
    by_hand = ("RolledBackByHand", "TakenBack")
    rows = [row for row in all_recorded() if row["Name"] == f"promotion.{fact}"]
    assert rows
    for row in rows:
        expected = row["Properties"].get("code") not in by_hand
        history = History()
        history.rows = [row | {"TimeGenerated": history.now.isoformat()}]
        (promotion,) = fired(name, history) or [{"promotion_id": ""}]
        assert (promotion["promotion_id"] == row["Properties"]["promotion_id"]) == expected


def waits(hours: float) -> History:
    history = History()
    asked = history.promotion().tells("approval_requested", "prod", by="ada", quorum="1")
    asked.after(hours=hours)
    return history


@pytest.mark.parametrize(("hours", "told"), [(23, False), (25, True), (47, True), (49, False)])
def test_an_approval_that_waits_for_a_day_is_told_as_far_as_a_rule_looks_back(hours, told):
    assert bool(fired("approval-waits", waits(hours))) == told


def test_how_long_an_approval_may_wait_is_a_parameter():
    assert fired("approval-waits", waits(5), approvalHours=4)
    assert not fired("approval-waits", waits(3), approvalHours=4)


@pytest.mark.parametrize("decision", ["approved", "approval_rejected", "cancelled"])
def test_what_is_decided_waits_no_longer(decision):
    history = waits(25)
    history.promotion().tells(decision, "prod", by="ada")
    assert fired("approval-waits", history) == []


def test_a_wait_for_something_else_is_not_told():
    history = History()
    told = {"waiting_for": "window", "until": "2026-05-01T00:00:00+00:00"}
    history.promotion().tells("waiting", "prod", **told).after(hours=30)
    assert fired("approval-waits", history) == []


@pytest.mark.parametrize(
    ("facts", "told"),
    [
        ((), False),
        (("policy_changed",), False),
        (("policy_refused",), True),
        (("policy_refused", "policy_changed"), False),
        (("policy_changed", "policy_refused"), True),
        (("policy_refused", "policy_changed", "policy_refused"), True),
    ],
)
def test_a_refused_policy_is_told_until_a_good_one_is_in_force(facts, told):
    history = History()
    for fact in facts:  # the same mistake again has the same record_id
        history.tells(fact, record_id=fact).pass_by(hours=1)
    assert bool(fired("policy-refused", history)) == told


@pytest.fixture
def instances(tmp_path, monkeypatch):
    """Looks at the policy in a folder as that instance of the app, and says whether it is told."""
    audit_file = tmp_path / "audit.jsonl"
    monkeypatch.setenv("PROMOTION_AUDIT_FILE", str(audit_file))
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)

    def look(instance: int, policy: str) -> bool:
        (tmp_path / "promotion.yaml").write_text(policy)
        # Policies are known by their location: another way to write it is another instance.
        with suppress(PolicyInvalid):
            current_policy(f"{tmp_path}{'/' * instance}promotion.yaml")
        history = History(datetime.now(UTC))
        history.rows = [json.loads(line) for line in audit_file.read_text().splitlines()]
        return bool(fired("policy-refused", history))

    return look


def test_a_policy_that_a_new_instance_refuses_is_told_until_it_is_mended(instances):
    assert instances(1, BROKEN)
    assert not instances(1, POLICY)


def test_a_refused_policy_is_mended_for_the_instance_that_starts_after_that(instances):
    assert not instances(1, POLICY)
    assert instances(1, BROKEN)
    assert not instances(2, POLICY)
    assert instances(3, BROKEN)


def test_what_another_app_takes_over_does_not_mend_the_policy_of_this_one():
    history = History().tells("policy_refused").tells("policy_changed")
    history.rows[0]["AppRoleName"], history.rows[1]["AppRoleName"] = "func-a", "func-b"
    assert fired("policy-refused", history)


def gives_up(history: History, version: str, setting: str) -> None:
    told = {"setting": setting, "reason": "It answered 404.", "code": "404"}
    history.promotion(version).tells("notice_failed", "prod", **told)


def test_a_channel_that_does_not_take_notices_is_told_once_however_many_they_are():
    history = History()
    for version, setting in (("1", "TEAMS"), ("2", "TEAMS"), ("2", "SLACK")):
        gives_up(history, version, setting)
    history.promotion("3").tells("notice_sent", setting="OPS").tells("write_back_failed")
    history.promotion("4").tells("failed", "prod", code="Conflict", reason="No.")
    assert fired("notice-failed", history) == [{"setting": "SLACK"}, {"setting": "TEAMS"}]
    assert [one["stage"] for one in fired("failed", history)] == ["prod"]


@pytest.mark.parametrize(("minutes", "told"), [(119, True), (121, False)])
def test_a_channel_that_did_not_take_a_notice_is_told_for_two_hours(minutes, told):
    history = History()
    gives_up(history, "1", "TEAMS")
    assert bool(fired("notice-failed", history.pass_by(minutes=minutes))) == told


def matched(history: History, many: int = 1, topic: str = TOPIC) -> History:
    """Event Grid has that many events for the service."""
    row = {"TimeGenerated": history.now.isoformat(), "MetricName": "MatchedEventCount"}
    history.rows.append(row | {"Total": float(many), "_ResourceId": topic.lower()})
    return history


@pytest.mark.parametrize(("minutes", "told"), [(29, False), (31, True), (119, True), (121, False)])
def test_an_event_that_nobody_answers_is_told_after_half_an_hour(minutes, told):
    history = matched(History()).pass_by(minutes=minutes)
    assert bool(fired("intake-silent", history)) == told


@pytest.mark.parametrize("answer", ["requested", "ignored", "duplicate"])
def test_an_intake_that_answers_is_not_silent(answer):
    history = matched(History(), 3).tells(answer, actor="event-grid").pass_by(minutes=40)
    assert fired("intake-silent", history) == []


def test_what_a_person_asks_for_is_no_answer_to_an_event():
    history = matched(History()).tells("requested", actor="ada@contoso.com").pass_by(minutes=40)
    assert fired("intake-silent", history)


@pytest.mark.parametrize(("many", "topic"), [(0, TOPIC), (5, f"{TOPIC}2"), (5, TOPIC[:-1])])
def test_where_no_model_is_registered_nobody_is_silent(many, topic):
    history = matched(History(), many, topic).pass_by(minutes=40)
    assert fired("intake-silent", history) == []


def test_without_metrics_in_the_workspace_nobody_is_silent():
    assert fired("intake-silent", History().tells("succeeded").pass_by(minutes=40)) == []


def test_without_topics_there_are_no_rules_about_events():
    logs, metrics = (
        rules(kind, systemTopicIds=[]) for kind in ("scheduledQueryRules", "metricAlerts")
    )
    assert set(ALL) - set(logs) == {"intake-silent", *rules("metricAlerts")}
    assert not metrics


@pytest.mark.parametrize(("given", "settings"), [({}, 1), ({"sendMetrics": False}, 0)])
def test_metrics_that_go_to_the_workspace_already_are_not_sent_twice(given, settings):
    """Azure refuses a second setting that sends the same category to the same workspace."""
    found = deployed(**given)
    assert sum(one["type"] == "Microsoft.Insights/diagnosticSettings" for one in found) == settings
    assert rules("metricAlerts", **given).keys() == rules("metricAlerts").keys()
    assert rules(**given).keys() == rules().keys()


def test_the_guide_has_azures_answer_to_a_second_setting():
    assert "409 `Data sink … is already used in diagnostic setting" in _guide()
    assert "sendMetrics=false" in _guide()


@pytest.mark.parametrize(
    ("condition", "made"), [("wanted", 1), ("wanted ? false : true", 0), ("empty('')", 1)]
)
def test_what_has_a_condition_is_deployed_only_if_it_holds(tmp_path, condition, made):
    file = tmp_path / "one.bicep"
    one = f"resource one 'a/b@1' = if ({condition}) {{ name: 'x' }}"
    file.write_text(f"param wanted bool = true\noutput it bool = wanted\n{one}\n", encoding="utf-8")
    assert len(deploy(file).resources) == made


def test_a_condition_that_is_no_boolean_is_no_bicep(tmp_path):
    file = tmp_path / "one.bicep"
    file.write_text("resource one 'a/b@1' = if ('x') { name: 'x' }\n", encoding="utf-8")
    with pytest.raises(BadBicep):
        deploy(file)


def test_lost_events_are_told_at_the_first_one_and_failed_attempts_later():
    told = {
        rule["criteria"]["allOf"][0]["metricName"]: rule["criteria"]["allOf"][0]["threshold"]
        for rule in rules("metricAlerts").values()
    }
    assert told == dict(zip(METRICS, (0, 0, 5), strict=True))


def test_only_the_subscription_of_the_service_is_watched():
    for rule in rules("metricAlerts", eventSubscriptionName="model-promotion").values():
        (dimension,) = rule["criteria"]["allOf"][0]["dimensions"]
        assert dimension["values"] == ["model-promotion"]
