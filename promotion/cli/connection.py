"""Which service is meant, and how to log in: options, then the environment, then a profile."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

from promotion.cli.exits import mistake
from promotion.cli.profiles import Login, Profile, find_profile, profile_file

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
    known = _known(environment, url, profile)
    client_id = known.client_id or environment.get("PROMOTE_CLIENT_ID") or None
    key = environment.get("PROMOTE_KEY") or None
    login = Login.DEVICE_CODE if device_code else known.login or _usual(client_id, key)
    if login in (Login.AZURE, Login.DEVICE_CODE) and client_id is None:
        what = "To log in with Microsoft Entra takes the client id of the service's application."
        raise mistake(what, "Set PROMOTE_CLIENT_ID, or client_id in the profile.")
    if login is Login.KEY and key is None:
        raise mistake("The profile logs in with a key, and there is none.", "Set PROMOTE_KEY.")
    connection = Connection(
        url=_address(known.url),
        login=login,
        client_id=client_id,
        tenant_id=known.tenant_id,
        key=key if login is Login.KEY else None,
        headers=known.headers,
    )
    _must_be_safe(connection)
    return connection


def _known(environment: Mapping[str, str], url: str | None, name: str | None) -> Profile:
    """What is known of the service; a profile is only used for the service that it names."""
    if url:
        return Profile(url)
    file = profile_file(environment)
    if not name and environment.get("PROMOTE_URL"):
        return Profile(environment["PROMOTE_URL"])
    found = find_profile(file, name or environment.get("PROMOTE_PROFILE") or None)
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
