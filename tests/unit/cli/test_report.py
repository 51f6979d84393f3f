"""``report`` on an audit file."""

import json
import os
import stat
import sys
from datetime import UTC, datetime

import pytest
from dashboards.history import History
from dashboards.workspace import all_recorded
from typer.testing import CliRunner
from unit.cli.records import a_history, typed, written

from promotion.cli.app import app
from promotion.report.queries import queries


@pytest.fixture
def file(tmp_path):
    return written(a_history(), tmp_path / "audit.jsonl")


def reported(file, *words: str, **around):
    return typed("report", "--audit-file", str(file), *words, **around)


def as_json(file, *words: str):
    result = reported(file, "--json", *words)
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_key_figures_come_first_then_the_questions_that_have_an_answer(file):
    lines = reported(file).stdout.splitlines()
    assert lines[0] == "Promotions from 2026-02-03 09:00 to 2026-03-05 09:00 UTC"
    assert lines[1] == str(file)
    assert "Promotions         2: 1 rejected, 1 succeeded" in lines
    assert "Lead time, median  2 h to taxi/prod" in lines
    asked = [line for line in lines if line.endswith("?")]
    assert asked[0] == queries()["promotions-by-outcome"].question
    assert queries()["rollbacks"].question not in asked
    assert "Nothing was rolled back." in lines[-1]


def test_a_row_is_one_line_where_nobody_folds_lines(file):
    lines = reported(file, "--only", "refusals").stdout.splitlines()
    assert lines[-1].split("  ")[0] == "metric rmse"
    assert lines[-1].endswith(
        "rmse is 7; the policy wants at most 5.  Train it longer.  taxi-taxi-1-00000001"
    )


@pytest.mark.parametrize("width", [60, 80, 132])
def test_no_line_is_longer_than_the_terminal_is_wide(width, tmp_path, monkeypatch):
    history = History()
    history.rows = list(all_recorded())
    monkeypatch.setenv("COLUMNS", str(width))
    result = reported(written(history, tmp_path / "a"), "--since", "2026-01-01", days=300)
    assert max(map(len, result.stdout.splitlines())) <= width


def test_an_output_that_knows_ascii_only_gets_no_blocks(file):
    result = CliRunner(charset="ascii").invoke(
        app, ["report", "--audit-file", str(file), "--since", "2026-03-01"]
    )
    assert "##########" in result.stdout
    assert result.stdout.isascii()


def test_texts_of_others_are_only_text(tmp_path):
    history = History()
    bad = "[red]##vso[task.setvariable]\x1b[2J\u202e"
    history.promotion("1", model=f"m{bad}").tells("failed", code=bad, reason=f"::error {bad}")
    file = written(history, tmp_path / "audit.jsonl")
    for words in ((), ("--only", "failures"), ("--json",)):
        shown = reported(file, *words).stdout
        assert "[red]" in shown
        assert "##vso[" not in shown
        assert not {"\x1b", "\u202e"} & set(shown)


def test_one_promotion_is_told_step_by_step_however_long_ago_it_was(file):
    result = reported(file, "--promotion", "taxi-taxi-2-00000002", days=900)
    lines = result.stdout.splitlines()
    assert lines[3] == queries()["timeline"].question
    assert [line.split("  ")[0][-8:] for line in lines[5:7]] == ["09:00:05", "09:00:06"]
    assert any("approved" in line and "by bob" in line for line in lines)
    assert queries()["failures"].question not in lines


def test_a_promotion_that_is_not_there_is_not_found(file):
    result = reported(file, "--promotion", "nope")
    assert (result.exit_code, result.stdout) == (4, "")
    assert result.stderr.startswith(f"{file} has no records of nope.")
    limited = reported(file, "--promotion", "taxi-taxi-2-00000002", "--until", "2026-03-01")
    assert (limited.exit_code, "that match" in limited.stderr) == (4, True)


def test_for_scripts_every_row_is_one_object(file):
    found = as_json(file, "--since", "2d", "--route", "taxi")
    assert list(found) == [
        *("made_at", "source", "since", "until", "route", "stage", "promotion", "answers"),
    ]
    assert (found["made_at"], found["since"]) == (
        "2026-03-05T09:00:00+00:00",
        "2026-03-03T09:00:00+00:00",
    )
    assert (found["source"], found["until"], found["route"]) == (str(file), None, "taxi")
    assert list(found["answers"]) == [name for name in queries() if name != "timeline"]
    (row,) = found["answers"]["what-serves"]
    assert (row["place"], row["traffic"]) == ("taxi", 100.0)
    assert datetime.fromisoformat(row["since"]).tzinfo == UTC


def test_numbers_in_the_text_and_for_scripts_are_the_same(file):
    rows = as_json(file)["answers"]["lead-time"]
    assert rows[0]["versions"] == 1
    assert 7_200 < rows[0]["p50_s"] < 7_260


