import json

import httpx
import pytest
from unit.api.builders import a_person, an_instance
from unit.builders import FILES, POLICY, a_promotion
from unit.cli.service import EVERYBODY, World, a_waiting_promotion

ID = a_promotion().id
SUBMIT = ("submit", "--model", "taxi-model", "--version", "7", "--reason", "needed")
SINCE = ("--since", "2026-03-01")


@pytest.fixture(autouse=True)
def policy(tmp_path, monkeypatch):
    for path, text in ({"promotion.yaml": POLICY} | FILES).items():
        (tmp_path / path).write_text(text)
    monkeypatch.setenv("PROMOTION_POLICY", str(tmp_path / "promotion.yaml"))


def a_page(status, detail, **more):
    body = {"title": "x", "status": status, "detail": detail, **more}
    return httpx.Response(status, headers={"Content-Type": "application/problem+json"}, json=body)


@pytest.mark.parametrize(
    ("words", "who", "code", "said"),
    [
        (("show", "no-such"), EVERYBODY, 4, "The promotion 'no-such' does not exist."),
        (("show", " "), EVERYBODY, 2, "A promotion is named by its id; promote list shows it."),
        (("list", "--status", "lost"), EVERYBODY, 2, "--status: use evaluating, rejected,"),
        (("list", "--since", "yesterday"), EVERYBODY, 2, "'yesterday' is neither a span nor a"),
        (("list",), None, 3, "The request carries no identity."),
        (SUBMIT, a_person("Promotion.Viewer"), 3, "ada@contoso.com may not start"),
        ((*SUBMIT, "--bypass", "metric rsme"), EVERYBODY, 2, "did you mean metric rmse?"),
        ((*SUBMIT, "--route", "taxis"), EVERYBODY, 2, "did you mean taxi?"),
        (("hold", "taxi", "pord", "--reason", "x"), EVERYBODY, 4, "did you mean prod?"),
        (("hold", "taxi", "--reason", "x"), EVERYBODY, 2, "Name a route and a stage"),
        (("hold", "taxi", "prod", "--everything", "--reason", "x"), EVERYBODY, 2, "is every stage"),
        (("retry", "no-such", "--reason", "x"), EVERYBODY, 4, "does not exist"),
        (("plan", "--model", "m", "--version", "1", "--set", "A=b"), EVERYBODY, 2, "take --direct"),
        (
            ("plan", "--direct", "--model", "m", "--version", "1", "--route", "r"),
            None,
            2,
            "with --",
        ),
    ],
)
def test_what_cannot_be_done_is_told_on_standard_error_and_by_the_exit_code(words, who, code, said):
    result = World(who=who).type(*words)
    assert (result.exit_code, result.stdout) == (code, "")
    assert said in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(
    ("answer", "code", "said"),
    [
        (a_page(409, "It runs.", remedy="Wait."), 1, "It runs.\nWait.\n"),
        (a_page(500, "It broke.", correlation_id="c1"), 5, "It broke.\nCorrelation id: c1.\n"),
        (httpx.Response(404, text="<html>"), 5, "no promotion service is there"),
        (httpx.Response(401), 3, "Set PROMOTE_CLIENT_ID to log in"),
        (httpx.Response(302, headers={"Location": "https://login"}), 3, "does not let this login"),
        (httpx.Response(200, text="hello"), 5, "not as a promotion service"),
        (httpx.Response(200, json=[1]), 5, "not as a promotion service"),
        (httpx.Response(500, text="boom"), 5, "answered 500 Internal Server Error."),
        (httpx.Response(418, json={"a": 1}), 5, "not as the service answers"),
    ],
)
def test_every_answer_of_whoever_answers_has_its_exit_code(answer, code, said):
    result = World(first=[answer]).type("list")
    assert result.exit_code == code
    assert said in result.stderr


def test_a_list_shows_one_promotion_a_line_and_its_json_is_that_of_the_service():
    shown = {"status": "rolled_back", "route": "taxi", "model": "taxi-model", "version": "7"}
    world = World(an_instance("p-1", shown=shown), an_instance("p-2", minutes=58))
    result = world.type("list", *SINCE)
    assert result.stdout.splitlines() == [
        "ID   STATUS       MODEL         ASKED BY  BEGAN",
        "p-2  evaluating                           2 min ago",
        "p-1  rolled back  taxi-model:7            1 h ago",
    ]
    found = json.loads(world.type("list", *SINCE, "--json").stdout)
    assert [one["id"] for one in found["promotions"]] == ["p-2", "p-1"]


