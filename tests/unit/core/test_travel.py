"""What travels between orchestrators and activities arrives as it was."""

import json
import math

import pytest
from unit.builders import POLICY, a_candidate, a_promotion

from promotion.core.candidate import Candidate
from promotion.core.gates import Gate
from promotion.core.plan import Promotion
from promotion.core.waits import Wait

GATES = """
      - {kind: freshness, trained_within: 30d12h}
      - {kind: expression, name: rule, expression: metrics.rmse < 5.0}
      - {kind: http, name: fair, url: 'https://x.contoso.com/', timeout: 10s}
      - {kind: lineage, branch: main}
      - {kind: tag, name: owner}
      - {kind: property, name: framework}
      - {kind: champion, metric: rmse, better: lower}
      - {kind: format, max_size: 500MB}
"""
WAITS = """
        gates:
          - {kind: approval, time_limit: 3d}
          - kind: window
            hours: 09:00-17:00
            freeze: [{from: 2026-12-19, until: 2027-01-03, reason: x}]
          - {kind: soak, stage: qa, for: 2h}
"""
EVERYTHING = POLICY.replace("\nregistry:", "\nhosts: [x.contoso.com]\nregistry:").replace(
    "\n    stages:", GATES.rstrip() + "\n    stages:"
)


@pytest.mark.parametrize("whole", [True, False])
def test_a_promotion_with_every_kind_of_gate_arrives_as_it_was(whole):
    qa = EVERYTHING[EVERYTHING.index("      - name: prod") :].replace("prod\n", "qa\n", 1)
    both = EVERYTHING.replace("      - name: prod", qa + "      - name: prod", 1)
    both = both.replace("champion,", "champion, stage: prod,")
    text = both[::-1].replace(
        "\n        online:"[::-1], (WAITS.rstrip() + "\n        online:")[::-1], 1
    )
    promotion = a_promotion(text[::-1])
    asked = {gate.kind for gate in promotion.plan.all_gates}
    waits = {wait.kind for stage in promotion.plan.stages for wait in stage.waits}
    assert asked | {"python"} == Gate.kinds.keys() - {"broken"}
    assert waits == Wait.kinds.keys()
    sent = json.dumps(promotion.to_json(whole=whole), allow_nan=False)
    assert Promotion.model_validate(json.loads(sent)) == promotion


def test_figures_that_json_does_not_have_arrive_too():
    candidate = a_candidate(metrics={"a": math.inf, "b": math.nan})
    sent = json.dumps(candidate.to_json(), allow_nan=False)
    arrived = Candidate.model_validate(json.loads(sent))
    assert arrived.metrics["a"].value == math.inf
    assert math.isnan(arrived.metrics["b"].value)
