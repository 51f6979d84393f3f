"""MLflow runs: what they logged, and which runs they belong to."""

import re
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import lru_cache, partial
from typing import Any, Final

from promotion.azureml import access
from promotion.azureml.errors import Role, azure_errors
from promotion.azureml.reading import entries, look, mapping, moment, number, whole
from promotion.core.candidate import Metric
from promotion.core.references import WorkspaceRef
from promotion.core.value import Value

_WORKSPACE_API: Final = "2023-08-01-preview"
_NAME: Final = re.compile(r"(?!\.+$)[\w.-]{1,256}")
"""Names of runs become parts of addresses, and some come from what a team wrote on its model."""
_MLFLOW: Final = "/mlflow/v1.0"


class Run(Value):
    """What an MLflow run logged; a run that cannot be found has logged nothing."""

    name: str
    ended_at: datetime | None = None
    metrics: dict[str, Metric] = {}
    params: dict[str, str] = {}
    around: tuple[str, ...] = ()
    """The runs that it is a step of, the nearest first; the last one is what was submitted."""


def read_run(source: WorkspaceRef, name: str) -> Run:
    """What the run logged, with the last value of each metric."""
    with azure_errors(f"read the metrics of the run {name}", Role.READ_SOURCE):
        base = tracking_url(source)
        url = f"{base}/api/2.0/mlflow/runs/get"
        found = look(url, {"run_id": name}) if base and is_run(name) else None
    logged = mapping((found or {}).get("run"))
    data = mapping(logged.get("data"))
    tags = _texts(data.get("tags"))
    return Run(
        name=name,
        ended_at=moment(mapping(logged.get("info")).get("end_time")),
        metrics=_metrics(name, data.get("metrics")),
        params=_texts(data.get("params")),
        around=outer(name, tags.get("mlflow.parentRunId"), tags.get("mlflow.rootRunId")),
    )


def read_runs(source: WorkspaceRef, names: Iterable[str]) -> tuple[Run, ...]:
    """Several runs at the same time."""
    listed = tuple(names)
    if not listed:
        return ()
    with ThreadPoolExecutor(len(listed)) as pool:
        return tuple(pool.map(partial(read_run, source), listed))


def metrics_of(runs: Iterable[Run]) -> dict[str, Metric]:
    """The metrics of the first of ``runs``, and of each other what those before it have not."""
    return {name: one for run in _last_first(runs) for name, one in run.metrics.items()}


def params_of(runs: Iterable[Run]) -> dict[str, str]:
    """The parameters, in the same way."""
    return {name: one for run in _last_first(runs) for name, one in run.params.items()}


def outer(name: str, *around: str | None) -> tuple[str, ...]:
    """Which of the runs ``around`` are others than ``name``; a run at the top is its own root."""
    return tuple(dict.fromkeys(one for one in around if one and one != name and is_run(one)))


def is_run(name: str) -> bool:
    """Whether ``name`` can be the name of a run or a job."""
    return _NAME.fullmatch(name) is not None


def tracking_url(source: WorkspaceRef) -> str:
    """Base URL of the workspace's MLflow; empty when it has none. Asked for once a process."""
    # What is cached must not survive a change of the cloud, as tests make it.
    return _tracking_url(source, access.resource_manager())


def service_url(source: WorkspaceRef, service: str) -> str:
    """Base URL of another service on the host of the workspace's MLflow: ``history/v1.0``."""
    host, found, workspace = tracking_url(source).partition(_MLFLOW)
    return f"{host}/{service}{workspace}" if found else ""


@lru_cache(maxsize=256)
def _tracking_url(source: WorkspaceRef, resource_manager: str) -> str:
    url = resource_manager + source.arm_id.lstrip("/")
    with azure_errors(f"read the workspace {source.name}", Role.READ_SOURCE):
        found = access.request("GET", url, params={"api-version": _WORKSPACE_API}).json()
    uri = str(mapping(found.get("properties")).get("mlFlowTrackingUri") or "").rstrip("/?")
    return uri.replace("azureml://", "https://", 1)


def _metrics(run: str, metrics: Any) -> dict[str, Metric]:
    # MLflow's runs/get gives of each metric the value of the highest step.
    return {
        metric["key"]: Metric(value=value, step=whole(metric.get("step")), run=run)
        for metric in entries(metrics)
        if (value := number(metric.get("value"))) is not None
    }


def _texts(listed: Any) -> dict[str, str]:
    # An empty value may be left out.
    return {
        entry["key"]: "" if (value := entry.get("value")) is None else str(value)
        for entry in entries(listed)
    }


def _last_first(runs: Iterable[Run]) -> tuple[Run, ...]:
    return tuple(reversed(tuple(runs)))
