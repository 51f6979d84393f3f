"""What a promotion adds to the SDK calls that somebody would otherwise make in a script."""

import io
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.figure import Figure
from local import taxi
from local.cloud import ROOT, LocalCloud
from local.data_scientist import DataScientist
from local.observing import ENDPOINT, Observer, ends

RUNS = 5
LIMIT_SECONDS = 1.0
DEPLOY = ROOT / "examples/taxi-fare/deploy"


def figures() -> Iterator[Figure]:
    """The same versions promoted by the service and by a plain script, in turns."""
    with tempfile.TemporaryDirectory() as directory, LocalCloud(Path(directory)) as cloud:
        # The SDK's own waits are 5 and 30 s; Azure can shorten them, so the stand-in does.
        cloud.control.put("/_emulator/clock", json={"retry_after": 0.05})
        scientist, observer = DataScientist(cloud.info), Observer(cloud)
        script = _Script(scientist)
        service, plain = [], []
        for run in range(RUNS + 1):
            service.append(_promoted(scientist, observer))
            version = scientist.register(taxi.GOOD, "bus-model")
            plain.append(_seconds(partial(script.promote, "bus-model", version)))
            if run == 0:  # the first pays for loading the SDK
                service.clear()
                plain.clear()
    ours, theirs = statistics.median(service), statistics.median(plain)
    yield Figure(
        "a promotion, operations instant",
        f"{ours:.2f} s",
        f"{theirs:.2f} s for the same SDK calls in a row",
        f"{LIMIT_SECONDS:g} s more",
        ours - theirs <= LIMIT_SECONDS,
    )


def _promoted(scientist: DataScientist, observer: Observer) -> float:
    after = observer.recorded()
    started = time.perf_counter()
    version = scientist.register(taxi.GOOD)
    observer.wait_for(ends(version), after=after)
    return time.perf_counter() - started


def _seconds(work: Callable[[], None]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


class _Script:
    """What a team's script does: read, share, deploy, ask, shift."""

    def __init__(self, scientist: DataScientist) -> None:
        self._dev, self._prod = scientist.client("dev"), scientist.client("prod")

    def promote(self, model: str, version: str) -> None:
        from azure.ai.ml import load_online_deployment, load_online_endpoint

        found = self._dev.models.get(model, version)
        self._dev.jobs.get(found.job_name)
        self._dev.models.share(
            model,
            version,
            share_with_name=model,
            share_with_version=version,
            registry_name=taxi.REGISTRY,
        )
        endpoint = load_online_endpoint(DEPLOY / "online-endpoint.yml")
        endpoint.name = f"{ENDPOINT}-script"
        self._prod.online_endpoints.begin_create_or_update(endpoint).result()
        deployment = load_online_deployment(
            io.StringIO((DEPLOY / "online-deployment.yml").read_text()),
            params_override=[
                {"name": f"{model}-{version}"},
                {"endpoint_name": endpoint.name},
                {
                    "model": f"azureml://registries/{taxi.REGISTRY}/models/{model}/versions/{version}"
                },
            ],
        )
        self._prod.online_deployments.begin_create_or_update(deployment).result()
        self._ask_and_shift(endpoint.name, deployment.name)

    def _ask_and_shift(self, name: str, deployment: str) -> None:
        request = str(DEPLOY / "sample-request.json")
        self._prod.online_endpoints.invoke(name, request_file=request, deployment_name=deployment)
        endpoint: Any = self._prod.online_endpoints.get(name)
        endpoint.traffic = {deployment: 100}
        self._prod.online_endpoints.begin_create_or_update(endpoint).result()
