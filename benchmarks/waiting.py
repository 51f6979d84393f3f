"""What promotions cost that wait for an approval."""

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import httpx

from benchmarks.figure import Figure
from local import taxi
from local.cloud import LocalCloud
from promotion.core.events import ModelRegistered
from promotion.core.planning import plan_promotion
from promotion.core.policy.reading import read_policy
from promotion.core.references import ModelVersion
from promotion.core.steps.orchestrations import StageOrder
from promotion.core.timing import Timing
from promotion.core.waits.decision import Origin

COUNT = 500
LIMIT_MB = 50
_LONGEST = 120
"""Seconds until all of them must wait."""
_POLICY = f"""\
version: 1
workspaces:
  dev: {{subscription: {taxi.SUBSCRIPTION}, resource_group: rg-mlops-dev, name: mlw-mlops-dev}}
  prod: {{subscription: {taxi.SUBSCRIPTION}, resource_group: rg-mlops-prod, name: mlw-mlops-prod}}
registry: mlops-registry
routes:
  waiting:
    from: dev
    models: [model-*]
    stages:
      - name: prod
        workspace: prod
        gates: [{{kind: approval, by: [bob@contoso.com]}}]
        register: {{}}
"""


def figures() -> Iterator[Figure]:
    """Stages that wait for an approval, in the host, its worker and the durable engine."""
    with (
        tempfile.TemporaryDirectory() as directory,
        LocalCloud(Path(directory)) as cloud,
        httpx.Client(params={"code": cloud.info["durable_key"]}, timeout=60) as client,
    ):
        _wait(client, cloud, range(COUNT, COUNT + 5))  # everything is loaded
        before = _megabytes(directory)
        _wait(client, cloud, range(COUNT))
        grown = _megabytes(directory) - before
    yield Figure(
        f"{COUNT} promotions that wait for an approval",
        f"{grown:.0f} MB",
        f"{before:.0f} MB before",
        f"{LIMIT_MB} MB",
        grown <= LIMIT_MB,
    )


def _wait(client: httpx.Client, cloud: LocalCloud, numbers: range) -> None:
    """That many more stages wait."""
    url = cloud.info["durable_url"]
    records = _waiting(cloud)
    for number in numbers:
        order = _order(f"model-{number}")
        name = order.context.promotion_id
        client.post(f"{url}/orchestrators/stage/{name}", json=order.to_json(whole=True))
    deadline = time.monotonic() + _LONGEST
    while _waiting(cloud) - records < len(numbers):
        if time.monotonic() > deadline:
            raise TimeoutError(f"{_waiting(cloud) - records} of {len(numbers)} wait")
        time.sleep(0.2)


def _waiting(cloud: LocalCloud) -> int:
    return sum(row["Name"] == "promotion.approval_requested" for row in cloud.audit())


def _order(model: str) -> StageOrder:
    document = read_policy(_POLICY, name="promotion.yaml", settings={}, read_file=lambda _: "")
    registered = ModelRegistered(
        event_id=model,
        workspace_id=taxi.workspace_id(taxi.DEV),
        model=ModelVersion(name=model, version="1"),
    )
    promotion = plan_promotion(document, "waiting", registered, Timing())
    return StageOrder(
        context=promotion.context.model_copy(update={"stage": "prod"}),
        plan=promotion.plan,
        asset_id="azureml://the-copy",
        origin=Origin(),
    )


def _megabytes(directory: str) -> float:
    """Memory of the function app in that directory: the host, its worker and the durable engine."""
    found = 0
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_bytes()
            if b"local.host" not in command or directory.encode() not in command:
                continue
            rollup = (process / "smaps_rollup").read_text()
        except OSError:
            continue
        found += next(int(line.split()[1]) for line in rollup.splitlines() if "Pss:" in line)
    return found / 1024
