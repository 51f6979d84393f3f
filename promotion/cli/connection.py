"""Which service is meant, and how to log in: options, then the environment, then a profile."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

from promotion.cli.exits import mistake
from promotion.cli.profiles import FILE_VARIABLE, Login, Profile, find_profile, profile_file
from promotion.cli.sendable import a_key
from promotion.cli.sendable import headers as sendable

_ENTRA: Final = (Login.AZURE, Login.DEVICE_CODE)
_WHERE: Final = "Give --url, set PROMOTE_URL, or name the service in a profile in {file}."


@dataclass(frozen=True)
class Connection:
    """A service, and what is needed to be let in."""

    url: str
    """Without a path and without a slash at its end."""
    login: Login
    client_id: str | None = None
    tenant_id: str | None = None
    key: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    is_profile: bool = False
    """Whether a profile names it."""

    @property
    def api(self) -> str:
        """Below which all paths are."""
        return f"{self.url}/api"

    @property
    def has_secrets(self) -> bool:
        """Whether requests carry anything that only the service may see."""
        return self.login is not Login.NONE or bool(self.headers)

    @property
    def is_here(self) -> bool:
        """Whether it is on this machine."""
        return _is_here(urlsplit(self.url).hostname or "")


def connect(
    environment: Mapping[str, str], url: str | None, profile: str | None, device_code: bool
) -> Connection:
    """The service that is meant. Raises Failed when that cannot be told, or is not safe."""
    if url and profile:
        raise mistake("--url and --profile both name a service; give one of them.")
    address = url or (None if profile else environment.get("PROMOTE_URL"))
    known = Profile(address) if address else _profile(environment, profile)
    client_id, key = _given(environment, known, is_profile=not address)
    login = Login.DEVICE_CODE if device_code else known.login or _usual(client_id, key)
    connection = Connection(
        url=_address(known.url),
        login=login,
        client_id=client_id,
        tenant_id=known.tenant_id,
        key=a_key(key) if login is Login.KEY else None,
        headers=sendable(known.headers),
        is_profile=not address,
    )
    _must_have_what_it_takes(connection)
    _must_be_safe(connection)
    return connection


def _given(
    environment: Mapping[str, str], known: Profile, *, is_profile: bool
) -> tuple[str | None, str | None]:
    """Client id and key.

    Those of the environment are for the service that it names, or that was typed. One of the file
    gets them only where its profile asks for them: the key of one is nothing for another.
    """
    client_id, key = environment.get("PROMOTE_CLIENT_ID"), environment.get("PROMOTE_KEY")
    if is_profile and known.login not in _ENTRA:
        client_id = None
    if is_profile and known.login is not Login.KEY:
        key = None
    return known.client_id or client_id or None, key or None


def overlooked(environment: Mapping[str, str], url: str | None, profile: str | None) -> str | None:
    """What the environment says of the service, and does not count."""
    named = environment.get("PROMOTE_PROFILE"), environment.get("PROMOTE_URL")
    if url or profile or not all(named):
        return None
    return "PROMOTE_URL and PROMOTE_PROFILE both name a service; PROMOTE_URL counts."


def _profile(environment: Mapping[str, str], name: str | None) -> Profile:
    file = profile_file(environment)
    found = find_profile(file, name or environment.get("PROMOTE_PROFILE") or None)
    if found is None and environment.get(FILE_VARIABLE) and not file.exists():
        what = f"{FILE_VARIABLE} names {file}, which is not there (does make serve run?)."
        raise mistake(what, _WHERE.format(file=file))
    if found is None:
        raise mistake("It is not known which service to ask.", _WHERE.format(file=file))
    return found


def _usual(client_id: str | None, key: str | None) -> Login:
    return Login.AZURE if client_id else Login.KEY if key else Login.NONE


def _address(written: str) -> str:
    try:
        parts = urlsplit(written.strip())
        port = f":{parts.port}" if parts.port is not None else ""
    except ValueError:
        raise _no_address(written) from None
    rest = parts.path.strip("/")
    if parts.scheme not in ("http", "https") or not parts.hostname or rest not in ("", "api"):
        raise _no_address(written)
    if parts.username or parts.password or parts.query or parts.fragment:
        raise mistake("The address of the service has more than a host in it.", _ADDRESS)
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}{port}"


_ADDRESS: Final = "Write it so: https://<app>.azurewebsites.net"


def _no_address(written: str) -> Exception:
    return mistake(f"{written!r} is no address of a service.", _ADDRESS)


def _must_have_what_it_takes(connection: Connection) -> None:
    if connection.login in _ENTRA and connection.client_id is None:
        what = "To log in with Microsoft Entra takes the client id of the service's application."
        file = "Write client_id into the profile."
        raise mistake(what, file if connection.is_profile else "Set PROMOTE_CLIENT_ID.")
    if connection.login is Login.KEY and connection.key is None:
        raise mistake("To log in with a key takes one, and there is none.", "Set PROMOTE_KEY.")


def _must_be_safe(connection: Connection) -> None:
    encrypted = connection.url.startswith("https:")
    if connection.has_secrets and not encrypted and not connection.is_here:
        what = f"{connection.url} is not encrypted: nobody logs in there."
        raise mistake(what, "Use https; http is only for this machine.")


def _is_here(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
