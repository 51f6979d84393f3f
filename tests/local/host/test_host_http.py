"""HTTP triggers: routes, methods, keys, answers."""

import pytest


def test_a_function_sees_method_route_query_and_body(web):
    answer = web.post("/api/hello/you?a=1&a=2&empty=", content="text")
    assert answer.json() | {"setting": ""} == {
        "method": "POST",
        "route": {"name": "you"},
        "query": {"a": "1,2"},
        "body": "text",
        "setting": "",
    }


def test_local_settings_become_environment_variables(web):
    assert web.get("/api/hello").json()["setting"] == "from local.settings.json"


def test_an_optional_segment_may_lack(web):
    assert web.get("/api/hello/").json()["route"] == {}


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("/api/items/5", "item 5"),
        ("/api/items/five", "named five"),
        ("/api/items/special", "special"),
        ("/API/Items/SPECIAL", "special"),
        ("/api/files/a/b%20c.txt", "a/b c.txt"),
        ("/api/items/a%2Fb", "named a%2Fb"),
    ],
)
def test_the_most_precise_route_answers(web, path, text):
    assert web.get(path).text == text


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/api/none"), ("DELETE", "/api/items/5"), ("GET", "/items/5")]
)
def test_what_no_route_fits_is_not_found(web, method, path):
    assert web.request(method, path).status_code == 404


def test_a_failure_tells_nothing_of_the_app(web):
    answer = web.get("/api/broken")
    assert (answer.status_code, answer.text) == (500, "")


def test_status_headers_and_cookies_arrive(web):
    answer = web.get("/api/cookie")
    assert (answer.status_code, answer.headers["x-own"]) == (201, "yes")
    assert answer.cookies["colour"] == "blue"


def test_a_function_key_opens_function_level_only(host, web):
    given = {"x-functions-key": host.keys.default}
    assert web.get("/api/with-key", headers=given).text == "opened"
    assert web.get(f"/api/with-key?code={host.keys.default}").text == "opened"
    assert web.get("/api/with-master-key", headers=given).status_code == 401


def test_the_master_key_opens_everything(host, web):
    for path in ("/api/with-key", "/api/with-master-key", "/admin/host/status"):
        assert web.get(path, params={"code": host.keys.master}).status_code == 200


@pytest.mark.parametrize("query", ["", "?code=", "?code=wrong", "?code=wr%C3%B6ng"])
def test_without_its_key_a_function_stays_shut(web, query):
    assert web.get("/api/with-key" + query).status_code == 401


def test_a_system_key_opens_no_function(host, web):
    assert web.get(f"/api/with-key?code={host.keys.eventgrid}").status_code == 401


def test_the_header_goes_before_the_query(host, web):
    url = f"/api/with-key?code={host.keys.default}"
    assert web.get(url, headers={"x-functions-key": "wrong"}).status_code == 401


def test_a_function_starts_an_orchestration_and_links_to_it(host, web, client):
    answer = web.post("/api/starts/greetings", json=["you", "me"])
    assert answer.status_code == 202
    client.wait_for_orchestration_completion(answer.json()["id"], timeout=10)
    assert web.get(answer.headers["location"]).json()["output"] == ["Hello you", "Hello me"]
