import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit.builders import DEV, TAXI_7, a_cloud_event, an_event

from promotion.core.events import Ignored, ModelRegistered, read_event


def read(event: object) -> ModelRegistered | Ignored:
    return read_event(json.dumps(event))


def ignored(event: object) -> str:
    found = read(event)
    assert isinstance(found, Ignored)
    return found.reason


@pytest.mark.parametrize("event", [an_event(), a_cloud_event()])
def test_both_schemas_say_the_same(event):
    found = read(event)
    assert isinstance(found, ModelRegistered)
    assert (found.event_id, found.workspace_id, found.model) == ("e-1", DEV.arm_id, TAXI_7)


@pytest.mark.parametrize(
    "data",
    [
        {"modelName": "taxi-model", "modelVersion": 7},
        {"ModelName": "taxi-model", "ModelVersion": "7"},
        {"modelName": "taxi-model", "modelVersion": "7", "modelTags": None, "new": [1]},
    ],
)
def test_every_documented_form_of_the_data_is_read(data):
    assert read(an_event(data=data)).model == TAXI_7


def test_a_source_that_goes_on_after_the_workspace_is_cut_to_the_workspace():
    assert read(a_cloud_event(source=DEV.arm_id + "/models/x")).workspace_id == DEV.arm_id


@pytest.mark.parametrize("time", ["yesterday", None, 3, {}])
def test_a_time_that_cannot_be_read_loses_no_event(time):
    assert read(an_event(eventTime=time)).model == TAXI_7


@pytest.mark.parametrize("version", [1.0, True, None, "", "1/2", [7]])
def test_a_version_that_azure_ml_would_not_give_is_ignored(version):
    assert "ersion" in ignored(an_event(data={"modelName": "m", "modelVersion": version}))


def test_a_version_that_is_not_a_number_of_json_is_ignored():
    text = json.dumps(an_event()).replace('"modelVersion": "7"', '"modelVersion": NaN')
    assert isinstance(read_event(text), Ignored)


def test_another_event_type_is_ignored_and_named():
    reason = ignored(an_event(eventType="Microsoft.MachineLearningServices.RunCompleted"))
    assert "RunCompleted" in reason


def test_a_source_that_is_no_workspace_is_ignored():
    assert "not the id of a workspace" in ignored(an_event(topic="/subscriptions/x"))


@pytest.mark.parametrize("name", ["", "../../etc", "a b", "x" * 300, "a/b", None, {"a": 1}])
def test_a_name_that_azure_ml_would_not_give_is_ignored(name):
    data = {"modelName": name, "modelVersion": "7"}
    assert "modelName" in ignored(an_event(data=data))


@pytest.mark.parametrize("text", ["", "{", "[" * 100_000, "[]", "null", '"x"', "{}", '{"id": 3}'])
def test_what_is_not_an_event_is_ignored_with_a_reason(text):
    found = read_event(text)
    assert isinstance(found, Ignored)
    assert found.reason


def test_an_oversized_event_is_ignored():
    assert "larger than" in ignored(an_event(subject="x" * 1_100_000))


@given(st.recursive(st.none() | st.booleans() | st.floats() | st.text(), st.lists))
def test_no_data_makes_reading_fail(data):
    read_event(json.dumps(an_event(data=data)))
