"""Who we are, to Azure and to services of the team: our name and the credential."""

from functools import cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from azure.core.credentials import TokenCredential

NAME: Final = "azureml-promotion"
"""What we call ourselves in the header User-Agent."""


@cache
def credential() -> "TokenCredential":
    """The app's managed identity on Azure, a developer's own login elsewhere."""
    # Here and not above: it costs most of a second, and intake needs none.
    from azure.identity import DefaultAzureCredential

    return DefaultAzureCredential()