@pytest.mark.parametrize("written", ["rolled_back", "rolled back", "rolled-back", "Rolled Back"])
def test_a_status_may_be_written_as_lists_show_it(written):
    world = World(*(an_instance(f"p-{n}", shown={"status": n}) for n in ("rolled_back", "failed")))
    found = json.loads(world.type("list", *SINCE, "--status", written, "--json").stdout)
    assert [one["id"] for one in found["promotions"]] == ["p-rolled_back"]


def test_a_list_says_what_is_waited_for_so_that_approvers_find_what_is_theirs():
    result = World(*a_waiting_promotion("prod")).type("list", *SINCE, "--status", "waiting")
    assert result.stdout.splitlines()[1].startswith(f"{ID}  waiting: approval ")


@pytest.mark.parametrize(
    ("waits", "shown"),
    [
        ([], "waiting"),
        (["soak"], "waiting: soak"),
        (["approval", "soak"], "waiting: approval, soak"),
    ],
)
def test_each_thing_that_is_waited_for_is_named_in_a_list(waits, shown):
    one = {"id": "p", "status": "waiting", "waiting_for": waits}
    answer = httpx.Response(200, json={"promotions": [one], "next": None})
    assert World(first=[answer]).type("list").stdout.splitlines()[1].rstrip() == f"p   {shown}"


def test_a_list_goes_on_over_pages_with_all_and_says_so_without():
    world = World(*(an_instance(f"p-{n:03}", minutes=n) for n in range(205)))
    page = world.type("list", *SINCE, "--limit", "2")
    assert "There are more" in page.stderr
    assert len(page.stdout.splitlines()) == 3
    whole = json.loads(world.type("list", *SINCE, "--all", "--json").stdout)
    assert (len(whole["promotions"]), whole["next"]) == (205, None)


def test_a_promotion_that_waits_says_for_what_and_how_to_approve():
    result = World(*a_waiting_promotion("prod")).type("show", ID)
    assert result.exit_code == 0
    assert result.stdout.splitlines()[:3] == [
        "taxi-model:7 is waiting",
        "  prod waits for an approval until 2026-03-07 12:00 UTC: It is due.",
        f"  promote approve {ID} --stage prod",
    ]


@pytest.mark.parametrize(
    ("reason", "says"),
    [("Held by ada: complaints", True), ("The evidence is not there yet.", False)],
)
def test_a_promotion_that_somebody_holds_says_how_it_goes_on(reason, says):
    stage = {"name": "prod", "waiting_for": "hold", "reason": reason}
    one = {"id": "p", "status": "waiting", "route": "taxi", "stages": [stage]}
    result = World(first=[httpx.Response(200, json=one)]).type("show", "p")
    command = "  promote resume taxi prod --reason WHY (--everything, if everything is held)"
    assert (command in result.stdout.splitlines()) is says


def test_submit_starts_it_once_and_says_how_to_follow():
    world = World()
    result = world.type(*SUBMIT)
    assert result.stdout == f"taxi-model:7 is on its way: {ID}\npromote watch {ID}\n"
    assert len(world.engine.started) == 1
    assert json.loads(World().type(*SUBMIT, "--json").stdout)["id"] == ID


def test_what_is_lost_on_the_way_is_sent_again_with_the_same_key_and_done_once():
    world = World(first=[httpx.ReadError("gone"), a_page(503, "busy")])
    world.network.first[1].headers["Retry-After"] = "7"
    result = world.type(*SUBMIT)
    keys = {one.headers["idempotency-key"] for one in world.network.requests}
    assert (result.exit_code, len(world.network.requests), len(keys)) == (0, 3, 1)
    assert world.slept == [0.5, 7.0]
    world.type(*SUBMIT)
    assert len({one.headers["idempotency-key"] for one in world.network.requests}) == 2


@pytest.mark.parametrize("asked", ["1000000", "soon", ""])
def test_a_service_that_wants_to_be_left_alone_for_long_is(asked):
    busy = [a_page(429, "too many") for _ in range(5)]
    for one in busy:
        one.headers["Retry-After"] = asked
    world = World(first=busy)
    assert world.type("list").exit_code == 5
    assert sum(world.slept) < 60


def test_what_could_be_done_twice_is_not_sent_again():
    world = World(*a_waiting_promotion("prod"))
    world.network.first = [httpx.ReadError("gone")]
    result = world.type("cancel", ID, "--reason", "x", "--yes")
    assert (result.exit_code, len(world.sent), world.slept) == (5, 1, [])
    assert "It may have arrived all the same" in result.stderr


