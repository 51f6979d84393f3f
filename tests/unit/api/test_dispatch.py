import logging
from dataclasses import replace

import pytest
from unit.api.builders import FakeEngine, a_person, an_instance, ask, told
from unit.builders import FILES, NOON, POLICY, a_promotion

from promotion.api.rights import ROLES
from promotion.core.plan import Promotion

EVERYBODY = a_person(*ROLES)
WISH = {"model": "taxi-model", "version": "7", "reason": "needed"}
SECRET = "s3cret-marked"


@pytest.fixture(autouse=True)
def policy(tmp_path, monkeypatch):
    for path, text in ({"promotion.yaml": POLICY} | FILES).items():
        (tmp_path / path).write_text(text)
    monkeypatch.setenv("PROMOTION_POLICY", str(tmp_path / "promotion.yaml"))
    return tmp_path / "promotion.yaml"


def everybody(method, path, body=None, **given):
    return ask(method, path, body, who=EVERYBODY, **given)


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b"{", {}, 400),
        (b"\xff", {}, 400),
        (b'{"reason": NaN}', {}, 422),
        (b"[" * 10_000, {}, 400),
        (WISH, {"content_type": "text/plain"}, 415),
        (WISH | {"reason": "x" * 70_000}, {}, 413),
        (WISH | {"reason": " "}, {}, 422),
        (WISH | {"reasons": "x"}, {}, 422),
        (WISH | {"reason": "\ud800"}, {}, 400),
        (WISH | {"model": "../up"}, {}, 422),
        (WISH | {"version": 7}, {}, 422),
        (WISH | {"route": "taxis"}, {}, 422),
        (WISH | {"workspace": "nowhere"}, {}, 422),
        (WISH | {"model": "bus"}, {}, 422),
        (WISH | {"through": "qa"}, {}, 422),
        (WISH | {"bypass": ["metric rsme"]}, {}, 422),
        ([], {}, 422),
        (WISH, {"idempotency_key": ""}, 422),
    ],
)
def test_what_cannot_be_used_is_a_problem_and_starts_nothing(body, headers, status):
    engine = FakeEngine()
    reply = everybody("POST", "promotions", body, engine=engine, **headers)
    assert (reply.status, engine.started) == (status, [])
    assert reply.media_type == "application/problem+json"
    assert told(reply)["status"] == status


def test_a_problem_names_the_fields_and_not_what_was_sent():
    body = WISH | {"version": {"key": SECRET}}
    reply = everybody("POST", "promotions", body)
    assert told(reply)["errors"][0]["field"] == "version"
    assert SECRET not in reply.body


def test_a_submission_starts_the_promotion_of_its_registration():
    engine = FakeEngine()
    reply = everybody("POST", "promotions", WISH, engine=engine)
    ((name, started, order),) = engine.started
    assert (reply.status, name, started) == (202, "promote", a_promotion().id)
    assert reply.headers["Location"] == f"/api/promotions/{started}"
    assert (order["actor"], order["reason"]) == ("ada@contoso.com", "needed")


def test_a_gate_that_is_bypassed_is_switched_off_and_named():
    engine = FakeEngine()
    everybody("POST", "promotions", WISH | {"bypass": ["metric rmse"]}, engine=engine)
    ((_, _, order),) = engine.started
    started = Promotion.model_validate(order)
    assert [gate.mode for gate in started.plan.gates] == ["off"]
    assert started.context.bypassed == ("metric rmse",)


@pytest.mark.parametrize("who", [{"who": a_person("Promotion.Operator")}, {"auth": "key"}])
def test_only_breakglass_bypasses(who):
    engine = FakeEngine()
    reply = ask("POST", "promotions", WISH | {"bypass": ["metric rmse"]}, engine=engine, **who)
    assert (reply.status, engine.started) == (403, [])


def test_through_leaves_out_the_stages_after_it(policy):
    policy.write_text(
        POLICY + POLICY[POLICY.index("      - name: prod") :].replace("prod", "p2", 1)
    )
    engine = FakeEngine()
    everybody("POST", "promotions", WISH | {"through": "prod"}, engine=engine)
    assert [one["name"] for one in engine.started[0][2]["plan"]["stages"]] == ["prod"]


def test_what_has_ended_is_run_again_under_a_number():
    first = a_promotion()
    ended = {"runtime": "completed", "input": first.to_json()}
    engine = FakeEngine(an_instance(first.id, **ended), an_instance(f"{first.id}-2", **ended))
    reply = everybody("POST", "promotions", WISH, engine=engine)
    assert told(reply)["id"] == f"{first.id}-3"


def test_what_runs_is_not_run_again():
    first = a_promotion()
    engine = FakeEngine(an_instance(first.id, input=first.to_json()))
    reply = everybody("POST", "promotions", WISH, engine=engine)
    assert (reply.status, told(reply)["current"]) == (409, "evaluating")


