"""What the page shows is what the queries answer."""

import pytest
from dashboards.browser.viewer import Viewer
from playwright.sync_api import expect

from promotion.report.audit_file import AuditFile
from promotion.report.page import shown
from promotion.report.source import Wanted


@pytest.fixture(scope="module")
def ask(month):
    source = AuditFile(month)
    return lambda name, **wanted: source.ask(shown()[name], Wanted(**wanted))


@pytest.fixture(scope="module")
def page(chrome, address):
    """For tests that leave it as it was, or do not mind what others did."""
    visit = Viewer(chrome)
    yield visit.open(address)
    visit.leave()
    assert visit.complaints == []


def card(page, name):
    return page.locator(f"#card-{name}")


def figure(page, name):
    return page.locator(".figure", has=page.get_by_text(name, exact=True)).locator("dd").first


def test_the_key_figures_are_those_of_the_answers(page, ask):
    outcomes = ask("promotions-by-outcome")
    ended = {row["outcome"]: 0 for row in outcomes}
    for row in outcomes:
        ended[row["outcome"]] += row["promotions"]
    expect(figure(page, "Promotions")).to_have_text(str(sum(ended.values())))
    expect(figure(page, "Succeeded")).to_have_text(str(ended["succeeded"]))
    expect(figure(page, "Refused")).to_have_text(str(ended["rejected"]))
    back = ended["rolled_back"] + ended.get("rolled_back_later", 0)
    expect(figure(page, "Rolled back")).to_have_text(str(back))
    expect(figure(page, "Waiting now")).to_have_text(str(len(ask("waiting-now"))))


def test_a_chart_has_a_bar_for_each_row(page, ask):
    bars = card(page, "promotions-by-outcome").locator("g[data-mark=rect] rect")
    rows = ask("promotions-by-outcome")
    expect(bars).to_have_count(len(rows))
    tallest = max(row["promotions"] for row in rows)
    heights = [float(bar.get_attribute("height")) for bar in bars.all()]
    unit = max(heights) / tallest
    drawn = sorted(round(height / unit) for height in heights)
    assert drawn == sorted(row["promotions"] for row in rows)


def test_a_chart_says_its_figures_to_who_cannot_see_it(page, ask):
    chart = card(page, "promotions-by-outcome").get_by_role("img")
    many = sum(
        one["promotions"] for one in ask("promotions-by-outcome") if one["outcome"] == "failed"
    )
    assert f"failed {many}" in chart.get_attribute("aria-label")


def test_pointing_at_a_bar_shows_its_figure(page, ask):
    chart = card(page, "failures")
    chart.locator("g[data-mark=bar] rect").first.hover()
    first = ask("failures")[0]
    tip = chart.locator("[aria-label=tip]")
    expect(tip).to_contain_text(first["code"])
    expect(tip).to_contain_text(str(first["failures"]))


def test_a_chart_can_be_read_as_a_table(page, ask):
    speed = card(page, "lead-time")
    expect(speed.locator("table")).to_be_hidden()
    speed.get_by_role("button", name="Table").click()
    expect(speed.locator("tbody tr")).to_have_count(len(ask("lead-time")))
    expect(speed.locator("svg")).to_be_hidden()
    speed.get_by_role("button", name="Table").click()
    expect(speed.locator("svg")).to_be_visible()


def test_every_question_has_its_card_and_its_answer(page):
    for query in shown().values():
        if query.needs or query.name == "scope":
            continue
        one = card(page, query.name)
        expect(one.get_by_role("heading", level=3)).to_have_text(query.question)
        expect(one.locator("svg, table, .empty").filter(visible=True).first).to_be_visible()


def test_notes_are_there_for_who_asks(page):
    one = card(page, "lead-time")
    expect(one.locator(".sheet")).to_be_hidden()
    one.locator("summary").click()
    expect(one.locator(".sheet")).to_contain_text(shown()["lead-time"].notes[0])
    page.keyboard.press("Escape")
    expect(one.locator(".sheet")).to_be_hidden()


def test_long_tables_are_cut_until_somebody_wants_all(page, ask):
    table = card(page, "promotions")
    expect(table.locator("tbody tr")).to_have_count(10)
    many = len(ask("promotions"))
    table.get_by_role("button", name=f"Show all {many}").click()
    expect(table.locator("tbody tr")).to_have_count(many)


