"""What holds for every kind of gate, whatever the evidence is."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter
from unit.builders import DEV, NOON, TAXI_7

from promotion.core.candidate import Answer, Candidate, Champion, Contents, Job, Metric
from promotion.core.gates import AnyGate, Gate, judge
from promotion.core.references import ModelVersion
from promotion.core.verdict import Outcome, Verdict

WRITTEN: list[dict[str, Any]] = [
    {"kind": "metric", "name": "a", "at_most": 1.0, "unit": "m"},
    {"kind": "metric", "name": "a", "between": [0, 1], "of": "tag"},
    {"kind": "champion", "metric": "a", "better": "lower", "stage": "prod", "same_tag": "a"},
    {"kind": "champion", "metric": "a", "better": "higher", "stage": "prod", "by_percent": 5},
    {"kind": "tag", "name": "a", "matches": "[a-z]+"},
    {"kind": "property", "name": "a", "one_of": ["x", "y"]},
    {"kind": "lineage", "repository": "*", "branch": "main", "commit": True, "clean": True},
    {"kind": "format", "type": "mlflow", "signature": True, "max_size": "1MB"},
    {"kind": "format", "frameworks": {"a": ">1"}, "flavors": ["a"]},
    {"kind": "freshness", "trained_within": "30d", "data_tag": "a", "data_within": "1d"},
    {"kind": "expression", "name": "e", "expression": "metrics.a < 1.0 && model.tags.a == 'x'"},
    {
        "kind": "expression",
        "name": "c",
        "stage": "prod",
        "expression": "!champion.exists || champion.metrics.a > metrics.a",
    },
    {"kind": "http", "name": "h", "url": "https://x.contoso.com/"},
    {"kind": "python", "use": "nowhere"},
]
GATES: list[Gate] = [TypeAdapter(AnyGate).validate_python(written) for written in WRITTEN]
QUESTION = next(gate.question for gate in GATES if gate.kind == "http")

texts = st.dictionaries(st.sampled_from(["a", "b"]), st.text(max_size=20), max_size=2)
metrics = st.dictionaries(
    st.sampled_from(["a", "b"]),
    st.builds(Metric, value=st.floats(), run=st.sampled_from(["r", "p", None])),
    max_size=2,
)
moments = st.none() | st.datetimes(
    min_value=datetime(2000, 1, 1),  # noqa: DTZ001
    max_value=datetime(2100, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)
models = st.builds(ModelVersion, name=st.just("m"), version=st.sampled_from(["1", "7", "x"]))
candidates = st.builds(
    Candidate,
    source=st.just(DEV),
    model=st.just(TAXI_7) | models,
    as_of=st.just(NOON),
    type=st.none() | st.sampled_from(["mlflow_model", "custom_model", "?"]),
    tags=texts,
    properties=texts,
    registered_by=st.none() | st.text(max_size=10),
    contents=st.builds(
        Contents,
        flavors=st.none() | st.dictionaries(st.just("a"), st.none() | st.text(max_size=5)),
        signature=st.none() | st.booleans(),
        size=st.none() | st.integers(0, 10**10),
    ),
    run=st.none() | st.just("r"),
    job=st.none()
    | st.builds(
        Job,
        name=st.just("r"),
        status=st.none() | st.sampled_from(["Completed", "Failed", "Running"]),
        properties=texts,
    ),
    trained_at=moments,
    metrics=metrics,
    params=texts,
    champions=st.dictionaries(
        st.just("prod"),
        st.none()
        | st.builds(
            Champion,
            deployment=st.just("d"),
            model=st.none() | models,
            metrics=metrics,
            tags=texts,
            trouble=st.none() | st.just("It is not known."),
        ),
    ),
    answers=st.dictionaries(
        st.just(QUESTION),
        st.builds(
            Answer,
            passed=st.none() | st.booleans(),
            reason=st.just("The service says so."),
            broken=st.booleans(),
        ),
    ),
)


def test_every_kind_is_here():
    assert {gate.kind for gate in GATES} == Gate.kinds.keys() - {"broken"}


@pytest.mark.parametrize("gate", GATES, ids=lambda gate: gate.label)
@settings(max_examples=40)
@given(candidate=candidates)
def test_a_gate_always_gives_one_of_four_answers_with_a_whole_sentence(gate, candidate):
    verdict = gate.evaluate(candidate)
    assert verdict.outcome in Outcome
    assert verdict.reason.rstrip("'\"”").endswith((".", "…"))
    if gate.kind != "python":
        assert (
            verdict.outcome is not Outcome.ERROR or "could not be evaluated" not in verdict.reason
        )


@pytest.mark.parametrize("gate", GATES, ids=lambda gate: gate.label)
@settings(max_examples=40)
@given(candidate=candidates)
def test_the_same_evidence_always_gives_the_same_verdict_and_it_travels(gate, candidate):
    verdict = gate.evaluate(candidate)
    assert gate.evaluate(candidate) == verdict
    sent = json.dumps(verdict.to_json(), allow_nan=False)
    assert Verdict.model_validate(json.loads(sent)) == verdict


@settings(max_examples=40)
@given(candidate=candidates, order=st.permutations(GATES))
def test_the_order_of_the_gates_does_not_matter(candidate, order):
    judgement, other = judge(candidate, GATES), judge(candidate, order)
    assert (judgement.passed, judgement.waits) == (other.passed, other.waits)
    assert sorted(map(str, judgement.verdicts)) == sorted(map(str, other.verdicts))
