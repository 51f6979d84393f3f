"""Secrets that app settings hold: read when they are needed, kept nowhere."""

import os
from collections.abc import Mapping
from typing import Final

from promotion.core.errors import Terminal
from promotion.core.host_settings import check_setting

_UNRESOLVED: Final = "@Microsoft.KeyVault("
"""With this begins the value of a setting whose reference App Service could not resolve.

Source: https://learn.microsoft.com/azure/app-service/app-service-key-vault-references
"""


def secret(setting: str, environment: Mapping[str, str] = os.environ) -> str:
    """The value of that app setting; Terminal, which never shows it, when it cannot be one."""
    try:
        # The policy was checked for this when it was read; the host's own must not depend on that.
        check_setting(setting)
    except ValueError as error:
        raise Terminal(f"The setting {setting}: {error}.", code="SecretForbidden") from None
    value = environment.get(setting, "").strip()
    if not value:
        raise Terminal(
            f"The app setting {setting}, which the policy names, is not there or empty.",
            remedy="Set it to a reference to a secret in Key Vault.",
            code="SecretMissing",
        )
    if value.startswith(_UNRESOLVED):
        raise Terminal(
            f"The app setting {setting} is a reference to Key Vault that could not be resolved.",
            remedy="Check the reference in the portal, and that the app's identity has the role "
            "Key Vault Secrets User.",
            code="SecretUnresolved",
        )
    return value


def token(setting: str, environment: Mapping[str, str] = os.environ) -> str:
    """As ``secret``, for what goes into a header."""
    value = secret(setting, environment)
    if not value.isascii() or not value.isprintable() or " " in value:
        raise Terminal(
            f"The app setting {setting} does not hold a token: it has other characters than those "
            "of one.",
            remedy="Set the secret again, without quotes and line breaks.",
            code="SecretMalformed",
        )
    return value
