"""The file that a service writes while it is asked about."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from promotion.core.errors import Terminal
from promotion.report.audit_file import AuditFile
from promotion.report.queries import queries
from promotion.report.records import Records
from promotion.report.source import Wanted

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
NOW_LONG_AGO = NOON - timedelta(days=40)
ALL = Wanted()


def a_line(number=1, fact="requested", at=NOON, **told):
    promotion = f"taxi-taxi-{number}-{number:08x}"
    known = {"record_id": f"{fact}-{number}", "promotion_id": promotion, "route": "taxi"}
    row = {"TimeGenerated": at.isoformat(), "Name": f"promotion.{fact}"}
    return json.dumps(row | {"Properties": known | told, "Measurements": {}}) + "\n"


@pytest.fixture
def path(tmp_path):
    return tmp_path / "audit.jsonl"


def under_way(source, wanted=ALL):
    rows = source.ask(queries()["promotions-by-outcome"], wanted)
    return sum(row["promotions"] for row in rows)


def test_what_is_written_later_is_read_later(path):
    path.write_text(a_line(1))
    source = AuditFile(path)
    assert under_way(source) == 1
    with path.open("a") as file:
        file.write(a_line(2) + a_line(3))
    assert under_way(source) == 3


def test_a_record_that_is_being_written_is_read_when_it_is_whole(path):
    whole = a_line(1)
    path.write_text(whole[:40])
    source = AuditFile(path)
    assert under_way(source) == 0
    path.write_text(whole)
    assert (under_way(source), source.unreadable) == (1, 0)


@pytest.mark.parametrize("anew", ["emptied", "replaced"])
def test_a_service_that_begins_anew_is_followed(path, anew):
    path.write_text(a_line(1) + a_line(2))
    source = AuditFile(path)
    assert under_way(source) == 2
    if anew == "replaced":
        path.rename(path.with_suffix(".old"))
    path.write_text(a_line(3))
    assert under_way(source) == 1


@pytest.mark.parametrize(
    "line",
    [
        "no JSON",
        "[1]",
        "null",
        '"text"',
        "{}",
        '{"Name": 1}',
        '{"TimeGenerated": "x", "Name": "n"}',
    ],
)
def test_lines_that_are_no_records_are_left_out_and_counted(path, line):
    path.write_text(a_line(1) + line + "\n" + a_line(2))
    source = AuditFile(path)
    assert (under_way(source), source.unreadable) == (2, 1)


def test_bytes_that_are_no_text_spoil_only_their_line(path):
    path.write_bytes(a_line(1).encode() + b"\xff\xfe\x00\n" + a_line(2).encode())
    assert under_way(AuditFile(path)) == 2


def test_a_file_that_is_not_there_says_what_to_do(path):
    with pytest.raises(Terminal, match=r"audit\.jsonl cannot be read") as caught:
        AuditFile(path).ask(queries()["timeline"], ALL)
    assert "make serve" in str(caught.value.failure)


def test_a_file_that_comes_later_is_read(path):
    source = AuditFile(path)
    with pytest.raises(Terminal):
        under_way(source)
    path.write_text(a_line(1))
    assert under_way(source) == 1


def test_only_records_of_the_time_range_count():
    lines = [a_line(n, at=NOON + timedelta(hours=n)) for n in (1, 2, 3)]
    third = NOON + timedelta(hours=3)
    assert under_way(Records(lines), Wanted(since=NOON + timedelta(hours=2), until=third)) == 1


def test_moments_of_any_time_zone_are_understood():
    line = a_line(1).replace("12:00:00+00:00", "14:00:00+02:00")
    (row,) = Records([line]).ask(queries()["timeline"], ALL)
    assert row["at"] == NOON


def test_each_thread_has_a_time_range_of_its_own():
    records = Records([a_line(n, at=NOON + timedelta(hours=n)) for n in range(8)])
    ranges = [Wanted(since=NOON + timedelta(hours=n)) for n in range(8)] * 4
    with ThreadPoolExecutor(8) as threads:
        counts = list(threads.map(lambda wanted: under_way(records, wanted), ranges))
    assert counts == [8, 7, 6, 5, 4, 3, 2, 1] * 4


@pytest.mark.parametrize(
    "name", ["'; DROP TABLE Recorded --", '"', "\\", "$route", "=route=", "é\n"]
)
def test_a_parameter_is_text_whatever_it_has_in_it(name):
    records = Records([a_line(1, route=name), a_line(2)])
    assert (under_way(records, Wanted(route=name)), under_way(records)) == (1, 2)


def test_another_file_of_the_same_name_and_number_is_not_gone_on_with(path):
    path.write_text(a_line(1))
    source = AuditFile(path)
    assert under_way(source) == 1
    path.write_text(a_line(2) + a_line(3) + a_line(4))  # longer, and in the same place of the disk
    assert under_way(source) == 3


def test_a_last_record_without_an_end_of_its_line_counts_once(path):
    path.write_text(a_line(1) + a_line(2).rstrip())
    source = AuditFile(path)
    assert under_way(source) == 2
    with path.open("a") as file:
        file.write("\n" + a_line(3))
    assert (under_way(source), source.unreadable) == (3, 0)


def test_what_is_no_ordinary_file_is_refused(tmp_path):
    with pytest.raises(Terminal, match="no ordinary file"):
        under_way(AuditFile(tmp_path))


def test_what_waits_is_found_however_long_ago_it_began():
    told = {"by": "ada", "quorum": "1", "stage": "prod"}
    records = [a_line(1, at=NOW_LONG_AGO), a_line(1, "approval_requested", at=NOW_LONG_AGO, **told)]
    wanted = Wanted(since=NOON)
    query = queries()["waiting-now"]
    (row,) = Records(records).ask(query, wanted.of(query), NOON)
    assert row["waited_s"] == 40 * 86_400


def test_a_time_range_in_the_past_is_told_as_it_was_at_its_end(path):
    told = {"by": "ada", "quorum": "1", "stage": "prod"}
    path.write_text(a_line(1) + a_line(1, "approval_requested", **told))
    wanted = Wanted(until=NOON + timedelta(hours=1))
    (row,) = AuditFile(path).ask(queries()["waiting-now"], wanted)
    assert row["waited_s"] == 3_600


@pytest.mark.parametrize("moment", ["infinity", "-infinity"])
def test_a_record_of_no_time_is_left_out(moment):
    line = a_line(1).replace("2026-03-02T12:00:00+00:00", moment)
    assert Records().take([line, a_line(2)]) == 1


def test_a_value_that_breaks_a_query_is_told_with_its_name():
    line = a_line(1, "evidence", registered_at="infinity")
    with pytest.raises(Terminal, match="intake-delay"):
        Records([a_line(1, actor="event-grid"), line]).ask(queries()["intake-delay"], ALL)
