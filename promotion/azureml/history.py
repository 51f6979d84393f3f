"""Which versions were registered in a workspace, and when."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from itertools import takewhile
from typing import Any, Final

from promotion.azureml import access
from promotion.azureml.errors import Role, azure_errors
from promotion.azureml.evidence import read_candidate
from promotion.azureml.sizes import with_size
from promotion.core.candidate import Candidate
from promotion.core.errors import Retryable
from promotion.core.references import ModelVersion, WorkspaceRef

_PAUSES: Final = (1, 3, 9, 27)
"""Seconds until something is read again that Azure put off."""

_AT_ONCE: Final = 6
"""Versions that are read at the same time: Azure throttles who asks for much more."""


def versions_since(
    source: WorkspaceRef, since: datetime, wanted: Callable[[str], bool]
) -> tuple[ModelVersion, ...]:
    """Every version registered since then of the models whose name is ``wanted``."""
    with azure_errors(f"list the models of {source.name}", Role.READ_SOURCE):
        client = access.workspace_client(source)
        names = sorted({model.name for model in client.models.list() if wanted(model.name)})
        return tuple(version for name in names for version in _versions(client, name, since))


def read_candidates(
    source: WorkspaceRef,
    versions: tuple[ModelVersion, ...],
    read: Callable[[], None],
    sized: bool = False,
) -> tuple[Candidate, ...]:
    """Each version with its evidence; ``read`` is called after each, to show how far it is.

    With ``sized`` their sizes are read, too. Azure throttles who reads so much: what it puts off
    is tried again, for about a minute.
    """

    def candidate(model: ModelVersion) -> Candidate:
        for pause in _PAUSES:
            try:
                found = _read(source, model, sized)
                break
            except Retryable:
                time.sleep(pause)
        else:
            found = _read(source, model, sized)
        read()
        return found

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return tuple(pool.map(candidate, versions))


def _read(source: WorkspaceRef, model: ModelVersion, sized: bool) -> Candidate:
    found = read_candidate(source, model)
    return with_size(found) if sized else found


def _versions(client: Any, name: str, since: datetime) -> Iterator[ModelVersion]:
    # Azure gives the newest first, so that what is older need not be read.
    newest_first = client.models.list(name=name)
    for model in takewhile(lambda model: _registered(model) >= since, newest_first):
        yield ModelVersion(name=model.name, version=str(model.version))


def _registered(model: Any) -> datetime:
    created: datetime = model.creation_context.created_at
    return created
