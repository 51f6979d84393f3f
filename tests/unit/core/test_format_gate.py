import pytest
from pydantic import ValidationError
from unit.builders import a_candidate

from promotion.core.candidate import Contents
from promotion.core.gates.format import FormatGate
from promotion.core.verdict import Outcome

SKLEARN = Contents(
    flavors={"python_function": None, "sklearn": "1.7.2"},
    python="3.13.0",
    signature=True,
    size=12_000_000,
)


def asked(contents: Contents = SKLEARN, of_type: str | None = "mlflow_model", **wishes):
    gate = FormatGate(kind="format", **wishes)
    return gate.evaluate(a_candidate(type=of_type, contents=contents))


@pytest.mark.parametrize(
    ("wishes", "outcome"),
    [
        ({"type": "mlflow"}, Outcome.PASSED),
        ({"type": ["custom", "mlflow"]}, Outcome.PASSED),
        ({"type": "triton"}, Outcome.FAILED),
        ({"signature": True}, Outcome.PASSED),
        ({"flavors": ["sklearn", "python_function"]}, Outcome.PASSED),
        ({"flavors": ["sklearn", "onnx"]}, Outcome.FAILED),
        ({"frameworks": {"sklearn": ">=1.4,<2"}}, Outcome.PASSED),
        ({"frameworks": {"sklearn": ">=1.8"}}, Outcome.FAILED),
        ({"frameworks": {"python": "==3.13.*"}}, Outcome.PASSED),
        ({"frameworks": {"python": "3.13.*"}}, Outcome.PASSED),
        ({"frameworks": {"python": "3.12.*"}}, Outcome.FAILED),
        ({"frameworks": {"sklearn": "1.7.2"}}, Outcome.PASSED),
        ({"frameworks": {"xgboost": ">=1"}}, Outcome.INCONCLUSIVE),
        ({"max_size": "12MB"}, Outcome.PASSED),
        ({"max_size": "11.9MB"}, Outcome.FAILED),
        ({"max_size": "11MiB"}, Outcome.FAILED),
    ],
)
def test_each_wish(wishes, outcome):
    assert asked(**wishes).outcome is outcome


@pytest.mark.parametrize(
    "wishes",
    [{"signature": True}, {"flavors": ["x"]}, {"frameworks": {"x": ">1"}}, {"max_size": "1MB"}],
)
def test_what_is_not_known_is_inconclusive(wishes):
    assert asked(Contents(), **wishes).outcome is Outcome.INCONCLUSIVE
    assert asked(of_type=None, type="mlflow").outcome is Outcome.INCONCLUSIVE


def test_a_model_without_a_signature_fails_with_what_to_do():
    verdict = asked(Contents(signature=False), signature=True)
    assert verdict.outcome is Outcome.FAILED
    assert "signature=" in verdict.remedy


def test_everything_that_is_wrong_is_said_at_once():
    verdict = asked(type="triton", max_size="1MB", flavors=["onnx"])
    assert "of type mlflow" in verdict.reason
    assert "no flavor onnx; it has python_function, sklearn" in verdict.reason
    assert "The model has 12 MB; it may have 1 MB." in verdict.reason
    assert verdict.change.what == "type"


@pytest.mark.parametrize("version", ["1.8.0rc1", "2.0.dev1"])
def test_a_pre_release_is_the_version_that_it_is(version):
    contents = Contents(flavors={"sklearn": version})
    assert asked(contents, frameworks={"sklearn": ">=1.8.0rc1"}).outcome is Outcome.PASSED


def test_a_version_that_is_none_is_inconclusive():
    contents = Contents(flavors={"sklearn": "yesterday's"})
    assert asked(contents, frameworks={"sklearn": ">1"}).outcome is Outcome.INCONCLUSIVE


@pytest.mark.parametrize(
    ("wishes", "message"),
    [
        ({}, "needs one of"),
        ({"max_size": 500}, "guess the unit"),
        ({"max_size": "0MB"}, "greater than 0"),
        ({"max_size": "large"}, "expected a size"),
        ({"frameworks": {"sklearn": "new"}}, "no range of versions"),
        ({"type": "pickle"}, "mlflow"),
    ],
)
def test_a_wish_that_cannot_be_meant_is_refused(wishes, message):
    with pytest.raises(ValidationError, match=message):
        FormatGate(kind="format", **wishes)
