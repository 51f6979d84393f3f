"""The size of a model's files, for a model that does not state it.

Azure has no such figure: the artifact service lists the files of a job's output, and storage
tells the size of each. That is a request for each file, so it is for gates that ask.
"""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from promotion.azureml import access
from promotion.azureml.errors import Role, azure_errors
from promotion.azureml.reading import look, mapping, text, whole
from promotion.azureml.runs import service_url
from promotion.core.candidate import Candidate
from promotion.core.references import WorkspaceRef

if TYPE_CHECKING:
    from azure.core import PipelineClient

MAX_FILES: Final = 500
"""The size of a model with more files stays unknown."""
_AT_ONCE: Final = 8
_PLACE: Final = re.compile(r"(?P<origin>[\w-]+)/(?P<container>[\w-][\w.-]*)/(?P<path>.+)")
"""``azureml.artifactPrefix``, for instance ``ExperimentRun/dcid.calm_river_1/model``."""
_REFUSED: Final = (400, 401, 403, 404, 409)
"""What storage says that the app may not read: in a private network, or with its keys off."""


def with_size(candidate: Candidate) -> Candidate:
    """``candidate`` with the size of its model, if that was missing and can be known.

    Only the files of a job's output can be seen with rights on the workspace alone.
    """
    place = _PLACE.fullmatch(candidate.properties.get("azureml.artifactPrefix", ""))
    if candidate.contents.size is not None or place is None:
        return candidate
    with azure_errors(f"read the size of {candidate.model}", Role.READ_SOURCE):
        size = _size(_files(candidate.source, **place.groupdict()))
    contents = candidate.contents.model_copy(update={"size": size})
    return candidate.model_copy(update={"contents": contents})


def _size(addresses: Iterator[str]) -> int | None:
    files = list(islice(addresses, MAX_FILES + 1))
    if not files or len(files) > MAX_FILES:
        return None
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        sizes = list(pool.map(_size_of, files))
    return None if None in sizes else sum(size or 0 for size in sizes)


def _files(source: WorkspaceRef, origin: str, container: str, path: str) -> Iterator[str]:
    """Where each file of the model can be read without a token."""
    base = service_url(source, "artifact/v2.0")
    url = f"{base}/artifacts/{origin}/{container}/prefix/contentinfo"
    # The slash, because "model" is also the beginning of "model-2".
    params = {"path": path.rstrip("/") + "/"}
    while base:
        page = _listed(url, params)
        found = page.get("value")
        yield from (
            text(mapping(file).get("contentUri")) or ""
            for file in (found if isinstance(found, list) else [])
        )
        if not found or not (token := text(page.get("continuationToken"))):
            return
        params = params | {"continuationToken": token}


def _listed(url: str, params: dict[str, str]) -> dict[str, Any]:
    from azure.core.exceptions import HttpResponseError

    try:
        return look(url, params) or {}
    except HttpResponseError as error:
        if error.status_code in _REFUSED:
            return {}
        raise


def _size_of(address: str) -> int | None:
    """Bytes of the file at the signed ``address``, which needs no token and gets none."""
    from azure.core.rest import HttpRequest

    if not address.startswith("https://"):
        return None
    response = _without_token().send_request(
        HttpRequest("HEAD", address), connection_timeout=10, read_timeout=30
    )
    if response.status_code in _REFUSED:
        return None
    response.raise_for_status()
    return whole(response.headers.get("Content-Length"))


@cache
def _without_token() -> "PipelineClient[Any, Any]":
    from azure.core import PipelineClient
    from azure.core.pipeline import policies

    agent = policies.UserAgentPolicy(access.USER_AGENT)
    retry = policies.RetryPolicy(retry_total=1, retry_backoff_max=2)
    return PipelineClient("https://", policies=[agent, retry])
