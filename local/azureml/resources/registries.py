"""Registry discovery: which address speaks for a registry, and who owns it."""

from local.azureml.resources import lookup
from local.azureml.store.places import TENANT
from local.azureml.wire import Call, Reply


def discover(call: Call) -> Reply:
    registry = lookup.registry(call)
    return Reply(
        body={
            "registryId": registry.guid,
            "registryName": registry.name,
            "tenantId": TENANT,
            "primaryRegion": registry.location,
            "regions": [registry.location],
            "subscriptionId": registry.subscription,
            "resourceGroup": registry.resource_group,
            "workspaceName": None,
            # The SDK appends mferp/managementfrontend to this and sends all else there.
            "primaryRegionResourceProviderUri": f"{call.cloud.url}/",
            "registryFqdns": {registry.location: {"uri": call.cloud.url}},
        },
        headers={"x-ms-response-type": "standard"},
    )
