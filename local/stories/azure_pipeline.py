"""For teams that keep their release pipelines in Azure DevOps."""

from local import taxi
from local.stories.support.scene import Scene
from local.stories.support.story import Story

ROUTE = """\
azure-pipeline:
  from: dev
  models: [azure-pipeline]
  stages:
    - name: prod
      workspace: prod
      azure_pipeline:
        {organization: contoso, project: mlops, pipeline: 42, parameters: {environment: prod}}
"""


def azure_pipeline(scene: Scene) -> None:
    """A version is handed over to the team's pipeline in Azure DevOps, and ends as its run does."""
    pipelines = scene.service.pipelines.azure
    scene.say("Version 1 comes. The app starts the pipeline, as its own managed identity.")
    good = scene.register()
    good.tells("handed_over")
    run = pipelines.runs[-1]
    scene.check("the run was given the version", run.parameters["modelVersion"], good.number)
    scene.check("and the team's own parameter", run.parameters["environment"], "prod")

    scene.say("The pipeline succeeds.")
    pipelines.finish("succeeded", run.id)
    good.ends("succeeded")

    scene.say("Version 2 comes. Its run fails.")
    bad = scene.register(taxi.BETTER)
    bad.tells("handed_over")
    pipelines.finish("failed", pipelines.runs[-1].id)
    bad.ends("failed", because=f"buildId={pipelines.runs[-1].id}")


STORY = Story(azure_pipeline, ROUTE)
