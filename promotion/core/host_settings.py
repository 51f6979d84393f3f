"""Settings of the Functions host and of the app itself: none of them is a team's secret.

https://learn.microsoft.com/azure/app-service/reference-app-settings and
https://learn.microsoft.com/azure/azure-functions/functions-app-settings; ``AZURE_`` is what
azure-identity reads. App Service repeats each setting with ``APPSETTING_`` before its name, and
each connection string with its type.
"""

import re
from typing import Final

_OURS: Final = re.compile(
    r"(APPSETTING_|[A-Z]+CONNSTR_|AZUREWEBJOBS|AZUREFUNCTIONS|AZURE_(?!DEVOPS_)|APPINSIGHTS_"
    r"|APPLICATIONINSIGHTS_|OTEL_|IDENTITY_|MSI_|WEBSITES?_|SCM_|MACHINEKEY_|MICROSOFT_PROVIDER_"
    r"|CONTAINER_|DOCKER_|DURABLE_|FUNCTIONS?_|PROMOTION_)",
    re.IGNORECASE,
)


def check_setting(name: str) -> str:
    """``name``, if it can hold a secret of a team's own; else ValueError says why not."""
    if (found := _OURS.match(name)) is None:
        return name
    raise ValueError(
        f"settings that begin with {found.group()} are the app's own and are never sent anywhere; "
        "name a setting made for this secret"
    )