@pytest.mark.parametrize("status", [502, 504])
def test_what_the_front_of_the_service_lost_is_sent_again_where_it_cannot_be_done_twice(status):
    world = World(first=[httpx.Response(status, text="<html>")] * 2)
    assert world.type(*SUBMIT).exit_code == 0
    assert len({one.headers["idempotency-key"] for one in world.network.requests}) == 1
    world.network.first = [httpx.Response(status, text="<html>")] * 4
    assert world.type("list").exit_code == 0


@pytest.mark.parametrize("answer", [httpx.Response(504, text="<html>"), a_page(500, "It broke.")])
def test_what_may_have_been_done_is_said_so_and_not_sent_again(answer):
    world = World(first=[answer])
    result = world.type("cancel", ID, "--reason", "x", "--yes")
    assert (result.exit_code, len(world.sent)) == (5, 1)
    assert "It may have arrived all the same: look first." in result.stderr


def test_what_was_refused_has_not_arrived():
    result = World(first=[a_page(409, "It has ended.")]).type("cancel", ID, "--reason", "x", "-y")
    assert (result.exit_code, result.stderr) == (1, "It has ended.\n")


def test_a_service_that_is_away_is_said_so():
    result = World(first=[httpx.ConnectError("refused") for _ in range(5)]).type("list")
    assert result.exit_code == 5
    assert result.stderr.startswith("http://127.0.0.1:7071 cannot be reached: refused.")


def test_approve_finds_the_one_stage_that_waits_and_decides_in_ones_own_name():
    world = World(*a_waiting_promotion("prod"), who=a_person("Promotion.Approver", name="bob@x"))
    world.hears("prod", "approved", by="bob@x", comment="well done")
    result = world.type("approve", ID, "--comment", "well done")
    assert result.stdout == "You have approved taxi-model:7 for prod.\n"
    ((_, _, told),) = world.engine.told
    assert (told["who"], told["decision"], told["comment"]) == ("bob@x", "approve", "well done")


@pytest.mark.parametrize(
    ("stages", "who", "code", "said"),
    [
        (("prod", "p2"), "bob@x", 2, "waits for approval at prod and p2."),
        ((), "bob@x", 1, "No stage of taxi-model:7 waits for approval"),
        (("prod",), "rita@contoso.com", 3, "registered the model and may not approve it"),
    ],
)
def test_an_approval_that_cannot_be_is_refused_with_the_reason(stages, who, code, said):
    person = a_person("Promotion.Approver", name=who)
    world = World(*a_waiting_promotion(*(stages or ("prod",)))[: 1 + len(stages)], who=person)
    result = world.type("approve", ID)
    assert (result.exit_code, world.engine.told) == (code, [])
    assert said in result.stderr


@pytest.mark.parametrize(("answer", "told"), [("y\n", 1), ("n\n", 0)])
def test_a_terminal_is_asked_before_anything_is_stopped(answer, told):
    world = World(*a_waiting_promotion("prod"))
    typed = ("cancel", ID, "--reason", "x")
    result = world.type(*typed, answer=answer, is_terminal=lambda: True)
    assert (result.exit_code, len(world.engine.told)) == (1 - told, told)
    assert world.type(*typed, "--yes", is_terminal=lambda: True).exit_code == 0


@pytest.mark.parametrize(
    "typed",
    [("cancel", ID), ("rollback", "taxi", "prod"), ("hold", "--everything")],
    ids=lambda typed: typed[0],
)
def test_where_nobody_can_be_asked_nothing_is_stopped_that_is_not_said_to_be_meant(typed):
    world = World(*a_waiting_promotion("prod"))
    result = world.type(*typed, "--reason", "x")
    assert (result.exit_code, world.sent) == (2, [])
    assert result.stderr == "Nobody can be asked here whether this is meant.\nGive --yes.\n"


def test_an_operation_is_followed_to_its_end():
    world = World()

    def end():
        (begun,) = [one for one in world.engine.instances.values() if one.name == "hold"]
        output = {"status": "failed", "failure": {"reason": "It hangs.", "remedy": "Shake it."}}
        world.engine.instances[begun.id] = an_instance(
            begun.id, name="hold", runtime="completed", input=begun.input, output=output
        )

    world.on_sleep = end
    result = world.type("hold", "--everything", "--reason", "x", "--yes")
    assert (result.exit_code, result.stderr) == (1, "It hangs.\nShake it.\n")


