"""The file with the services that somebody uses: TOML, without secrets.

``default`` names the profile that is used when none is named; ``[profiles.NAME]`` is one service.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

import typer

from promotion.cli.exits import Failed, mistake

FILE_VARIABLE: Final = "PROMOTE_CONFIG"
"""The environment variable that names another file."""


class Login(StrEnum):
    """How commands say who asks."""

    AZURE = "azure"
    """DefaultAzureCredential: az login, a managed identity, environment variables."""
    DEVICE_CODE = "device-code"
    """A code to type into a browser, on this machine or another."""
    KEY = "key"
    """The function key in PROMOTE_KEY; it names no person."""
    NONE = "none"


@dataclass(frozen=True)
class Profile:
    """One service."""

    url: str
    """Its address, such as ``https://<app>.azurewebsites.net``."""
    client_id: str | None = None
    """Of the Entra application that stands for the service: tokens are asked for it."""
    tenant_id: str | None = None
    """The Entra tenant to log in to, if it is not the usual one."""
    login: Login | None = None
    """How to log in. Without it: azure if a client id is known, else key if PROMOTE_KEY is set."""
    workspace_id: str | None = None
    """Customer id of the Log Analytics workspace with its audit records, for ``promote report``."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Sent with every request, for instance because a gateway in front asks for them."""


KEYS: Final = tuple(one.name for one in fields(Profile))


def profile_file(environment: Mapping[str, str]) -> Path:
    """Where the profiles are: PROMOTE_CONFIG, or the system's place for such files."""
    named = environment.get(FILE_VARIABLE)
    return Path(named) if named else Path(typer.get_app_dir("promote")) / "config.toml"


def find_profile(file: Path, name: str | None) -> Profile | None:
    """The profile of that name, or else the default one; None when neither is asked for.

    Raises Failed when the file cannot be used, or has no such profile.
    """
    if not file.exists():
        if name is None:
            return None
        raise mistake(f"There is no profile {name}: {file} does not exist.", _HOW)
    content = _read(file)
    profiles = content.get("profiles", {})
    if not isinstance(profiles, dict):
        raise mistake(f"{file}: profiles is not a table.", _HOW)
    only = next(iter(profiles)) if len(profiles) == 1 else None
    wanted = name or content.get("default") or only
    if wanted is None:
        return None
    if not isinstance(wanted, str):
        raise mistake(f"{file}: default is not a text.", _HOW)
    if wanted not in profiles:
        known = ", ".join(sorted(profiles)) or "none"
        raise mistake(f"{file} has no profile {wanted}; it has {known}.")
    return _profile(f"{file}: profiles.{wanted}", profiles[wanted])


_HOW: Final = 'Write it so: [profiles.prod], then url = "https://<app>.azurewebsites.net".'


def _read(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise mistake(f"{file} cannot be read: {error.strerror or error}.") from None
    except ValueError as error:
        raise mistake(f"{file} is not TOML: {error}.", _HOW) from None


def _profile(where: str, found: Any) -> Profile:
    if not isinstance(found, dict):
        raise mistake(f"{where} is not a table.", _HOW)
    if unknown := sorted(set(found) - set(KEYS)):
        what = f"{where}: {', '.join(unknown)} cannot be used here."
        raise mistake(what, f"A profile has {', '.join(KEYS)}.")
    if "url" not in found:
        raise mistake(f"{where} has no url.", _HOW)
    headers = found.get("headers", {})
    texts = {key: value for key, value in found.items() if key != "headers"}
    if not isinstance(headers, dict):
        raise _not_text(where, "headers")
    for key, value in (texts | headers).items():
        if not isinstance(value, str):
            raise _not_text(where, key)
    if texts.get("login", "none") not in list(Login):
        raise mistake(f"{where}.login is {texts['login']!r}.", f"Use {', '.join(Login)}.")
    login = Login(texts["login"]) if "login" in texts else None
    return Profile(**{**texts, "login": login}, headers=headers)


def _not_text(where: str, key: str) -> Failed:
    what = "a table of texts" if key == "headers" else "a text"
    return mistake(f"{where}.{key} is not {what}.")
