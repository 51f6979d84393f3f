"""Where the audit records are that a report is made of."""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID

from promotion.cli.connection import Connection
from promotion.cli.exits import Exit, Failed, mistake
from promotion.cli.profiles import Login, Profile, find_profile, profile_file
from promotion.cli.surroundings import Surroundings
from promotion.core.errors import PromotionError
from promotion.report.log_analytics import ENDPOINT, LogAnalytics
from promotion.report.source import Source

USUAL: Final = Path(".local/audit.jsonl")
"""What ``make serve`` writes."""
_CODES: Final = {
    "Unauthenticated": Exit.NOT_ALLOWED,
    "Forbidden": Exit.NOT_ALLOWED,
    "NoSuchWorkspace": Exit.MISTAKE,
    "AuditFile": Exit.MISTAKE,
}
"""Exit codes by the code of a failure; what is not here says that there is no answer."""
_WHERE: Final = (
    "`make serve` writes one, and --audit-file names another; --workspace-id, PROMOTE_WORKSPACE_ID "
    "or workspace_id in a profile asks Log Analytics."
)
_WHICH: Final = (
    "Its customer id is wanted: az monitor log-analytics workspace show -g GROUP -n NAME "
    "--query customerId -o tsv"
)


@dataclass(frozen=True)
class Named:
    """What was typed."""

    audit_file: Path | None = None
    workspace_id: str | None = None
    profile: str | None = None
    device_code: bool = False


def find_source(named: Named, around: Surroundings) -> Source:
    """An audit file or a workspace: options, then the environment, a local file, a profile.

    Raises Failed when none is known, or more than one is named.
    """
    given = [named.audit_file, named.workspace_id, named.profile]
    if sum(one is not None for one in given) > 1:
        raise mistake("--audit-file, --workspace-id and --profile: give one of them.")
    if named.audit_file is not None:
        return _file(named.audit_file)
    workspace_id, profile = _named_workspace(named, around.environment)
    if workspace_id:
        return _workspace(workspace_id, profile, named.device_code, around)
    if named.profile:
        raise mistake(f"The profile {named.profile} has no workspace_id.", _WHICH)
    if not USUAL.exists():
        raise mistake(f"There is no {USUAL} here, and no audit records are named.", _WHERE)
    return _file(USUAL)


def _named_workspace(
    named: Named, environment: Mapping[str, str]
) -> tuple[str | None, Profile | None]:
    """Its id, and the profile that it is of. Raises Failed."""
    in_environment = None if named.profile else environment.get("PROMOTE_WORKSPACE_ID")
    if found := named.workspace_id or in_environment:
        return found, None
    name = named.profile or environment.get("PROMOTE_PROFILE") or None
    if name is None and USUAL.exists():
        return None, None
    profile = find_profile(profile_file(environment), name)
    return (profile.workspace_id, profile) if profile else (None, None)


@contextmanager
def asking() -> Iterator[None]:
    """What a source cannot answer ends the command. Raises Failed."""
    try:
        yield
    except PromotionError as error:
        told = error.failure
        code = _CODES.get(told.code or "", Exit.UNREACHABLE)
        raise Failed(code, told.reason, told.remedy) from None


def _file(path: Path) -> Source:
    from promotion.report.audit_file import AuditFile

    return AuditFile(path)


def _workspace(
    workspace_id: str, profile: Profile | None, device_code: bool, around: Surroundings
) -> Source:
    try:
        UUID(workspace_id)
    except ValueError:
        what = f"{workspace_id!r} is no customer id of a Log Analytics workspace."
        raise mistake(what, _WHICH) from None
    tenant = profile.tenant_id if profile else None
    coded = device_code or bool(profile and profile.login is Login.DEVICE_CODE)
    endpoint = _endpoint(around.environment)
    make = around.credential or _credential
    # The name of what remembers a device code: it is the same for all workspaces.
    login = Login.DEVICE_CODE if coded else Login.AZURE
    whom = Connection(endpoint, login, client_id="logs", tenant_id=tenant)
    return LogAnalytics(workspace_id, make(whom), endpoint=endpoint, tenant_id=tenant)


def _endpoint(environment: Mapping[str, str]) -> str:
    written = environment.get("PROMOTE_LOGS_ENDPOINT") or ENDPOINT
    address = written if "://" in written else f"https://{written}"
    parts = urlsplit(address)
    if parts.scheme != "https" or not parts.hostname or parts.username:
        what = f"PROMOTE_LOGS_ENDPOINT is {written!r}, which is no endpoint of Log Analytics."
        raise mistake(what, "Write it so: https://api.loganalytics.us")
    return address.rstrip("/")


def _credential(connection: Connection) -> Any:
    # It logs what it raises, too, and would print that here.
    logging.getLogger("azure").addHandler(logging.NullHandler())
    if connection.login is Login.DEVICE_CODE:
        from promotion.cli.device_code import DeviceCode

        return DeviceCode(connection)
    from azure.identity import DefaultAzureCredential

    return DefaultAzureCredential()
