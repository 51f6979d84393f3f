"""A batch endpoint has no traffic, but a default deployment."""

from local import taxi
from local.stories.support.scene import Scene
from local.stories.support.story import Story

ROUTE = """\
batch:
  from: dev
  models: [batch]
  stages:
    - name: prod
      workspace: prod
      batch:
        endpoint: deploy/batch.yml
        deployment: deploy/batch-deployment.yml
        compute: deploy/batch-cluster.yml
        test: {input: "azureml://datastores/workspaceblobstore/paths/rides"}
"""
FILES = {
    "deploy/batch.yml": "name: batch\nauth_mode: aad_token\n",
    "deploy/batch-cluster.yml": "name: batch-cluster\ntype: amlcompute\nsize: STANDARD_DS3_V2\n",
    "deploy/batch-deployment.yml": "name: x\nendpoint_name: y\ntype: model\n"
    "compute: azureml:batch-cluster\nsettings: {mini_batch_size: 10}\n",
}


def batch(scene: Scene) -> None:
    """A version becomes the default of a batch endpoint once its test job has completed, and only
    then."""
    scene.say("Version 1 comes. Endpoint and cluster do not exist yet, and are created.")
    live = scene.register()
    live.ends("succeeded")
    scene.check("the default deployment", _default(scene), live.deployment)
    scene.check("the cluster exists", scene.azure.exists("computes/batch-cluster"), True)

    scene.say("Version 2 comes. Its test job fails.")
    failure = {"code": "UserError", "message": "Scoring failed: no such column"}
    scene.azure.fault("POST", "/batch/jobs$", operation=failure)
    bad = scene.register(taxi.BETTER)
    bad.ends("rolled_back", because="Scoring failed: no such column")
    scene.check("the default deployment", _default(scene), live.deployment)
    there = scene.azure.deployments("batch", kind="batch")
    scene.check("the deployments", there, [live.deployment])

    scene.say("Version 3 comes. Its test job completes.")
    good = scene.register(taxi.BETTER)
    good.ends("succeeded")
    scene.check("the default deployment", _default(scene), good.deployment)


def _default(scene: Scene) -> str:
    endpoint = scene.azure.find("batchEndpoints/batch")
    return str(endpoint["properties"]["defaults"]["deploymentName"])


STORY = Story(batch, ROUTE, FILES)
