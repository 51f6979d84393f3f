"""Where a model's files are: Azure's many ways to name a path, as a folder in the blob store."""

import re
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from local.azureml.store.places import Workspace

_JOB_OUTPUT = re.compile(r"azureml://jobs/([^/]+)/outputs/artifacts(?:/paths)?/?(.*)")
_RUN = re.compile(r"runs:/([^/]+)/?(.*)")
_EXPERIMENT_RUN = re.compile(r"azureml://experiments/[^/]+/runs/([^/]+)/artifacts/?(.*)")
_DATASTORE = re.compile(r"azureml://(?:.*/)?datastores/([^/]+)/paths/?(.*)")
_JOB_FOLDER = re.compile(r"ExperimentRun/dcid\.([^/]+)/?(.*)")
_BLOB_URL = re.compile(r"/blobs/[^/]+/(.+)")


@dataclass(frozen=True)
class Place:
    """A folder in the blob store, and the job that wrote it, where one did."""

    folder: str
    job: str | None = None
    path: str = ""
    """The path inside the job's artifacts."""


def locate(workspace: Workspace, uri: str) -> Place:
    """The place that a model's `path` or `modelUri` names."""
    for pattern in (_JOB_OUTPUT, _RUN, _EXPERIMENT_RUN):
        if found := pattern.fullmatch(uri):
            return _of_job(workspace, found[1], found[2])
    if found := _DATASTORE.fullmatch(uri):
        if in_job := _JOB_FOLDER.fullmatch(found[2]):
            return _of_job(workspace, in_job[1], in_job[2])
        return Place(f"{workspace.container(found[1])}/{found[2]}".rstrip("/"))
    return Place(of_url(uri))


def of_url(url: str) -> str:
    """The folder behind an https blob URL; the account is no part of it."""
    path = unquote(urlsplit(url).path)
    if found := _BLOB_URL.fullmatch(path):
        return found[1].rstrip("/")
    return path.strip("/")


def _of_job(workspace: Workspace, job: str, path: str) -> Place:
    path = path.strip("/")
    return Place(workspace.job_output(job, path), job, path)