def test_a_rollback_that_failed_says_how_its_hold_ends():
    begun = httpx.Response(202, json={"id": "o"})
    ended = {"kind": "roll_back", "status": "failed", "route": "taxi", "stage": "prod"}
    ended["failure"] = {"reason": "It hangs.", "remedy": "Shake it."}
    world = World(first=[begun, httpx.Response(200, json=ended)])
    result = world.type("rollback", "taxi", "prod", "--reason", "x", "--yes")
    held = "taxi prod is held until: promote resume taxi prod --reason WHY"
    assert (result.exit_code, result.stderr) == (1, f"It hangs.\nShake it. {held}\n")


def test_what_need_not_be_waited_for_is_not():
    world = World()
    result = world.type("hold", "--everything", "--reason", "x", "--no-wait", "--yes")
    assert (result.exit_code, world.sent) == (0, ["POST /api/line/hold"])


COPY = "azureml://registries/r/models/taxi model/versions/7"


@pytest.mark.parametrize(
    ("given", "url"),
    [
        ((), "http://127.0.0.1:7071/api/docs"),
        ((ID,), "https://ml.azure.com/registries/r/models/taxi%20model/version/7"),
    ],
)
def test_open_opens_the_copy_in_the_registry_or_the_page_of_the_service(given, url):
    output = {"status": "succeeded", "asset_id": COPY}
    promotion = a_promotion().to_json(whole=True)
    world = World(an_instance(ID, runtime="completed", input=promotion, output=output))
    world.type("open", *given)
    assert world.opened == [url]
    assert world.type("open", *given, "--print").stdout == f"{url}\n"
    assert world.type("open", *given, open_page=lambda _: False).stdout == f"{url}\n"


@pytest.mark.parametrize(("url", "opens"), [("https://o", False), ("http://127.0.0.1:1", True)])
def test_a_page_that_takes_a_key_is_not_opened_and_no_key_gets_into_an_address(url, opens):
    world = World().with_environment({"PROMOTE_URL": url, "PROMOTE_KEY": "s3cret"})
    result = world.type("open")
    assert (result.exit_code, world.opened) == ((0, [f"{url}/api/docs"]) if opens else (3, []))
    assert ("x-functions-key" in result.stderr) is not opens
    assert world.type("open", "--print").stdout == f"{url}/api/docs\n"
    assert "s3cret" not in result.output


def test_a_promotion_without_a_copy_has_no_page():
    world = World(an_instance(ID, input=a_promotion().to_json(whole=True)))
    assert world.type("open", ID).exit_code == 4


EVIL = "[red]x[/red] \x1b[2J\x9b31m ##vso[task.complete] \u202e"


@pytest.mark.parametrize("words", [("list", *SINCE), ("show", ID), ("approve", ID)])
def test_what_others_have_written_is_only_text(words):
    shown = {"status": "evaluating", "route": EVIL, "model": EVIL, "version": "7", "actor": EVIL}
    first, stage = a_waiting_promotion("prod", reason=EVIL)
    named = an_instance(first.id, shown=shown, input=first.input)
    world = World(named, stage, who=a_person("Promotion.Approver", name=EVIL))
    world.hears("prod", "decision_refused", by=EVIL, reason=EVIL)
    result = world.type(*words)
    for strange in ("\x1b", "\x9b", "\u202e", "##vso["):
        assert strange not in result.output
    if words[0] != "approve":
        assert "[red]x[/red]" in result.output


@pytest.mark.parametrize("words", [("list",), ("list", "--all"), ("show", ID), ("watch", ID)])
def test_what_others_have_written_is_only_text_in_json_too(words):
    one = {"id": "p", "status": "cancelled", "reason": EVIL}
    said = {"promotions": [one], "next": None} if words[0] == "list" else one
    text = json.dumps(said, ensure_ascii=False)
    result = World(first=[httpx.Response(200, text=text)]).type(*words, "--json")
    for strange in ("\x1b", "\x9b", "\u202e", "##vso["):
        assert strange not in result.output
    assert json.loads(result.stdout) == said


def test_colours_are_for_terminals_only():
    result = World(*a_waiting_promotion("prod")).type("show", ID)
    assert "\x1b" not in result.stdout


@pytest.mark.parametrize("words", [("show",), ("watch",), ("cancel", "--reason", "x", "-y")])
@pytest.mark.parametrize("named", ["../line/hold", "..", "a?b=c", "a#b", "a/b"])
def test_an_id_stays_within_its_path(words, named):
    world = World()
    result = world.type(words[0], named, *words[1:])
    assert result.exit_code == 4
    (sent,) = world.network.requests
    assert sent.url.raw_path.count(b"/") == (4 if words[0] == "cancel" else 3)
    assert sent.url.query == b""
