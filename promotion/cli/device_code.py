"""Login with a code that is typed into a browser; remembered where the system can keep secrets."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import typer

from promotion.cli.connection import Connection

if TYPE_CHECKING:
    from azure.identity import AuthenticationRecord

_CACHE: Final = "promote"
"""What the system's secret store calls the tokens."""


class DeviceCode:
    """Asks once, and finds the tokens again in the next command.

    A file says who logged in, without any secret; the tokens are in the system's secret store. A
    system without one asks in every command.
    """

    def __init__(self, connection: Connection) -> None:
        self._given: dict[str, Any] = {"prompt_callback": _tell}
        if connection.tenant_id:
            self._given["tenant_id"] = connection.tenant_id
        name = f"login-{connection.client_id}-{connection.tenant_id or 'usual'}.json"
        self._file = Path(typer.get_app_dir("promote")) / name

    def get_token(self, scope: str, **given: Any) -> Any:
        """A token, for which somebody may have to type the code first."""
        from azure.identity import DeviceCodeCredential

        if _keeps_secrets():
            return self._remembered(scope, given)
        return DeviceCodeCredential(**self._given).get_token(scope, **given)

    def _remembered(self, scope: str, given: dict[str, Any]) -> Any:
        from azure.identity import DeviceCodeCredential, TokenCachePersistenceOptions

        record = _record(self._file)
        credential = DeviceCodeCredential(
            **self._given,
            cache_persistence_options=TokenCachePersistenceOptions(name=_CACHE),
            authentication_record=record,
        )
        if record is None:
            record = credential.authenticate(scopes=[scope])
            self._file.parent.mkdir(parents=True, exist_ok=True)
            self._file.write_text(record.serialize(), encoding="utf-8")
        return credential.get_token(scope, **given)


def _keeps_secrets() -> bool:
    """Whether this system has a secret store that azure-identity can use."""
    from msal_extensions import build_encrypted_persistence  # type: ignore[import-untyped]

    try:
        build_encrypted_persistence(str(Path(typer.get_app_dir("promote")) / "probe"))
    except Exception:  # each system has errors of its own
        return False
    return True


def _record(file: Path) -> "AuthenticationRecord | None":
    from azure.identity import AuthenticationRecord

    try:
        return AuthenticationRecord.deserialize(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def _tell(address: str, code: str, _: object) -> None:
    typer.echo(f"Open {address} and type the code {code}", err=True)
