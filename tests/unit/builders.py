"""Builders for tests: what a test does not say does not matter to it."""

import json
from datetime import UTC, datetime
from typing import Any

from promotion.core.candidate import Candidate, Job, Metric
from promotion.core.events import ModelRegistered, read_event
from promotion.core.plan import Promotion
from promotion.core.planning import plan_promotion
from promotion.core.policy.document import PolicyDocument
from promotion.core.policy.reading import read_policy
from promotion.core.references import ModelVersion, WorkspaceRef
from promotion.core.timing import Timing

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
DEV = WorkspaceRef(subscription="s-dev", resource_group="rg-dev", name="dev-ws")
PROD = WorkspaceRef(subscription="s-prod", resource_group="rg-prod", name="prod-ws")
TAXI_7 = ModelVersion(name="taxi-model", version="7")


def some_metrics(**values: float) -> dict[str, Metric]:
    """Last values of the candidate's own run."""
    return {name: Metric(value=value, run="brave_fox") for name, value in values.items()}


def a_candidate(*, metrics: dict[str, float] | None = None, **known: Any) -> Candidate:
    """A candidate made by a job, with the metrics, tags and so on that the test names."""
    defaults: dict[str, Any] = {
        "source": DEV,
        "model": TAXI_7,
        "as_of": NOON,
        "run": "brave_fox",
        "job": Job(name="brave_fox", status="Completed"),
        "metrics": some_metrics(**metrics or {}),
    }
    return Candidate(**defaults | known)


def an_event(**changes: Any) -> dict[str, Any]:
    """A registration as Event Grid delivers it in its own schema."""
    return {
        "id": "e-1",
        "topic": DEV.arm_id,
        "subject": "models/taxi-model:7",
        "eventType": "Microsoft.MachineLearningServices.ModelRegistered",
        "eventTime": "2026-03-02T11:59:58.1234567Z",
        "data": {"modelName": "taxi-model", "modelVersion": "7", "modelTags": {"a": "b"}},
        "dataVersion": "2",
        "metadataVersion": "1",
    } | changes


def a_cloud_event(**changes: Any) -> dict[str, Any]:
    """The same registration as a CloudEvent."""
    return {
        "id": "e-1",
        "source": DEV.arm_id,
        "subject": "models/taxi-model:7",
        "type": "Microsoft.MachineLearningServices.ModelRegistered",
        "time": "2026-03-02T11:59:58.1234567Z",
        "specversion": "1.0",
        "data": {"modelName": "taxi-model", "modelVersion": "7"},
    } | changes


POLICY = """\
version: 1
workspaces:
  dev:  {subscription: s-dev, resource_group: rg-dev, name: dev-ws}
  prod: {subscription: s-prod, resource_group: rg-prod, name: prod-ws}
registry: the-registry
routes:
  taxi:
    from: dev
    models: [taxi-*]
    gates:
      - {kind: metric, name: rmse, at_most: 5.0}
    stages:
      - name: prod
        workspace: prod
        online:
          endpoint: endpoint.yml
          deployment: deployment.yml
          smoke_test: {request: request.json, response: response.json, tolerance: 2}
"""

FILES = {
    "endpoint.yml": "name: taxi-fare\nauth_mode: key\n",
    "deployment.yml": "name: blue\nendpoint_name: x\ninstance_type: Standard_DS3_v2\n",
    "request.json": '{"input_data": [[1, 2]]}',
    "response.json": "[10.0]",
}


def a_document(text: str = POLICY, files: dict[str, str] | None = None) -> PolicyDocument:
    """The policy above, read."""
    given = FILES | (files or {})
    return read_policy(text, name="promotion.yaml", settings={}, read_file=given.__getitem__)


def a_promotion(
    text: str = POLICY, files: dict[str, str] | None = None, **timing: float
) -> Promotion:
    """Version 7 of the taxi model on the route of the policy above."""
    registration = read_event(json.dumps(an_event()))
    assert isinstance(registration, ModelRegistered)
    return plan_promotion(a_document(text, files), "taxi", registration, Timing(**timing))
