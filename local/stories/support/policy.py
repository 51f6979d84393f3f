"""The policy of the stories: one route for each, and what they share."""

import shutil
from collections.abc import Mapping
from pathlib import Path
from textwrap import indent
from typing import Final

from local.cloud import ROOT
from local.stories.support.story import Story

QA: Final = "mlw-mlops-qa"
"""A workspace that the taxi-fare team of the demo does not have."""

_SHARED: Final = """\
version: 1
workspaces:
  dev:  {subscription: ${DEV_SUBSCRIPTION_ID}, resource_group: rg-mlops-dev, name: mlw-mlops-dev}
  qa:   {subscription: ${DEV_SUBSCRIPTION_ID}, resource_group: rg-mlops-qa, name: mlw-mlops-qa}
  prod: {subscription: ${PROD_SUBSCRIPTION_ID}, resource_group: rg-mlops-prod, name: mlw-mlops-prod}
registry: mlops-registry
hosts: [localhost]
x-shared:
  online: &online
    deployment: deploy/online-deployment.yml
    smoke_test:
      request: deploy/sample-request.json
      response: deploy/sample-response.json
      tolerance: 4.0
routes:
"""


class PolicyFolder:
    """The policy with its files, in a folder of its own; it may be changed while the app runs."""

    def __init__(self, directory: Path, stories: tuple[Story, ...]) -> None:
        self.policy = directory / "policy" / "promotion.yaml"
        self._routes = {story.name: story.route for story in stories}
        shutil.rmtree(self.policy.parent, ignore_errors=True)
        shutil.copytree(ROOT / "examples/taxi-fare/deploy", self.policy.parent / "deploy")
        for story in stories:
            for path, text in story.files.items():
                (self.policy.parent / path).write_text(text, encoding="utf-8")
        self.write({})

    def write(self, changed: Mapping[str, str]) -> None:
        """Write the policy anew, with those routes in the place of their stories' own."""
        routes = {**self._routes, **changed}.values()
        text = _SHARED + "".join(indent(route, "  ") for route in routes)
        # In one step: the app may read it at this moment.
        written = self.policy.with_suffix(".new")
        written.write_text(text, encoding="utf-8")
        written.replace(self.policy)