def retried(first):
    engine = FakeEngine(
        an_instance(
            first["id"], runtime="completed", shown={"status": "rejected"}, input=first["order"]
        )
    )
    everybody("POST", f"promotions/{first['id']}/retry", {"reason": "again"}, engine=engine)
    return engine.started[-1][2]


def test_a_retry_goes_as_far_as_before_with_all_gates(policy):
    policy.write_text(
        POLICY + POLICY[POLICY.index("      - name: prod") :].replace("prod", "p2", 1)
    )
    engine = FakeEngine()
    wish = WISH | {"through": "prod", "bypass": ["metric rmse"]}
    everybody("POST", "promotions", wish, engine=engine)
    ((_, first, order),) = engine.started
    again = retried({"id": first, "order": order})
    assert [one["name"] for one in again["plan"]["stages"]] == ["prod"]
    assert (again["through"], again["bypassed"]) == ("prod", [])


def test_a_retry_of_all_stages_goes_to_those_that_came_since(policy):
    first = a_promotion()
    policy.write_text(
        POLICY + POLICY[POLICY.index("      - name: prod") :].replace("prod", "p2", 1)
    )
    again = retried({"id": first.id, "order": first.to_json()})
    assert [one["name"] for one in again["plan"]["stages"]] == ["prod", "p2"]


class Late(FakeEngine):
    """Sees what others started only after it has tried to start the same."""

    async def find(self, instance_id):
        return await super().find(instance_id) if self.told else None

    async def start(self, orchestrator, instance_id, order):
        self.told.append(("", "", {}))
        if instance_id in self.instances:
            return False
        return await super().start(orchestrator, instance_id, order)


def test_a_key_that_two_requests_use_at_the_same_moment_is_for_one_of_them():
    first, late = FakeEngine(), Late()
    place = "targets/taxi/prod/hold"
    everybody("POST", place, {"reason": "x"}, engine=first, idempotency_key="k")
    late.instances = first.instances
    reply = everybody("POST", place, {"reason": "y"}, engine=late, idempotency_key="k")
    assert (reply.status, late.started) == (422, [])


def test_the_same_key_again_starts_nothing_but_another_callers_key_is_another():
    engine = FakeEngine()
    first = everybody("POST", "promotions", WISH, engine=engine, idempotency_key="k")
    again = everybody("POST", "promotions", WISH, engine=engine, idempotency_key="k")
    assert (told(first), len(engine.started)) == (told(again), 1)
    bob = a_person(*ROLES, name="bob@contoso.com")
    other = ask("POST", "promotions", WISH, who=bob, engine=engine, idempotency_key="k")
    assert other.status == 409


def test_pages_follow_each_other_newest_first():
    engine = FakeEngine(*(an_instance(f"p-{n}", minutes=n) for n in range(5)))
    query = {"since": NOON.isoformat(), "limit": "2"}
    found = []
    while True:
        page = told(everybody("GET", "promotions", query=query, engine=engine))
        found += [one["id"] for one in page["promotions"]]
        if page["next"] is None:
            break
        query["cursor"] = page["next"]
    assert found == ["p-4", "p-3", "p-2", "p-1", "p-0"]


@pytest.mark.parametrize(
    "query",
    [
        {"limit": "0"},
        {"limit": "1000"},
        {"status": "lost"},
        {"since": "yesterday"},
        {"since": "0001-01-01T00:00:00+05:00"},
        {"cursor": "!"},
        {"cursor": "YQ=="},
        {"cursor": "ä"},
        {"route": ""},
        {"rout": "taxi"},
    ],
)
def test_filters_that_cannot_be_used_are_said(query):
    assert everybody("GET", "promotions", query=query).status == 422


@pytest.mark.parametrize("path", ["promotions/x", "promotions/X_Y", "promotions/" + "a" * 5_000])
def test_an_unknown_promotion_is_not_found(path):
    assert everybody("GET", path).status == 404


def test_the_stage_of_a_promotion_is_no_promotion():
    engine = FakeEngine(an_instance("p-prod", name="stage"))
    assert everybody("GET", "promotions/p-prod", engine=engine).status == 404


def test_an_answer_that_is_known_is_not_sent_again():
    first = everybody("GET", "promotions")
    again = everybody("GET", "promotions", if_none_match=first.headers["ETag"])
    assert (again.status, again.body) == (304, "")


def test_what_is_meant_for_the_host_is_no_filter():
    query = {"code": SECRET, "clientId": "default"}
    assert everybody("GET", "promotions", query=query).status == 200


def test_whatever_is_there_is_known_already():
    assert everybody("GET", "promotions", if_none_match="*").status == 304