def test_columns_can_be_sorted_up_and_down(page, ask):
    table = card(page, "waiting-now")
    waited = table.get_by_role("button", name="Waited")
    links = table.locator("tbody a")
    longest = [row["promotion_id"] for row in ask("waiting-now")]
    waited.click()
    expect(table.locator("th[aria-sort=descending]")).to_have_text("Waited")
    assert [link.get_attribute("href")[11:] for link in links.all()] == longest
    waited.click()
    expect(table.locator("th[aria-sort=ascending]")).to_have_text("Waited")
    assert [link.get_attribute("href")[11:] for link in links.all()] == longest[::-1]


def test_an_id_opens_its_timeline_and_the_way_leads_back(viewer, address, ask):
    page = viewer.open(address)
    first = ask("rollbacks")[0]["promotion_id"]
    card(page, "rollbacks").locator("tbody a").first.click()
    expect(page).to_have_url(f"{address}#promotion={first}")
    steps = page.locator(".timeline > li")
    rows = ask("timeline", promotion=first)
    expect(steps).to_have_count(len(rows))
    expect(page.locator("code")).to_have_text(first)
    expect(steps.last).to_contain_text(rows[-1]["reason"])
    expect(page.locator("#overview")).to_be_hidden()
    page.go_back()
    expect(page.locator("#overview")).to_be_visible()
    expect(page.locator("#promotion")).to_be_hidden()


def test_a_timeline_has_an_address_of_its_own(viewer, address, ask):
    promotion = ask("rollbacks")[0]["promotion_id"]
    page = viewer.open(f"{address}#promotion={promotion}")
    expect(page.locator(".timeline > li").last).to_be_visible()
    page.get_by_role("link", name="All promotions").click()
    expect(card(page, "waiting-now")).to_be_visible()


def test_an_unknown_promotion_is_said_to_be_unknown(viewer, address):
    page = viewer.open(f"{address}#promotion=nobody-1-00000000")
    expect(page.locator("#promotion")).to_contain_text("There is no record of this promotion.")


def test_a_route_can_be_chosen_and_stays_in_the_address(viewer, address, ask):
    page = viewer.open(address)
    page.get_by_label("Route").select_option("churn")
    some = sum(row["promotions"] for row in ask("promotions-by-outcome", route="churn"))
    expect(figure(page, "Promotions")).to_have_text(str(some))
    assert "route=churn" in page.url
    page.reload()
    expect(figure(page, "Promotions")).to_have_text(str(some))
    expect(page.get_by_label("Route")).to_have_value("churn")


def test_filters_offer_what_there_is(page):
    expect(page.get_by_label("Stage").locator("option")).to_have_text(
        ["All stages", "prod", "staging", "test"]
    )


def test_a_shorter_time_range_has_fewer(viewer, address, ask):
    page = viewer.open(address)
    everything = sum(row["promotions"] for row in ask("promotions-by-outcome"))
    page.get_by_label("7 d").check()
    expect(figure(page, "Promotions")).not_to_have_text(str(everything))
    assert "range=7d" in page.url


def test_promotions_can_be_searched(viewer, address, ask):
    page = viewer.open(address)
    page.get_by_placeholder("Promotion, model or version").fill("nyc-taxi SUCCEEDED")
    found = [
        row
        for row in ask("promotions")
        if row["model"] == "nyc-taxi" and row["outcome"] == "succeeded"
    ]
    rows = card(page, "promotions").locator("tbody tr")
    expect(rows).to_have_count(min(10, len(found)))
    page.get_by_placeholder("Promotion, model or version").fill("nobody has this")
    expect(rows).to_have_text(["Nothing has that."])


def test_nothing_found_is_said(viewer, address):
    page = viewer.open(f"{address}&route=nothing")
    expect(figure(page, "Promotions")).to_have_text("0")
    expect(card(page, "promotions-by-outcome")).to_contain_text("No promotion in this time range.")
    expect(card(page, "waiting-now")).to_contain_text("Nothing waits.")


def test_the_time_of_the_last_record_is_there(page, ask):
    last = max(row["last_at"] for row in ask("scope"))
    told = page.locator("#state time").get_attribute("datetime")
    assert told == last.isoformat().replace("+00:00", "Z")
