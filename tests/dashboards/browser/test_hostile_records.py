"""Records are written by many: what they say is shown, and does nothing."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from dashboards.browser.server import served
from dashboards.browser.viewer import Viewer
from playwright.sync_api import expect

from promotion.report.audit_file import AuditFile
from promotion.report.page import report_page
from promotion.report.source import Wanted

SCRIPT = "<script>alert('script')</script>"
IMAGE = "<img src=x onerror=alert('image')>"
ENDING = "</script></title></style>--><svg onload=alert('svg')>"
BIDI = "\u202egnp.ecalp\u202c"
ADDRESS = "javascript:alert('address')"
LONG = "W" * 8000
HOSTILE = (SCRIPT, IMAGE, ENDING, BIDI, ADDRESS, LONG, "${alert(1)}", "constructor", "__proto__")


def told(text, index):
    """A promotion of which every word is that text."""
    at = datetime.now(UTC) - timedelta(hours=1, seconds=len(HOSTILE) * 10 - index * 10)
    words = {
        "promotion_id": f"{text}-{index:08x}", "route": text, "model": text, "version": text,
        "actor": text, "stage": text, "reason": text, "remedy": text, "code": text, "gate": text,
        "outcome": text, "by": text, "endpoint": text, "deployment": text, "workspace": text,
        "waiting_for": text, "event_id": text, "what": text, "kind": text, "mode": "enforce",
    }  # fmt: skip
    shares = {"after": json.dumps({text: 100})}
    facts = [
        "requested", "evidence", "gate_evaluated", "deploying", "traffic_shifted", "approved",
        "rolled_back" if index % 2 else "waiting", "ignored", "duplicate",
    ]  # fmt: skip
    return [
        {
            "TimeGenerated": (at + timedelta(seconds=step)).isoformat(),
            "Name": f"promotion.{fact}",
            "Properties": words | shares | {"record_id": f"{index}-{step}"},
            "Measurements": {"traffic": 100, "duration_ms": 5},
        }
        for step, fact in enumerate(facts)
    ]


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    path = tmp_path_factory.mktemp("hostile") / f"audit {IMAGE.replace('/', '')}.jsonl"
    rows = [row for index, text in enumerate(HOSTILE) for row in told(text, index)]
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
    return path


@pytest.fixture(scope="module", params=["served", "report"])
def address(request, hostile, tmp_path_factory):
    if request.param == "served":
        with served(hostile) as root:
            yield f"{root}?range="
        return
    page = report_page(AuditFile(hostile), Wanted(), now=datetime.now(UTC))
    file = tmp_path_factory.mktemp("report") / "report.html"
    file.write_text(page, encoding="utf-8")
    yield file.as_uri()


@pytest.fixture(scope="module")
def page(chrome, address):
    visit = Viewer(chrome)
    yield visit.open(address)
    visit.leave()
    assert visit.complaints == []
    assert {one.split(":")[0] for one in visit.requests} <= {"http", "file", "data"}


def elements(page):
    """What no record may bring into the page."""
    made = page.locator("img, iframe, object, embed, form, svg [onload], [onerror], [onload]")
    links = page.locator("a:not([href^='#'])")
    return made.count(), links.count()


def test_the_overview_shows_them_as_text(address, viewer):
    page = viewer.open(address)
    for button in page.get_by_role("button", name="Table").all():
        button.click()
    expect(page.locator("#card-promotions tbody")).to_contain_text(SCRIPT)
    expect(page.locator("#card-promotions tbody")).to_contain_text(IMAGE)
    expect(page.locator("#source")).to_contain_text("<img src=x")
    assert elements(page) == (0, 0)
    assert page.locator("script").count() <= 4


@pytest.mark.parametrize("index", range(len(HOSTILE)))
def test_a_timeline_shows_them_as_text(page, index):
    promotion = f"{HOSTILE[index]}-{index:08x}"
    page.evaluate("(id) => { location.hash = `promotion=${encodeURIComponent(id)}`; }", promotion)
    expect(page.locator(".timeline > li").last).to_contain_text(HOSTILE[index])
    expect(page.locator("#promotion code")).to_have_text(promotion)
    assert elements(page) == (0, 0)


def test_no_word_is_too_long_for_the_page(address, viewer):
    page = viewer.open(address)
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 1280
    page.evaluate("(id) => { location.hash = `promotion=${id}`; }", f"{LONG}-00000005")
    expect(page.locator(".timeline > li").last).to_be_visible()
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 1280
