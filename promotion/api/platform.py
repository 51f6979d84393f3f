"""Whether the app runs on the machine of somebody who develops it. Pure."""

from collections.abc import Mapping
from typing import Final

_DEPLOYED: Final = (
    ("WEBSITE_SITE_NAME",),
    ("WEBSITE_INSTANCE_ID",),
    ("WEBSITE_POD_NAME",),
    ("LEGION_SERVICE_HOST",),
    ("MANAGED_ENVIRONMENT",),
    ("CONTAINER_APP_NAME",),
    ("KUBERNETES_SERVICE_HOST", "POD_NAMESPACE"),
)
"""Variables of which all are set where an app is deployed: to App Service (the first two), Flex
Consumption, Container Apps, and to Kubernetes. CONTAINER_NAME, by which the host knows Linux
Consumption, is not among them: others set that, too, and WEBSITE_SITE_NAME is there as well.

Source: EnvironmentExtensions.cs of https://github.com/Azure/azure-functions-host, and
https://learn.microsoft.com/azure/container-apps/environment-variables
"""


def is_at_a_developers(environment: Mapping[str, str]) -> bool:
    """Whether it says so itself, as Azure Functions Core Tools do, and nothing speaks against it.

    On Azure the setting says ``Production`` if nobody sets it; whoever sets it there to
    ``Development`` has not made the app one that only its developer reaches.
    """
    says_so = environment.get("AZURE_FUNCTIONS_ENVIRONMENT", "").strip().lower() == "development"
    deployed = any(all(environment.get(name) for name in names) for names in _DEPLOYED)
    return says_so and not deployed
