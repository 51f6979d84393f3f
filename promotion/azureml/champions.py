"""What stages serve now, with the evidence that gates compare a candidate with."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, Final

from promotion.azureml import access
from promotion.azureml.batch_deployments import find_batch_deployment
from promotion.azureml.batch_endpoints import default_of, find_batch_endpoint
from promotion.azureml.deployments import find_deployment
from promotion.azureml.endpoints import find_endpoint, weights
from promotion.azureml.errors import Role, azure_errors
from promotion.azureml.reading import texts
from promotion.azureml.runs import metrics_of, params_of, read_run, read_runs
from promotion.azureml.served import served_by
from promotion.azureml.versions import NOT_FOUND, read_version, run_of
from promotion.core.candidate import Candidate, Champion
from promotion.core.errors import Terminal
from promotion.core.references import ModelVersion
from promotion.core.ways.base import Target

_AT_ONCE: Final = 4

type Evidence = dict[str, Any]
"""Fields of a Champion."""


def with_champions(
    candidate: Candidate, targets: Mapping[str, Target], source_name: str | None = None
) -> Candidate:
    """``candidate`` with what serves at the target of each stage now.

    ``source_name`` is what the policy calls the candidate's workspace: a version that was
    promoted from another one has its evidence there, and must not get that of a namesake here.
    """
    if not targets:
        return candidate
    access.quieten()  # loads the SDK, which two threads had better not do at once
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        look = partial(_champion, candidate, source_name)
        found = dict(zip(targets, pool.map(look, targets.values()), strict=True))
        # Stages often serve the same version; it is read once.
        versions = {champion.model for champion in found.values() if champion and champion.model}
        seen = pool.map(partial(_evidence, candidate), versions)
        evidence = dict(zip(versions, seen, strict=True))
    champions = {
        stage: champion.model_copy(update=evidence[champion.model])
        if champion and champion.model
        else champion
        for stage, champion in found.items()
    }
    return candidate.model_copy(update={"champions": candidate.champions | champions})


def _champion(candidate: Candidate, source_name: str | None, target: Target) -> Champion | None:
    """The deployment that serves and its version; None if nothing does."""
    with azure_errors(f"look at what {target.endpoint} serves", Role.DEPLOY):
        name, deployment = _serving(target)
    if name is None:
        return None
    if deployment is None:
        gone = f"The deployment {name} of {target.endpoint} was deleted a moment ago."
        return Champion(deployment=name, trouble=gone)
    model, trouble = served_by(deployment, target, candidate.source, source_name)
    return Champion(deployment=name, model=model, trouble=trouble)


def _serving(target: Target) -> tuple[str | None, Any]:
    """The deployment with most of the traffic, or the default one of a batch endpoint."""
    client = access.workspace_client(target.workspace)
    endpoint = find_endpoint(client, target.endpoint)
    if endpoint is None:
        # Endpoints of both kinds share their names, so there is no other of this name.
        batch = find_batch_endpoint(client, target.endpoint)
        default = default_of(batch) if batch is not None else None
        return default, find_batch_deployment(client, target, default) if default else None
    traffic = weights(endpoint)
    if not traffic:
        return None, None
    name = min(traffic, key=lambda name: (-traffic[name], name))
    return name, find_deployment(client, target, name)


def _evidence(candidate: Candidate, model: ModelVersion) -> Evidence:
    """What is known of ``model`` in the candidate's source workspace."""
    if model == candidate.model:
        return {
            "metrics": candidate.metrics,
            "params": candidate.params,
            "tags": candidate.tags,
        }
    try:
        version = read_version(candidate.source, model)
    except Terminal as error:
        if error.failure.code != NOT_FOUND:
            raise
        return {"trouble": f"{model} is no longer in the workspace {candidate.source.name}."}
    name = run_of(version)
    run = read_run(candidate.source, name) if name else None
    runs = (run, *read_runs(candidate.source, run.around)) if run else ()
    return {
        "metrics": metrics_of(runs),
        "params": params_of(runs),
        "tags": texts(version.tags),
    }