@pytest.mark.parametrize(
    ("words", "ends"),
    [
        ((), {"rejected", "succeeded"}),
        (("--until", "2026-03-04T09:01"), {"rejected", "under_way"}),
        (("--since", "2026-03-04T09:01"), {"succeeded"}),
        (("--since", "22h30m"), {"succeeded"}),
        (("--route", "bus"), set()),
        (("--stage", "prod"), {"succeeded"}),
    ],
)
def test_time_route_and_stage_say_what_counts(file, words, ends):
    rows = as_json(file, *words)["answers"]["promotions-by-outcome"]
    assert {row["outcome"] for row in rows} == ends


def test_nothing_in_that_time_is_an_answer(file):
    result = reported(file, "--since", "1h")
    assert result.exit_code == 0
    assert "No promotion began or ended." in result.stdout.splitlines()[-1]
    # What serves now was not begun in that time.
    assert "Which version serves where" in result.stdout


def test_only_the_questions_that_were_chosen_are_asked_in_their_order(file):
    words = ("--only", "rollbacks", "--only", "promotions-by-outcome")
    assert list(as_json(file, *words)["answers"]) == ["promotions-by-outcome", "rollbacks"]
    assert reported(file, *words).stdout.splitlines()[-1] == "Nothing was rolled back."


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--only", "roll-backs"), "there is no question 'roll-backs'.\nDid you mean rollbacks?"),
        (("--only", "zzz"), "there is no question 'zzz'.\nUse promotions-by-outcome, "),
        (("--only", "timeline"), "--only timeline takes --promotion ID."),
        (("--since", "soon"), "--since: 'soon' is neither a span nor a date."),
        (("--until", "soon"), "--until: 'soon' is neither a span nor a date."),
        (("--since", "1d", "--until", "2d"), "There is no time between --since, 2026-03-04 09:00"),
        (("--since", "2027-01-01"), "There is no time between --since, 2027-01-01 00:00 UTC"),
        (("--html", "r.html", "--json"), "--only and --json cannot be used with --html"),
        (("--html", "r.html", "--only", "failures"), "--only and --json cannot be used with"),
        (("--profile", "prod"), "--audit-file, --workspace-id and --profile: give one of them."),
    ],
)
def test_mistakes_are_said_before_anything_is_asked(tmp_path, words, said):
    result = reported(tmp_path / "nothing", *words)
    assert (result.exit_code, result.stdout) == (2, "")
    assert said in result.stderr


def test_lines_that_are_no_records_are_left_out_and_counted(file):
    with file.open("a", encoding="utf-8") as audit:
        audit.write('{"half": 1\nnothing\n')
    said = f"{file}: 2 lines are no audit records, and were left out.\n"
    result = reported(file, "--only", "rollbacks")
    assert (result.exit_code, result.stderr) == (0, said)


def test_a_file_that_is_not_there_says_who_would_write_it(tmp_path):
    result = reported(tmp_path / "nothing")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "No such file" in result.stderr
    assert "make serve" in result.stderr


def test_a_page_is_written_as_a_whole_and_said_where(file, tmp_path):
    page = tmp_path / "report.html"
    page.write_text("<!DOCTYPE html>old")
    result = reported(file, "--html", str(page))
    assert result.stdout == f"The report is in {page}.\n"
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert sorted(one.name for one in tmp_path.iterdir()) == ["audit.jsonl", "report.html"]


def test_what_is_no_page_is_not_replaced(file):
    before = file.read_bytes()
    result = reported(file, "--html", str(file))
    assert (result.exit_code, "it would be lost" in result.stderr) == (2, True)
    assert file.read_bytes() == before


def test_a_page_goes_to_where_a_link_leads(file, tmp_path):
    (tmp_path / "link").symlink_to(tmp_path / "real")
    assert reported(file, "--html", str(tmp_path / "link")).exit_code == 0
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").stat().st_size > 1_000


def test_a_page_can_be_printed(file):
    result = reported(file, "--html", "-")
    assert result.stdout.startswith("<!doctype html>")
    assert "The report is in" not in result.stdout


def test_a_page_never_replaces_what_is_no_file(file, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for place, said in ((".", "is a folder"), ("pipe", "no ordinary file"), ("a/b", "no folder")):
        result = reported(file, "--html", str(tmp_path / place))
        assert (result.exit_code, said in result.stderr) == (2, True)
    assert stat.S_ISFIFO((tmp_path / "pipe").stat().st_mode)


def test_a_page_that_cannot_be_made_leaves_the_old_one(tmp_path):
    page = tmp_path / "report.html"
    page.write_text("old")
    assert reported(tmp_path / "nothing", "--html", str(page)).exit_code == 2
    assert page.read_text() == "old"


def test_without_the_extra_it_is_said_how_to_install_it(file, monkeypatch):
    monkeypatch.setitem(sys.modules, "duckdb_kql", None)
    result = reported(file)
    assert (result.exit_code, result.stderr) == (
        2,
        "This takes duckdb-kql, which is not installed.\n"
        "From the checkout: pipx install --force '.[report]'.\n",
    )
