"""For teams that keep their release workflows in GitHub Actions."""

from local import taxi
from local.stories.support.scene import Scene
from local.stories.support.story import Story

ROUTE = """\
github-workflow:
  from: dev
  models: [github-workflow]
  stages:
    - name: prod
      workspace: prod
      github_workflow:
        repository: contoso/release
        workflow: release.yml
        token_setting: RELEASE_TOKEN
        url: ${GITHUB_URL}
"""


def github_workflow(scene: Scene) -> None:
    """A version is handed over to the team's workflow at GitHub; who cancels the promotion stops
    the run."""
    workflows = scene.service.pipelines.github
    scene.say("Version 1 comes. The app starts the workflow.")
    good = scene.register()
    good.tells("handed_over")
    run = workflows.runs[-1]
    scene.check("the run was given the version", run.parameters["modelVersion"], good.number)

    scene.say("The workflow succeeds.")
    workflows.finish("success", run.id)
    good.ends("succeeded")

    scene.say("Version 2 comes, and Ada cancels its promotion while the workflow runs.")
    other = scene.register(taxi.BETTER)
    other.tells("handed_over")
    scene.operator.cancel(other, "the wrong model")
    other.ends("cancelled", because="Cancelled by ada@contoso.com: the wrong model")
    scene.check("the run at GitHub is", workflows.runs[-1].result, "cancelled")


STORY = Story(github_workflow, ROUTE)
