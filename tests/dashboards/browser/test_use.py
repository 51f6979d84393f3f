"""The page as it is used: light and dark, narrow, printed, by keyboard, for a long time."""

import json
from datetime import UTC, datetime

import pytest
from dashboards.browser.chromium import node_modules
from dashboards.browser.month import write_month
from dashboards.browser.server import served
from dashboards.browser.viewer import Viewer
from playwright.sync_api import expect

DARK = "rgb(14, 19, 24)"
LIGHT = "rgb(244, 246, 248)"


@pytest.fixture
def own(tmp_path):
    """A dashboard whose audit file the test may change."""
    path = write_month(tmp_path / "audit.jsonl", days=9)
    with served(path) as root:
        yield path, f"{root}?range="


def promotions(page):
    return page.locator(".figure dd").first


def one_more(path):
    told = {
        "promotion_id": "late-late-1-0a0b0c0d",
        "route": "late",
        "model": "late",
        "version": "1",
    }
    at = datetime.now(UTC).isoformat()
    row = {"TimeGenerated": at, "Name": "promotion.requested", "Measurements": {}}
    row["Properties"] = told | {"record_id": "late"}
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(row) + "\n")


@pytest.mark.parametrize(("scheme", "ground"), [("dark", DARK), ("light", LIGHT)])
def test_it_is_as_light_as_the_system(chrome, address, scheme, ground):
    visit = Viewer(chrome, color_scheme=scheme)
    expect(visit.open(address).locator("body")).to_have_css("background-color", ground)
    visit.leave()


def test_the_viewer_may_want_it_otherwise_also_the_next_time(viewer, address):
    page = viewer.open(address)
    page.get_by_label("Theme").select_option("dark")
    expect(page.locator("body")).to_have_css("background-color", DARK)
    page.reload()
    expect(page.locator("body")).to_have_css("background-color", DARK)
    expect(page.get_by_label("Theme")).to_have_value("dark")


def test_a_new_record_is_shown_by_itself(own, viewer):
    path, address = own
    viewer.page.clock.install()
    page = viewer.open(address)
    before = int(promotions(page).inner_text())
    one_more(path)
    page.clock.fast_forward(11_000)
    expect(promotions(page)).to_have_text(str(before + 1))
    expect(page.locator("#card-promotions tbody tr").first).to_contain_text("late:1")


def test_meanwhile_the_viewer_is_left_alone(own, viewer):
    path, address = own
    viewer.page.clock.install()
    page = viewer.open(address)
    table = page.locator("#card-promotions")
    table.get_by_role("button", name="Outcome").click()
    table.get_by_role("button", name="Outcome").focus()
    page.evaluate("() => scrollTo(0, 700)")
    one_more(path)
    page.clock.fast_forward(11_000)
    expect(table.locator("tbody")).to_contain_text("late:1")
    expect(table.get_by_role("button", name="Outcome")).to_be_focused()
    expect(table.locator("th[aria-sort]")).to_have_text("Outcome")
    assert page.evaluate("() => scrollY") == 700


def test_what_has_not_changed_is_not_drawn_again(own, viewer):
    _, address = own
    viewer.page.clock.install()
    page = viewer.open(address)
    page.evaluate("() => document.querySelector('#card-lead-time svg').dataset.mark = 'same'")
    with page.expect_response("**/answers/lead-time*"):
        page.clock.fast_forward(11_000)
    expect(page.locator("#card-lead-time svg[data-mark=same]")).to_be_visible()


def test_paused_it_asks_for_nothing(own, viewer):
    _, address = own
    viewer.page.clock.install()
    page = viewer.open(address)
    page.get_by_role("checkbox", name="Live").uncheck()
    asked = len(viewer.requests)
    page.clock.fast_forward(60_000)
    page.evaluate("() => new Promise((done) => requestAnimationFrame(done))")
    assert len(viewer.requests) == asked


def test_a_source_that_is_gone_is_told_and_comes_back(chrome, own):
    path, address = own
    visit = Viewer(chrome)
    visit.page.clock.install()
    page = visit.open(address)
    before = promotions(page).inner_text()
    path.rename(path.with_suffix(".away"))
    page.clock.fast_forward(11_000)
    trouble = page.get_by_role("alert")
    expect(trouble).to_contain_text("cannot be read")
    expect(trouble).to_contain_text("PROMOTION_AUDIT_FILE")
    expect(promotions(page)).to_have_text(before)
    path.with_suffix(".away").rename(path)
    trouble.get_by_role("button", name="Try again").click()
    expect(page.locator("#trouble")).to_be_hidden()
    expect(promotions(page)).to_have_text(before)
    visit.leave()


def test_a_page_of_a_source_that_was_never_there_says_so(chrome, tmp_path):
    visit = Viewer(chrome)
    with served(tmp_path / "none.jsonl") as root:
        page = visit.open(root)
        expect(page.get_by_role("alert")).to_contain_text("cannot be read")
    visit.leave()


def test_an_empty_file_says_what_to_do(viewer, tmp_path):
    empty = tmp_path / "audit.jsonl"
    empty.touch()
    with served(empty) as root:
        page = viewer.open(root)
        expect(page.locator("#card-promotions-by-outcome")).to_contain_text("register a model")
        expect(page.locator("#state")).to_contain_text("none yet")


@pytest.mark.parametrize("width", [1280, 700, 390])
def test_it_fits_the_window(chrome, address, width):
    visit = Viewer(chrome, viewport={"width": width, "height": 800})
    page = visit.open(address)
    assert page.evaluate("() => document.documentElement.scrollWidth") <= width
    visit.leave()


def test_charts_follow_the_width(viewer, address):
    page = viewer.open(address)
    chart = page.locator("#card-promotions-by-outcome svg").first
    wide = chart.bounding_box()["width"]
    page.set_viewport_size({"width": 700, "height": 800})
    expect(chart).not_to_have_attribute("width", str(int(wide)))
    assert chart.bounding_box()["width"] < 700


def test_printed_it_fits_the_paper_and_has_no_buttons(viewer, address):
    page = viewer.open(address)
    page.set_viewport_size({"width": 760, "height": 1000})
    page.emulate_media(media="print")
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 760
    expect(page.locator("#bar")).to_be_hidden()
    expect(page.locator(".tools").first).to_be_hidden()
    expect(page.locator("#card-lead-time svg")).to_be_visible()


def test_the_keyboard_opens_a_timeline_and_comes_back(viewer, address):
    page = viewer.open(address)
    link = page.locator("#card-waiting-now tbody a").first
    link.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
    expect(page.locator(".timeline > li").last).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="All promotions")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#overview")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("view", ["overview", "promotion"])
def test_axe_finds_nothing_that_keeps_people_out(chrome, address, scheme, view):
    visit = Viewer(chrome, color_scheme=scheme)
    page = visit.open(address)
    if view == "promotion":
        page.locator("#card-rollbacks tbody a").first.click()
        expect(page.locator(".timeline > li").last).to_be_visible()
    axe = (node_modules() / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
    found = page.evaluate(f"async () => {{ {axe}; return (await axe.run()).violations; }}")
    visit.leave()
    grave = [one for one in found if one["impact"] in ("serious", "critical")]
    assert [(one["id"], one["nodes"][0]["html"]) for one in grave] == []
