"""Reads what gates may ask about: the model version, the job behind it, its run's metrics."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial
from typing import Final

from promotion.azureml import access
from promotion.azureml.contents import contents_of
from promotion.azureml.jobs import History, read_history, read_job, step
from promotion.azureml.reading import texts
from promotion.azureml.runs import Run, metrics_of, params_of, read_run, tracking_url
from promotion.azureml.versions import read_version, run_of
from promotion.core.candidate import Candidate, Job
from promotion.core.references import ModelVersion, WorkspaceRef

_AT_ONCE: Final = 4
"""Requests about one candidate that are made at the same time."""

type Origin = tuple[Job | None, tuple[Run, ...]]
"""The job, and the runs: the model's own first, then those around it."""

_APPLICATIONS: Final = frozenset({"Application", "ManagedIdentity"})
"""Values of systemData.createdByType that are nobody's."""


def read_candidate(source: WorkspaceRef, model: ModelVersion) -> Candidate:
    """``model`` with its evidence. A job or run that cannot be found is missing, not an error.

    Takes four requests at most, two after two; for a pipeline's step three more at once, and one
    for the run of each pipeline inside a pipeline. Champions are read by ``with_champions``, and
    the size of a model that does not state it by ``with_size``.
    """
    access.quieten()  # loads the SDK, which two threads had better not do at once
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        # Where MLflow is will be asked for next, and then its error is told, if there is one.
        pool.submit(tracking_url, source)
        found = read_version(source, model)
    run = run_of(found)
    job, runs = _origin(source, run) if run else (None, ())
    properties = texts(found.properties)
    created = found.creation_context
    return Candidate(
        source=source,
        model=model,
        as_of=datetime.now(UTC),
        description=found.description,
        type=found.type,
        tags=texts(found.tags),
        properties=properties,
        registered_by=created.created_by if created else None,
        registered_by_application=bool(created and created.created_by_type in _APPLICATIONS),
        registered_at=created.created_at if created else None,
        contents=contents_of(found.type, found.flavors, properties),
        run=run,
        job=job,
        trained_at=runs[0].ended_at if runs else None,
        metrics=metrics_of(runs),
        params=params_of(runs),
    )


def _origin(source: WorkspaceRef, name: str) -> Origin:
    """The job and the run of that name, and for a step what is known of its pipeline."""
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        asked = pool.submit(read_job, source, name)
        run = read_run(source, name)
        job = asked.result()
    # Of a step Azure Resource Manager has the name and nothing else.
    if run.around or (job and job.status is None):
        return _step(source, job, run)
    return job, (run,)


def _step(source: WorkspaceRef, job: Job | None, run: Run) -> Origin:
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        told = pool.submit(read_history, source, run.name)
        # If MLflow does not say which pipeline it is a step of, the history does.
        around = run.around or (told.result() or History()).around
        asked = pool.submit(read_job, source, around[-1]) if around else None
        runs = (run, *pool.map(partial(read_run, source), around))
        history, submitted = told.result(), asked.result() if asked else None
    if job is None and history is None:
        return None, runs
    known = job or Job(name=run.name)
    return step(known, history or History(), around, submitted), runs
