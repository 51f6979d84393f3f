import json
import logging
from datetime import timedelta

import pytest
from unit.builders import a_promotion

from promotion import audit
from promotion.core.errors import Failure

CONTEXT = a_promotion().context


@pytest.fixture
def rows(tmp_path, monkeypatch):
    monkeypatch.setenv("PROMOTION_AUDIT_FILE", str(tmp_path / "deep" / "audit.jsonl"))

    def read() -> list[dict]:
        return [json.loads(line) for line in (tmp_path / "deep" / "audit.jsonl").open()]

    return read


def test_a_record_is_a_row_of_app_events(rows):
    audit.emit("copied", CONTEXT, measurements={"duration_ms": 12.5}, registry="r")
    (row,) = rows()
    assert set(row) == {
        "TimeGenerated",
        "Name",
        "Properties",
        "Measurements",
        "OperationId",
        "AppRoleName",
    }
    assert row["Name"] == "promotion.copied"
    assert row["Measurements"] == {"duration_ms": 12.5}
    assert row["Properties"] | {"record_id": ""} == {
        "schema_version": "1",
        "promotion_id": CONTEXT.promotion_id,
        "route": "taxi",
        "model": "taxi-model",
        "version": "7",
        "source": "dev",
        "actor": "event-grid",
        "registry": "r",
        "record_id": "",
    }


def test_a_failure_gives_reason_remedy_and_code(rows):
    audit.emit("failed", CONTEXT, failure=Failure(reason="No.", remedy="Do.", code="C"))
    (row,) = rows()
    assert [row["Properties"][key] for key in ("reason", "remedy", "code")] == ["No.", "Do.", "C"]


def test_the_same_fact_has_the_same_record_id_and_another_fact_another(rows):
    audit.emit("copied", CONTEXT)
    audit.emit("copied", CONTEXT)
    audit.emit("gate_evaluated", CONTEXT, key="0")
    audit.emit("gate_evaluated", CONTEXT, key="1")
    first, again, *others = [row["Properties"]["record_id"] for row in rows()]
    assert first == again
    assert len({first, *others}) == 3


def test_values_that_are_no_texts_become_json_and_none_is_left_out(rows):
    audit.emit("deployed", CONTEXT, after={"a": 100}, endpoint=None)
    (row,) = rows()
    assert row["Properties"]["after"] == '{"a": 100}'
    assert "endpoint" not in row["Properties"]


def test_a_value_is_cut_where_application_insights_cuts_it(rows):
    audit.emit("ignored", reason="x" * 10_000)
    assert len(rows()[0]["Properties"]["reason"]) == 8_192


def test_numbers_that_json_does_not_have_are_left_out(rows):
    audit.emit("gate_evaluated", CONTEXT, measurements={"observed": float("inf"), "ms": 1})
    assert rows()[0]["Measurements"] == {"ms": 1}


def test_the_log_record_is_a_custom_event_for_azure_monitor(caplog):
    with caplog.at_level(logging.INFO, logger="promotion.audit"):
        audit.emit("succeeded", CONTEXT, measurements={"duration_ms": 1})
    (record,) = caplog.records
    attributes = vars(record)
    assert attributes["microsoft.custom_event.name"] == "promotion.succeeded"
    assert json.loads(attributes["microsoft.custom_measurements"]) == {"duration_ms": 1}
    assert attributes["promotion_id"] == CONTEXT.promotion_id


def test_durations_are_milliseconds():
    assert audit.milliseconds(timedelta(seconds=1.5)) == 1500.0


def test_a_file_that_cannot_be_written_stops_nothing(tmp_path, monkeypatch, caplog):
    (tmp_path / "audit.jsonl").mkdir()
    monkeypatch.setenv("PROMOTION_AUDIT_FILE", str(tmp_path / "audit.jsonl"))
    audit.emit("copied", CONTEXT)
    assert "cannot be written" in caplog.text


def test_text_that_no_encoding_has_is_written_all_the_same(rows):
    audit.emit("ignored", reason="lone surrogate \ud800")
    assert rows()[0]["Properties"]["reason"] == "lone surrogate ?"
