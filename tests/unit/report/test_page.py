import json
import re
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit.report.told import Told, gone

from promotion.core.errors import PromotionError
from promotion.report.page import NEWEST, live_page, report_page, shown, to_json
from promotion.report.queries import queries
from promotion.report.source import Wanted

NOW = datetime(2026, 3, 4, 9, tzinfo=UTC)
DATA = re.compile(r'<script type="application/json" id="data">(.*?)</script>', re.DOTALL)


def data_of(page):
    (found,) = DATA.findall(page)
    return json.loads(found)


def report(answers):
    return report_page(Told(answers), Wanted(), now=NOW)


def steps(*promotions):
    return [
        {"promotion_id": name, "at": NOW + timedelta(seconds=index), "fact": "requested"}
        for index, name in enumerate(promotions)
    ]


def opened(*promotions):
    """Answers that name those promotions, and their timelines."""
    rows = [{"promotion_id": name} for name in promotions]
    return {"promotions": rows, "timeline": steps(*promotions)}


def test_the_page_knows_every_query_of_the_dashboards():
    named = [one["name"] for one in data_of(live_page(Told()))["queries"]]
    assert set(queries()) < set(named)


def test_it_does_not_tell_how_they_are_asked():
    assert "AppEvents" not in live_page(Told())


def test_a_report_has_the_rows_of_every_answer():
    rows = [{"day": NOW, "outcome": "failed", "promotions": 3}]
    told = data_of(report({"promotions-by-outcome": rows}))
    assert told["answers"]["promotions-by-outcome"] == [
        {"day": "2026-03-04T09:00:00Z", "outcome": "failed", "promotions": 3}
    ]
    assert told["answers"].keys() == shown().keys() - {"timeline"}


def test_it_is_asked_for_what_is_wanted_and_says_so():
    source, wanted = Told(), Wanted(route="taxi", since=NOW)
    told = data_of(report_page(source, wanted, now=NOW))
    assert {asked for name, asked in source.asked if name != "timeline"} == {wanted}
    assert (told["wanted"]["route"], told["wanted"]["since"]) == ("taxi", "2026-03-04T09:00:00Z")


def test_it_has_the_timeline_of_each_promotion():
    told = data_of(report(opened("a-1", "b-1", "a-1")))
    assert [len(told["timelines"][name]) for name in ("a-1", "b-1")] == [2, 1]
    assert told["left_out"] == 0


def test_a_timeline_is_whole_however_little_of_it_was_asked_for():
    source = Told(opened("a-1"))
    wanted = Wanted(route="taxi", stage="prod", since=NOW, until=NOW)
    report_page(source, wanted, now=NOW)
    assert dict(source.asked)["timeline"] == Wanted(route="taxi")


def test_only_what_the_answers_name_has_a_timeline():
    told = data_of(report(opened("a-1") | {"timeline": steps("a-1", "b-1")}))
    assert list(told["timelines"]) == ["a-1"]


def test_of_many_promotions_it_has_the_newest_and_says_how_many_it_left_out():
    names = [f"p-{index}" for index in range(NEWEST + 3)]
    told = data_of(report(opened(*names)))
    assert told["left_out"] == 3
    assert set(told["timelines"]) == set(names[3:])


def test_a_source_that_cannot_be_asked_makes_no_report():
    with pytest.raises(PromotionError):
        report_page(Told(trouble=gone()), Wanted(), now=NOW)


@given(st.text())
def test_no_text_ends_the_data_or_becomes_part_of_the_page(text):
    hostile = f"{text}</script><script>alert(1)</script><!--{text}"
    page = report({"refusals": [{"last_reason": hostile}]})
    (row,) = data_of(page)["answers"]["refusals"]
    assert row["last_reason"] == hostile
    assert "alert(1)</script>" not in page


@pytest.mark.parametrize("text", ["<!--data-->", "<!--head-->", "\ud800", "\u2028"])
def test_no_text_confuses_the_making_of_the_page(text):
    page = report({"refusals": [{"last_reason": text}]})
    (row,) = data_of(page)["answers"]["refusals"]
    assert row["last_reason"] == text.replace("\ud800", "?")


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
def test_what_is_no_number_is_missing(value):
    assert to_json({"p50_s": value}) == '{"p50_s":null}'


def test_moments_are_in_utc():
    there = datetime(2026, 3, 4, 10, tzinfo=timezone(timedelta(hours=1)))
    assert to_json([there]) == '["2026-03-04T09:00:00Z"]'


def test_a_report_asks_for_nothing():
    page = report({})
    assert not re.findall(r'(?:src|href)="(?!data:|#)', DATA.sub("", page).split("<script>")[0])
    assert "default-src 'none'" in page


def test_a_live_page_has_no_script_or_style_of_its_own():
    page = DATA.sub("", live_page(Told()))
    assert not re.findall(r"<style|<script(?![^>]* src=)|\son\w+=|style=", page)
