"""Compute targets: seeded, and looked up by deployments and jobs."""

from local.azureml.errors import not_found
from local.azureml.resources import lookup
from local.azureml.wire import Call, Reply


def get(call: Call) -> Reply:
    workspace = lookup.workspace(call)
    name = call.params["name"]
    compute = workspace.computes.get(name)
    if compute is None:
        raise not_found(f"There is no compute {name} in {workspace.name}", "ComputeNotFound")
    return Reply(
        body={
            "id": f"{workspace.id}/computes/{name}",
            "name": name,
            "type": "Microsoft.MachineLearningServices/workspaces/computes",
            "location": workspace.location,
            "tags": {},
            "properties": {
                "computeType": compute.get("type", "AmlCompute"),
                "computeLocation": workspace.location,
                "provisioningState": "Succeeded",
                "isAttachedCompute": False,
                "properties": {
                    "vmSize": compute.get("size", "STANDARD_DS3_V2"),
                    "vmPriority": "Dedicated",
                    "scaleSettings": {
                        "minNodeCount": 0,
                        "maxNodeCount": compute.get("max_instances", 4),
                        "nodeIdleTimeBeforeScaleDown": "PT2M",
                    },
                },
            },
        }
    )
