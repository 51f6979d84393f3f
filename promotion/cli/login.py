"""The headers that say who asks; azure-identity is loaded only where it is needed."""

import logging
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from promotion.cli.connection import Connection
from promotion.cli.exits import Exit, Failed
from promotion.cli.profiles import Login

if TYPE_CHECKING:
    from azure.core.credentials import AccessToken

_MARGIN: Final = 300
"""Seconds before its end in which a token is not used any more."""

_AZURE: Final = frozenset({"AzureError", "ClientAuthenticationError"})


class Credentials:
    """Headers for requests of one connection."""

    def __init__(
        self, connection: Connection, make: Callable[[Connection], Any] | None = None
    ) -> None:
        """``make`` gives what has ``get_token``; by default azure-identity's credential."""
        self._connection = connection
        self._make = make or _credential
        self._credential: Any = None
        self._token: AccessToken | None = None

    def headers(self) -> Mapping[str, str]:
        """Those of the next request. Raises Failed when nobody is logged in."""
        connection = self._connection
        if connection.login is Login.KEY and connection.key:
            return {**connection.headers, "x-functions-key": connection.key}
        if connection.login in (Login.AZURE, Login.DEVICE_CODE):
            return {**connection.headers, "Authorization": f"Bearer {self._fresh()}"}
        return connection.headers

    def _fresh(self) -> str:
        if self._token is None or self._token.expires_on < time.time() + _MARGIN:
            self._token = self._ask()
        return str(self._token.token)

    def _ask(self) -> Any:
        scope = f"api://{self._connection.client_id}/.default"
        try:
            self._credential = self._credential or self._make(self._connection)
            if self._connection.tenant_id:
                return self._credential.get_token(scope, tenant_id=self._connection.tenant_id)
            return self._credential.get_token(scope)
        except ImportError:
            raise Failed(
                Exit.MISTAKE,
                "To log in with Microsoft Entra takes azure-identity, which is not installed.",
                "Install the command line anew, as docs/how-to/use-the-command-line.md says.",
            ) from None
        except Exception as error:
            # azure-core's errors, by what they are called: it is loaded by the credential only.
            names = {one.__name__ for one in type(error).__mro__}
            if not names & _AZURE:
                raise
            first = str(error).strip().partition("\n")[0]
            if "ClientAuthenticationError" not in names:
                what = f"Microsoft Entra cannot be asked for a token: {first}"
                remedy = "Check the network, and try again a little later."
                raise Failed(Exit.UNREACHABLE, what, remedy) from None
            remedy = "Log in with az login, or use --device-code."
            raise Failed(Exit.NOT_ALLOWED, f"Nobody is logged in: {first}", remedy) from None


def _credential(connection: Connection) -> Any:
    # It logs what it raises, too, and would print that here.
    logging.getLogger("azure").addHandler(logging.NullHandler())
    if connection.login is Login.DEVICE_CODE:
        from promotion.cli.device_code import DeviceCode

        return DeviceCode(connection)
    from azure.identity import DefaultAzureCredential

    return DefaultAzureCredential()
