"""Timer triggers, and running functions by hand."""

import json

from host_conditions import until


def test_a_timer_runs_on_startup_and_at_its_times(app):
    until(lambda: len(app.TIMERS) >= 2)
    assert app.TIMERS[0] is False


def test_a_timer_is_run_by_hand(host, web, app):
    before = len(app.TIMERS)
    answer = web.post(f"/admin/functions/YEARLY?code={host.keys.master}", json={})
    assert answer.status_code == 202
    until(lambda: len(app.TIMERS) > before)


def test_an_event_function_is_run_by_hand_with_its_input(host, web, app):
    content = {"input": json.dumps({"id": "by hand"})}
    url = f"/admin/functions/on_event?code={host.keys.master}"
    assert web.post(url, json=content).status_code == 202
    until(lambda: any(event.get("id") == "by hand" for event in app.EVENTS))


def test_running_by_hand_takes_the_master_key_and_a_function_that_can(host, web):
    def status(name, key, content="{}"):
        return web.post(f"/admin/functions/{name}?code={key}", content=content).status_code

    assert status("yearly", host.keys.default) == 401
    assert status("nobody", host.keys.master) == 404
    assert status("hello", host.keys.master) == 400
    assert status("yearly", host.keys.master, content="[") == 400


def test_the_host_tells_its_state_and_its_functions(host, web):
    key = {"code": host.keys.master}
    assert web.get("/admin/host/status", params=key).json()["state"] == "Running"
    names = {function["name"] for function in web.get("/admin/functions", params=key).json()}
    assert {"hello", "on_event", "greetings"} <= names
    assert names == set(host.functions)