def test_head_is_answered_as_get_is():
    assert everybody("HEAD", "promotions") == everybody("GET", "promotions")


def test_who_is_not_known_is_told_how_to_log_in():
    assert ask("GET", "promotions").headers["WWW-Authenticate"] == "Bearer"


def test_another_method_is_told_which_there_are():
    reply = everybody("DELETE", "promotions")
    assert (reply.status, reply.headers["Allow"]) == (405, "GET, POST, HEAD")


def test_a_rollback_of_a_place_that_is_not_there_is_refused():
    reply = everybody("POST", "targets/taxi/production/rollback", {"reason": "x"})
    assert (reply.status, "prod" in told(reply)["detail"]) == (404, True)


class Broken(FakeEngine):
    async def since(self, moment):
        raise RuntimeError(f"password={SECRET}")


def test_a_fault_of_ours_leaves_nothing_but_a_name_for_it(caplog):
    with caplog.at_level(logging.ERROR):
        reply = everybody("GET", "promotions", engine=Broken())
    assert reply.status == 500
    assert SECRET not in reply.body
    assert told(reply)["correlation_id"] in caplog.text


def test_a_policy_that_cannot_be_read_is_not_told_about(policy):
    policy.write_text("version: 1\nroutes: [")
    assert everybody("POST", "promotions", WISH).status == 503


def test_keys_and_logins_are_neither_logged_nor_kept(caplog):
    engine = FakeEngine()
    marked = {"authorization": f"Bearer {SECRET}", "x_functions_key": SECRET}
    with caplog.at_level(logging.DEBUG):
        for path, body in (("promotions", WISH), ("line/hold", {"reason": "x"})):
            reply = everybody("POST", path, body, engine=engine, idempotency_key=SECRET, **marked)
            assert reply.status == 202
    assert SECRET not in caplog.text
    assert SECRET not in str(engine.started)


@pytest.mark.parametrize("path", ["", "/cancel", "/retry"])
def test_what_another_version_has_stored_is_said_to_be_unreadable(path):
    engine = FakeEngine(an_instance("p-1", input={"plan": {"shape": "older"}}, runtime="failed"))
    asked = {"body": {"reason": "x"}} if path else {}
    reply = everybody("POST" if path else "GET", f"promotions/p-1{path}", engine=engine, **asked)
    assert (reply.status, engine.told) == (409, [])


def test_an_end_that_is_shown_is_told_with_its_reason():
    promotion = a_promotion()
    shown = {"status": "cancelled"}
    failure = {"reason": "Cancelled by ada: not today"}
    ending = an_instance(promotion.id, input=promotion.to_json(), shown=shown)
    ended = replace(ending, runtime="completed", output={"status": "cancelled", "failure": failure})
    reply = everybody("GET", f"promotions/{promotion.id}", engine=EndsSoon(ending, ended))
    assert told(reply)["failure"]["reason"] == failure["reason"]


class EndsSoon(FakeEngine):
    """The first look finds the first instance, later ones the second."""

    def __init__(self, first, second):
        super().__init__(second)
        self._first = [first]

    async def find(self, instance_id):
        found = await super().find(instance_id)
        return self._first.pop() if found and self._first else found


def test_a_rollback_names_the_promotions_whose_delivery_it_took_back():
    by = {"by": "ada", "reason": "complaints", "route": "taxi", "stage": "prod"}
    id = f"roll-back-{'0' * 32}"
    output = {"status": "succeeded", "taken_back": ["p-8-prod"]}
    done = an_instance(id, name="roll_back", input=by, output=output, runtime="completed")
    stage = an_instance("p-8-prod", name="stage", input={"context": {"promotion_id": "p-8"}})
    reply = everybody("GET", f"operations/{id}", engine=FakeEngine(done, stage))
    assert told(reply)["taken_back"] == ["p-8"]


def stage_of(promotion, name, **shown):
    return an_instance(f"{promotion}-{name}", name="stage", shown={"promotion": promotion, **shown})


def test_a_promotion_whose_stages_all_wait_is_listed_as_one_that_waits():
    approval = {"status": "waiting", "waiting_for": "approval"}
    busy = {"status": "deploying"}
    engine = FakeEngine(
        *(an_instance(f"p-{n}", minutes=n, shown=busy) for n in range(3)),
        stage_of("p-0", "prod", **approval),
        stage_of("p-1", "prod", **approval),
        stage_of("p-1", "other", **busy),
    )
    query = {"since": NOON.isoformat(), "status": "waiting"}
    page = told(everybody("GET", "promotions", query=query, engine=engine))
    assert [(one["id"], one["waiting_for"]) for one in page["promotions"]] == [
        ("p-0", ["approval"])
    ]
