"""Notices: what they say, and that what a stranger wrote is only ever shown."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft6Validator, Draft202012Validator
from unit.builders import NOON, TAXI_7, a_candidate, a_promotion

from promotion.core.candidate import Candidate
from promotion.core.context import Context
from promotion.core.errors import Failure
from promotion.core.gates import judge
from promotion.core.notices import plain, slack, teams
from promotion.core.notices.audience import Audience
from promotion.core.notices.body import as_bytes, body_for
from promotion.core.notices.event import TYPES, event
from promotion.core.notices.links import Links
from promotion.core.notices.making import of_approval, of_promotion
from promotion.core.notices.notice import MAX_VERDICTS, Answer, Notice, Wanted, answered
from promotion.core.notices.occasion import USUAL, Occasion, of_end
from promotion.core.notices.text import clean
from promotion.core.policy.notify import Webhook
from promotion.core.status import ALLOWED, Status
from promotion.core.steps.notices import NotifyOrder
from promotion.core.steps.orchestrations import PromotionResult, StageOrder, StageResult
from promotion.core.timing import Timing
from promotion.core.verdict import Mode, Outcome, Verdict
from promotion.core.waits.approval import ApprovalWait
from promotion.core.waits.decision import Origin
from promotion.settings import APP_ROOT

HERE = Path(__file__).parent
SNAPSHOTS = HERE / "snapshots" / "notices"
CARD = Draft6Validator(json.loads((HERE / "adaptive_cards/adaptive-card-1.4.json").read_text()))
PUBLISHED = json.loads((APP_ROOT / "docs/reference/event-data.schema.json").read_text())
ASSET = "azureml://registries/the-registry/models/taxi-model/versions/7"
PROMOTION = a_promotion()
API = "https://promotion.contoso.com/api"


def judged(candidate: Candidate):
    return judge(candidate, PROMOTION.plan.gates)


def ended(status: Status, failure: Failure | None = None, **known) -> Notice:
    result = PromotionResult(status=status, failure=failure, **known)
    return of_promotion(PROMOTION, result, NOON)


def at_prod(status: Status, failure: Failure | None = None) -> tuple[StageResult, ...]:
    return (StageResult(stage="prod", status=status, failure=failure),)


def refused() -> Notice:
    judgement = judged(a_candidate(metrics={"rmse": 6.81}))
    failure = Failure(reason=judgement.reason, remedy=judgement.remedy, code="GateFailed")
    return ended(Status.REJECTED, failure, judgement=judgement)


def approval(**asked: Any) -> Notice:
    (prod,) = PROMOTION.plan.stages
    order = StageOrder(
        context=PROMOTION.context.model_copy(update={"stage": "prod"}),
        plan=PROMOTION.plan.only(prod),
        asset_id=ASSET,
        origin=Origin(registrant="ada@contoso.com"),
    )
    known = {"by": ("Promotion.Approver",), "time_limit": timedelta(days=2)}
    wait = ApprovalWait(kind="approval", **known | asked)
    verdicts = judged(a_candidate(metrics={"rmse": 3.42})).verdicts
    until = NOON + timedelta(days=2)
    return of_approval(order, wait, number=1, verdicts=verdicts, at=NOON, until=until)


def succeeded() -> Notice:
    return ended(Status.SUCCEEDED, asset_id=ASSET, stages=at_prod(Status.SUCCEEDED))


def rolled_back() -> Notice:
    failure = Failure(
        reason="The deployment taxi-model-7 failed its smoke test: $[0] is 1.7 instead of 12 ± 4.",
        remedy="Mend the model, and register it again.",
        code="SmokeTestFailed",
    )
    stages = at_prod(Status.ROLLED_BACK, failure)
    return ended(Status.ROLLED_BACK, failure, asset_id=ASSET, stages=stages)


def failed() -> Notice:
    failure = Failure(
        reason="Could not copy taxi-model:7: the client is not authorized.",
        remedy="Give the app's identity the role AzureML Registry User on the registry.",
        code="AuthorizationFailed",
    )
    return ended(Status.FAILED, failure)


NOTICES = {
    "refused": refused,
    "approval": approval,
    "succeeded": succeeded,
    "rolled_back": rolled_back,
    "failed": failed,
}


def links(notice: Notice) -> Links:
    return Links.of(notice, API, "AzureCloud")


@pytest.mark.parametrize("occasion", NOTICES)
@pytest.mark.parametrize("kind", ["teams", "slack", "json"])
def test_a_message_is_as_it_was_reviewed(kind, occasion, request):
    notice = NOTICES[occasion]()
    body = json.loads(body_for(kind, notice, links(notice)))
    text = json.dumps(body, indent=2, ensure_ascii=False) + "\n"
    file = SNAPSHOTS / f"{occasion}.{kind}.json"
    assert file.exists(), f"look at this, and write it to {file.name}:\n{text}"
    assert text == file.read_text(encoding="utf-8")


@pytest.mark.parametrize("occasion", NOTICES)
def test_a_card_is_an_adaptive_card(occasion):
    notice = NOTICES[occasion]()
    CARD.validate(teams.card(notice, links(notice)))


def test_the_schema_of_cards_refuses_what_is_none():
    notice = succeeded()
    card = teams.card(notice, links(notice))
    assert not CARD.is_valid({**card, "body": [{"type": "RichTextBlock", "inlinez": []}]})


@pytest.mark.parametrize("occasion", NOTICES)
def test_the_data_of_an_event_keep_to_the_published_schema(occasion):
    Draft202012Validator(closed(PUBLISHED)).validate(event(NOTICES[occasion]()).data)


def closed(schema):
    """Receivers are to bear new fields; the service must not have one that is not published."""
    if isinstance(schema, list):
        return [closed(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    inner = {key: closed(value) for key, value in schema.items()}
    return inner | ({"additionalProperties": False} if schema.get("type") == "object" else {})


def test_every_field_that_is_published_is_there_when_it_is_known():
    data = event(hostile("x")).data
    assert data.keys() == PUBLISHED["properties"].keys()


def test_an_event_is_the_same_however_often_it_is_made():
    first, second = event(failed()), event(failed())
    assert first == second
    assert first.type == "azureml.promotion.failed"
    assert first.subject == "models/taxi-model:7"
    assert first.source == "/azureml-promotion/routes/taxi"
    assert len(set(TYPES)) == len(Occasion)


def test_every_end_of_a_promotion_is_an_occasion_of_its_own():
    ends = [status for status in Status if not ALLOWED[status]]
    assert {of_end(status) for status in ends} == set(Occasion) - {Occasion.APPROVAL}


def test_a_refusal_tells_the_gates_that_refused_and_an_approval_all_of_them():
    assert [one.outcome for one in refused().answers] == [Outcome.FAILED]
    assert [one.outcome for one in approval().answers] == [Outcome.PASSED]


def verdict(gate: str, outcome: Outcome = Outcome.PASSED, mode: Mode = Mode.ENFORCE) -> Verdict:
    return Verdict(gate=gate, kind="metric", mode=mode, outcome=outcome, reason="So it is.")


def test_what_did_not_pass_is_not_cut_off():
    passed = [verdict(f"passed {number}") for number in range(9)]
    failed = verdict("failed", Outcome.FAILED, Mode.WARN)
    unknown = verdict("unknown", Outcome.INCONCLUSIVE, Mode.WARN)
    notice = approval().model_copy(update=answered((*passed, failed, unknown)))
    assert [one.gate for one in notice.answers][:3] == [
        *("failed (warn)", "unknown (warn)", "passed 0"),
    ]
    assert (len(notice.answers), notice.left_out) == (MAX_VERDICTS, 3)
    for kind in ("teams", "slack"):
        assert "✗ failed (warn): So it is." in body_for(kind, notice, links(notice)).decode()


def test_that_a_gate_only_warns_is_shown_however_long_its_name_is():
    (long,) = answered((verdict("m" * 100, Outcome.FAILED, Mode.WARN),))["answers"]
    (short,) = answered((verdict("metric rmse", Outcome.FAILED),))["answers"]
    assert (len(long.gate), long.gate[-8:]) == (60, "… (warn)")
    assert short.gate == "metric rmse"


def test_an_approval_gives_the_command_that_approves():
    assert approval().approve == f"promote approve {PROMOTION.id} --stage prod"
    assert failed().approve is None


def test_the_command_has_a_place_for_the_comment_that_a_decision_needs():
    asked = approval(comment="required")
    assert asked.approve.endswith('--stage prod --comment "WHY"')
    assert asked.reject.endswith('--stage prod --comment "WHY"')


@pytest.mark.parametrize("kind", ["teams", "slack"])
def test_whoever_is_asked_is_told_how_to_approve_and_how_to_reject(kind):
    said = body_for(kind, approval(), links(approval())).decode()
    for verb in ("approve", "reject"):
        before, command, _ = said.partition(f"promote {verb} {PROMOTION.id} --stage prod")
        assert command
        assert f"{verb.capitalize()} with:" in before
    assert "Approve with:" not in body_for(kind, refused(), links(refused())).decode()


@pytest.mark.parametrize("kind", ["teams", "slack"])
def test_whoever_is_told_of_an_end_is_told_how_to_learn_more(kind):
    said = body_for(kind, refused(), links(refused())).decode()
    assert f"promote show {PROMOTION.id}" in said.partition("More with:")[2]


def test_two_approvals_of_a_stage_and_the_end_have_ids_of_their_own():
    ids = {approval().id, approval().id.replace("approval-1", "approval-2"), failed().id}
    assert len(ids) == 3
    assert approval().id == f"{PROMOTION.id}-prod--notice-approval-1"
    assert failed().id == f"{PROMOTION.id}-end--notice-failed"


@pytest.mark.parametrize(
    ("cloud", "host"),
    [
        ("AzureCloud", "ml.azure.com"),
        ("AzureUSGovernment", "ml.azure.us"),
        ("AzureChinaCloud", "studio.ml.azure.cn"),
    ],
)
def test_the_model_is_shown_in_the_studio_of_its_cloud(cloud, host):
    shown = Links.of(failed(), None, cloud)
    assert shown.studio == (
        f"https://{host}/model/taxi-model:7/details?wsid=/subscriptions/s-dev/resourceGroups/"
        "rg-dev/providers/Microsoft.MachineLearningServices/workspaces/dev-ws"
    )
    assert shown.promotion is None


# -- what strangers write

HOSTILE = (
    "<!channel> <@U123> <https://evil.example|click> [click](https://evil.example) <at>all</at> "
    "**bold** ```code``` \u202egnp.exe\x00\x1b[31m & \ud800"
)


def hostile(text: str = HOSTILE) -> Notice:
    context = Context(
        promotion_id=PROMOTION.id,
        route="taxi",
        model=TAXI_7.model_copy(update={"name": text or "x"}),
        source="dev",
        actor=text,
        stage="prod",
        bypassed=(text,) * 5,
    )
    return Notice(
        id=PROMOTION.id,
        occasion=Occasion.APPROVAL,
        context=context,
        source=PROMOTION.plan.source,
        at=NOON,
        reason=text,
        beside_gates=text,
        remedy=text,
        by=text,
        code=text,
        registry_path=text,
        stages=(text,) * 3,
        answers=(Answer(gate=text, outcome=Outcome.ERROR, reason=text),) * 8,
        left_out=90,
        wanted=Wanted(by=text, quorum=2, until=NOON, registered_by=text),
    )


def test_slack_takes_nothing_that_a_stranger_wrote_for_a_mention_or_a_link():
    notice = hostile()
    body = slack.message(notice, links(notice))
    for text in marked(body["blocks"]):
        assert "<!" not in text
        assert "<@" not in text
        assert text.count("<https://") == text.count("<")
        assert "evil.example|" not in text
    assert "<" not in body["text"]
    assert body["mrkdwn"] is False


def marked(node):
    """The texts that Slack reads as mrkdwn."""
    if isinstance(node, dict):
        if node.get("type") == "mrkdwn":
            assert node["verbatim"] is True
            yield node["text"]
        node = list(node.values())
    if isinstance(node, list):
        for one in node:
            yield from marked(one)


def test_teams_reads_nothing_that_a_stranger_wrote_as_markdown():
    """A TextBlock and a Fact are Markdown; a TextRun is not, as the schema says."""
    notice = hostile()
    card = teams.card(notice, links(notice))
    assert {block["type"] for block in card["body"]} == {"RichTextBlock"}
    assert {run["type"] for block in card["body"] for run in block["inlines"]} == {"TextRun"}
    assert "msteams" not in card
    urls = [action["url"] for action in card["actions"]]
    assert all(url.startswith((API, "https://ml.azure.com/model/")) for url in urls)


@pytest.mark.parametrize("kind", ["teams", "slack"])
def test_characters_that_are_not_seen_are_left_out(kind):
    notice = hostile()
    shown = body_for(kind, notice, links(notice)).decode()
    assert not {"\u202e", "\x1b", "\x00"} & set(shown)
    assert "\\u0000" not in shown


def size(body) -> int:
    """In bytes, in whichever encoding Teams counts them."""
    text = as_bytes(body).decode()
    return max(len(text.encode(encoding)) for encoding in ("utf-8", "utf-16"))


@given(st.text('x"\\é界🚕', min_size=1, max_size=8), st.integers(1, 5_000))
def test_answers_are_left_out_only_as_far_as_a_card_has_no_room_and_that_is_said(text, times):
    notice = hostile(text * times)
    body = teams.message(notice, links(notice))
    assert size(body) <= teams.MAX_BYTES
    shown = sum(line.startswith("! ") for line in lines(body))
    left = notice.left_out + len(notice.answers) - shown
    assert f"… and {left} more" in lines(body)
    one = len(json.dumps(lines(body)[2], ensure_ascii=False).encode("utf-16")) + 200
    assert shown == len(notice.answers) or size(body) + one > teams.MAX_BYTES


def lines(body) -> list[str]:
    """The first text of each block of a card."""
    (attachment,) = body["attachments"]
    return [block["inlines"][0]["text"] for block in attachment["content"]["body"]]


@given(st.text(max_size=3_000))
def test_messages_are_never_too_large(text):
    notice = hostile(text)
    assert size(teams.message(notice, links(notice))) <= teams.MAX_BYTES
    blocks = slack.message(notice, links(notice))["blocks"]
    assert len(blocks) <= 50
    assert blocks[0]["text"]["text"]
    for block in blocks:
        assert len(block.get("text", {}).get("text", "")) <= slack.MAX_TEXT
        assert len(block.get("fields", ())) <= slack.MAX_FIELDS
        assert all(len(field["text"]) <= slack.MAX_FIELD for field in block.get("fields", ()))
    assert len(blocks[0]["text"]["text"]) <= slack.MAX_HEADER


@pytest.mark.parametrize("occasion", [Occasion.APPROVAL, Occasion.REFUSED])
@pytest.mark.parametrize("character", ["x", "é", "界", "🚕", '"', "\\"])
def test_the_longest_messages_are_not_too_large(character, occasion):
    notice = hostile(character * 5_000).model_copy(update={"occasion": occasion})
    assert size(teams.message(notice, links(notice))) <= teams.MAX_BYTES
    CARD.validate(teams.card(notice, links(notice)))


@given(st.text(max_size=3_000))
def test_a_notice_travels_in_few_bytes_and_arrives_as_it_was(text):
    cleaned = clean(text, 1_000)
    assert clean(cleaned, 1_000) == cleaned
    webhooks = (Webhook(kind="teams", url_setting="TEAMS_WEBHOOK"),) * 10
    order = NotifyOrder(
        notice=hostile(cleaned), audience=Audience(webhooks=webhooks), timing=Timing()
    )
    sent = json.dumps(order.to_json(whole=True))
    assert NotifyOrder.model_validate(json.loads(sent)) == order


# -- who is told


def test_only_those_are_told_who_want_to_know():
    some = Webhook(kind="slack", url_setting="A", on=(Occasion.FAILED,))
    usual = Webhook(kind="teams", url_setting="B")
    audience = Audience(webhooks=(some, usual))
    assert audience.of(Occasion.FAILED).webhooks == (some, usual)
    assert audience.of(Occasion.APPROVAL).webhooks == (usual,)
    assert audience.of(Occasion.SUPERSEDED).empty
    assert Occasion.CANCELLED not in USUAL


def test_a_version_that_waits_is_not_written_back():
    audience = Audience(write_back=True)
    assert audience.of(Occasion.APPROVAL).empty
    assert audience.of(Occasion.SUPERSEDED).write_back


def test_plain_json_says_nothing_of_what_is_not_known():
    notice = succeeded()
    body = plain.message(notice, links(notice))
    assert "reason" not in body
    assert "approval" not in body
    assert body["stages"] == ["prod"]
