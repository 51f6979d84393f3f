import asyncio
import json
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from unit.report.told import Told, gone

from promotion.core.errors import PromotionError
from promotion.report.page import shown
from promotion.report.serving import dashboard, wanted_by
from promotion.report.source import Wanted

NOW = datetime(2026, 3, 4, 9, tzinfo=UTC)


class Client:
    """Asks a dashboard of that source, under that name of the machine."""

    def __init__(self, source=None, host="localhost:7072"):
        self._app = httpx.ASGITransport(dashboard(source or Told()), raise_app_exceptions=False)
        self._base = f"http://{host}"

    def request(self, method, path, **more):
        async def ask():
            async with httpx.AsyncClient(transport=self._app, base_url=self._base) as browser:
                return await browser.request(method, path, **more)

        return asyncio.run(ask())

    def get(self, path, **more):
        return self.request("GET", path, **more)


def test_the_page_is_at_the_root():
    answer = Client().get("/")
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "Model promotions" in answer.text


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("main.js", "text/javascript"),
        ("page.css", "text/css"),
        ("icon.svg", "image/svg+xml"),
        ("vendor/plot.min.js", "text/javascript"),
    ],
)
def test_its_files_have_their_type(name, kind):
    answer = Client().get(f"/page/{name}")
    assert answer.status_code == 200
    assert answer.headers["content-type"].partition(";")[0] == kind


@pytest.mark.parametrize(
    "path",
    [
        "page/index.html", "page/kql/scope.kql", "page/../serving.py", "page/%2e%2e/serving.py",
        "page//etc/passwd", "page/vendor/README.md", "page/", "nothing",
    ],
)  # fmt: skip
def test_no_other_file_can_be_had(path):
    assert Client().get(f"/{path}").status_code == 404


def test_an_answer_has_the_rows():
    source = Told({"failures": [{"code": "X", "last_at": NOW}]})
    answer = Client(source).get("/answers/failures")
    assert answer.json() == {"rows": [{"code": "X", "last_at": "2026-03-04T09:00:00Z"}]}


@pytest.mark.parametrize("name", list(shown()))
def test_every_query_can_be_asked(name):
    assert Client().get(f"/answers/{name}").json() == {"rows": []}


def test_it_is_asked_for_what_is_wanted():
    source = Told()
    Client(source).get("/answers/failures?route=taxi&stage=prod&promotion=p%22-1")
    assert source.asked == [("failures", Wanted(route="taxi", stage="prod", promotion='p"-1'))]


@pytest.mark.parametrize("name", ["nothing", "failures.kql", "..%2Ffailures", "__class__"])
def test_an_unknown_query_is_not_found(name):
    assert Client().get(f"/answers/{name}").status_code == 404


def test_what_is_not_found_says_which_queries_there_are():
    told = Client().get("/answers/nothing").json()
    assert told["reason"] == "There is no such query."
    assert "waiting-now" in told["remedy"]


@pytest.mark.parametrize(
    "moment", ["yesterday", "30", "30y", "-1d", "9999d9999d", "NaN", "2026-13-01"]
)
def test_a_moment_that_is_none_is_told_with_what_would_be_one(moment):
    answer = Client().get("/answers/failures", params={"since": moment})
    assert answer.status_code == 400
    assert answer.json()["reason"] == f"since is {moment!r}, which is no moment."
    assert "30d" in answer.json()["remedy"]


def test_an_unknown_parameter_is_not_passed_over():
    assert Client().get("/answers/failures?rout=taxi").status_code == 400


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("24h", NOW - timedelta(hours=24)),
        ("30d", NOW - timedelta(days=30)),
        ("2026-03-01T01:00:00+01:00", datetime(2026, 3, 1, tzinfo=UTC)),
        ("2026-03-01T00:00:00Z", datetime(2026, 3, 1, tzinfo=UTC)),
        ("2026-03-01", datetime(2026, 3, 1, tzinfo=UTC)),
        ("", None),
    ],
)
def test_moments_are_spans_or_days_or_points_in_time(text, moment):
    assert wanted_by({"since": text}, now=NOW).since == moment


@pytest.mark.parametrize("text", ["9999d", "9999h", "9999-12-31T23:59:59Z", "0001-01-01"])
def test_moments_may_be_far_away(text):
    assert wanted_by({"since": text}, now=NOW).since.tzinfo == UTC


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"])
def test_but_not_beyond_the_calendar(text):
    with pytest.raises(PromotionError, match="no moment"):
        wanted_by({"since": text}, now=NOW)


def test_a_source_that_cannot_be_read_says_why_and_what_helps():
    answer = Client(Told(trouble=gone())).get("/answers/failures")
    assert answer.status_code == 503
    assert answer.json() == {"reason": "It is gone.", "remedy": "Bring it back.", "code": "Gone"}


def test_a_mistake_of_ours_shows_no_secrets():
    answer = Client(Told(trouble=ValueError("token=abc"))).get("/answers/failures")
    assert answer.status_code == 500
    assert "token" not in answer.text
    assert "failures" in json.loads(answer.text)["reason"]


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]", "LOCALHOST:1", "[::1]:7072"])
def test_this_machine_has_several_names(host):
    assert Client(host=host).get("/").status_code == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example", "localhost.evil.example", "127.0.0.1.evil.example:7072", "10.0.0.1",
        "127.0.0.1@evil.example", "[::2]", "localhost:port", "localhost:7072:1", "",
    ],
)  # fmt: skip
@pytest.mark.parametrize("path", ["/", "/answers/failures", "/page/main.js", "/nothing"])
def test_a_request_for_another_name_is_refused(host, path):
    answer = Client().get(path, headers={"host": host})
    assert answer.status_code == 403
    assert answer.json()["reason"] == "This page is for this machine only."


@pytest.mark.parametrize("origin", ["cross-site", "same-site"])
def test_pages_from_elsewhere_cannot_make_it_work(origin):
    source = Told()
    answer = Client(source).get("/answers/failures", headers={"sec-fetch-site": origin})
    assert (answer.status_code, source.asked) == (403, [])


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "PATCH"])
def test_it_only_reads(method):
    answer = Client().request(method, "/answers/failures", headers={"origin": "http://a.example"})
    assert answer.status_code == 405


@pytest.mark.parametrize("path", ["/", "/answers/failures", "/answers/no", "/page/main.js", "/no"])
def test_every_answer_is_guarded(path):
    headers = Client().get(path, headers={"origin": "http://a.example"}).headers
    policy = headers["content-security-policy"]
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert not [name for name in headers if name.startswith("access-control")]
