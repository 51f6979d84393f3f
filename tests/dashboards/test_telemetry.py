"""Audit records on their way to Application Insights, through Microsoft's own exporter."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from dashboards.ingestion import Ingestion
from dashboards.workspace import Workspace, all_recorded, documented

ROOT = Path(__file__).parents[2]
LONG = "x" * 10_000
STRANGE = "naïve 🚕 \u202e\n\t\x00 \\ \" ' {0} %s"
EDGES = [LONG, "ü" * 9_000, STRANGE, "lone surrogate \ud800"]
NUMBERS = {"nan": float("nan"), "infinite": float("inf"), "whole": 7, "part": 0.25}


@dataclass
class Sent:
    """What was written, and what came."""

    trace: str
    written: list[dict[str, Any]]
    came: list[dict[str, Any]]
    spans: int


def send(rows, folder: Path, ending: str = "exit", *, sampled: bool = True) -> Sent:
    """Let another process write the rows."""
    with Ingestion() as ingestion:
        environment = {
            **{name: text for name, text in os.environ.items() if not name.startswith("OTEL_")},
            "APPLICATIONINSIGHTS_CONNECTION_STRING": ingestion.connection_string,
            "PROMOTION_AUDIT_FILE": str(folder / "audit.jsonl"),
            "TMPDIR": str(folder),
            # Of a hundred spans none is kept: the default keeps five a second.
            "OTEL_TRACES_SAMPLER": "microsoft.fixed_percentage",
            "OTEL_TRACES_SAMPLER_ARG": "0" if sampled else "1",
            # Nothing to Microsoft's own statistics and settings from a test.
            "APPLICATIONINSIGHTS_STATSBEAT_DISABLED_ALL": "true",
            "APPLICATIONINSIGHTS_CONTROLPLANE_DISABLED": "true",
            "PYTHONPATH": str(ROOT),
        }
        done = subprocess.run(
            [sys.executable, str(Path(__file__).with_name("sender.py")), ending],
            input="".join(json.dumps(row) + "\n" for row in rows),
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == (1 if ending == "kill" else 0), done.stderr
        lines = (folder / "audit.jsonl").read_text(encoding="utf-8").splitlines()
        written = [json.loads(line) for line in lines]
        spans = ingestion.count("RemoteDependencyData")
        return Sent(done.stdout.strip(), written, ingestion.events(), spans)


def rows_of_every_kind() -> list[dict[str, Any]]:
    told = list(all_recorded())
    unheard = documented() - {row["Name"] for row in told}
    by_hand = [(name, "No.") for name in sorted(unheard)]
    by_hand += [("promotion.ignored", reason) for reason in EDGES]
    return told + [
        {"Name": name, "Properties": {"reason": reason}, "Measurements": NUMBERS}
        for name, reason in by_hand
    ]


@pytest.fixture(scope="module")
def sent(tmp_path_factory):
    return send(rows_of_every_kind(), tmp_path_factory.mktemp("telemetry"))


def test_every_record_comes_once_and_in_order(sent):
    written = [row["Properties"]["record_id"] for row in sent.written]
    assert [one["data"]["baseData"]["properties"]["record_id"] for one in sent.came] == written
    assert len(written) == len(rows_of_every_kind())


def test_there_is_a_record_of_every_kind_that_the_reference_has(sent):
    assert documented() <= {one["data"]["baseData"]["name"] for one in sent.came}


def test_names_properties_and_measurements_are_those_of_the_local_file(sent):
    for row, one in zip(sent.written, sent.came, strict=True):
        came = one["data"]["baseData"]
        assert came["name"] == row["Name"]
        assert came["properties"].pop("logger_name", "promotion.audit") == "promotion.audit"
        assert came["properties"] == row["Properties"]
        assert came.get("measurements", {}) == row["Measurements"]


def test_the_time_is_when_it_was_written(sent):
    for row, one in zip(sent.written, sent.came, strict=True):
        late = datetime.fromisoformat(row["TimeGenerated"]) - datetime.fromisoformat(one["time"])
        assert abs(late) < timedelta(seconds=0.5)


def test_nothing_is_sampled_though_the_span_around_it_is(sent, tmp_path):
    assert sent.spans == 0
    assert {one.get("sampleRate") for one in sent.came} <= {None, 100.0}
    assert send(all_recorded()[:1], tmp_path, sampled=False).spans == 1


def test_a_record_belongs_to_the_trace_in_which_it_was_written(sent):
    assert {one["tags"]["ai.operation.id"] for one in sent.came} == {sent.trace}


def test_long_and_strange_values_come_as_they_are_written_locally(sent):
    reasons = [row["Properties"]["reason"] for row in sent.written[-4:]]
    assert reasons == [LONG[:8192], "ü" * 8192, STRANGE, "lone surrogate ?"]
    came = [one["data"]["baseData"]["properties"]["reason"] for one in sent.came[-4:]]
    assert came == reasons


def test_numbers_that_json_does_not_have_are_left_out(sent):
    assert sent.came[-1]["data"]["baseData"]["measurements"] == {"whole": 7, "part": 0.25}


def test_queries_answer_the_same_about_what_came_as_about_the_local_file(sent):
    local, far = Workspace(sent.written), Workspace(map(as_row, sent.came))
    for name in ("promotions-by-outcome", "refusals", "failures", "what-serves", "decisions"):
        assert [_timeless(row) for row in far.ask(name)] == [
            _timeless(row) for row in local.ask(name)
        ]


def as_row(envelope: dict[str, Any]) -> dict[str, Any]:
    """The row of AppEvents that an envelope becomes."""
    came = envelope["data"]["baseData"]
    return {
        "TimeGenerated": envelope["time"].removesuffix("Z"),
        "Name": came["name"],
        "Properties": came["properties"],
        "Measurements": came.get("measurements", {}),
    }


def _timeless(row):
    return {key: value for key, value in row.items() if not isinstance(value, datetime)}


def test_a_process_that_is_killed_loses_what_it_wrote_last(tmp_path):
    """The reference says so. When this fails it has become better: then the reference may, too."""
    sent = send(all_recorded()[:3], tmp_path, ending="kill")
    assert len(sent.written) == 3
    assert sent.came == []
