"""A report is one file, and needs nothing else."""

from datetime import UTC, datetime

import pytest
from dashboards.workspace import ROWS
from playwright.sync_api import expect

from promotion.report.audit_file import AuditFile
from promotion.report.page import report_page, shown
from promotion.report.source import Wanted

NOW = datetime(2026, 12, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    path = tmp_path_factory.mktemp("stories") / "audit.jsonl"
    path.write_text(
        "".join(one.read_text(encoding="utf-8") for one in sorted(ROWS.glob("*.jsonl")))
    )
    return AuditFile(path)


@pytest.fixture(scope="module")
def report(source, tmp_path_factory):
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(report_page(source, Wanted(), now=NOW), encoding="utf-8")
    return path


def test_all_stories_fit_into_two_megabytes(report):
    assert report.stat().st_size < 2_000_000


def test_it_shows_what_the_queries_answer(report, viewer, source):
    page = viewer.open(report.as_uri())
    rows = source.ask(shown()["promotions-by-outcome"], Wanted())
    expect(page.locator(".figure dd").first).to_have_text(
        str(sum(one["promotions"] for one in rows))
    )
    bars = page.locator("#card-promotions-by-outcome g[data-mark=rect] rect")
    expect(bars).to_have_count(len(rows))


def test_timelines_are_in_it(report, viewer, source):
    page = viewer.open(report.as_uri())
    link = page.locator("#card-rollbacks tbody a").first
    promotion = source.ask(shown()["rollbacks"], Wanted())[0]["promotion_id"]
    link.click()
    rows = source.ask(shown()["timeline"], Wanted(promotion=promotion))
    expect(page.locator(".timeline > li")).to_have_count(len(rows))
    page.go_back()
    expect(page.locator("#overview")).to_be_visible()


def test_it_asks_for_nothing(report, viewer):
    page = viewer.open(report.as_uri())
    page.locator("#card-rollbacks tbody a").first.click()
    expect(page.locator(".timeline > li").last).to_be_visible()
    assert [one for one in viewer.requests if not one.startswith(("file:", "data:"))] == []


def test_it_says_when_it_was_made_and_has_no_filters(report, viewer):
    page = viewer.open(report.as_uri())
    expect(page.locator("#bar")).to_contain_text("Report of 1 Dec")
    expect(page.get_by_role("radio")).to_have_count(0)
    expect(page.get_by_role("checkbox")).to_have_count(0)


def test_a_timeline_that_was_left_out_is_said_to_be(report, viewer):
    page = viewer.open(f"{report.as_uri()}#promotion=old-old-1-00000000")
    expect(page.locator("#promotion")).to_contain_text("the newest promotions only")
