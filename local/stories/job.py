"""For teams with a check of their own that runs in Azure ML."""

from local import taxi
from local.stories.support.scene import Scene
from local.stories.support.story import Story

ROUTE = """\
job:
  from: dev
  models: [job]
  stages:
    - name: check
      workspace: prod
      job: {file: check-job.yml, input: candidate}
    - name: prod
      workspace: prod
      register: {tags: {checked: "yes"}}
"""
CHECK = """\
type: pipeline
experiment_name: checks
settings: {default_compute: "azureml:cpu-cluster"}
inputs:
  candidate: {type: mlflow_model}
jobs:
  score:
    type: command
    command: python score.py ${{inputs.model}}
    environment: azureml://registries/azureml/environments/sklearn-1.5/versions/1
    inputs: {model: "${{parent.inputs.candidate}}"}
"""


def job(scene: Scene) -> None:
    """A version is handed to a job of the team's own, and goes on to production only if the job
    completes."""
    scene.say("Version 1 comes, and the job finds nothing wrong with it.")
    good = scene.register()
    given = good.tells("job_submitted")["Properties"]
    good.ends("succeeded")
    inputs = scene.azure.find(f"jobs/{given['job']}")["properties"]["inputs"]
    scene.check("the job was given", inputs["candidate"]["uri"], given["registry_path"])
    scene.check("version 1 is in production", scene.azure.exists("models/job/versions/1"), True)

    scene.say("Version 2 comes, and the job fails.")
    scene.azure.behave(failing_jobs="mape is 31")
    bad = scene.register(taxi.BETTER)
    bad.ends("failed", because="mape is 31")
    scene.check("version 2 is in production", scene.azure.exists("models/job/versions/2"), False)


STORY = Story(job, ROUTE, {"check-job.yml": CHECK})
