"""A service whose promotions are cheap, for tests that ask its HTTP API a lot."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
from stories.service import Service

from local import taxi
from local.cloud import LocalCloud

POLICY = f"""\
version: 1
workspaces:
  dev: {{subscription: {taxi.SUBSCRIPTION}, resource_group: rg-mlops-dev, name: mlw-mlops-dev}}
  prod: {{subscription: {taxi.SUBSCRIPTION}, resource_group: rg-mlops-prod, name: mlw-mlops-prod}}
registry: mlops-registry
routes:
  quick:
    from: dev
    models: [quick]
    stages: [{{name: prod, workspace: prod, register: {{}}}}]
  asking:
    from: dev
    models: [asking]
    stages:
      - {{name: test, workspace: prod, gates: [{{kind: approval}}], register: {{}}}}
      - {{name: prod, workspace: prod, gates: [{{kind: approval}}], register: {{}}}}
  strict:
    from: dev
    models: [strict]
    gates: [{{kind: metric, name: rmse, at_most: 1}}]
    stages: [{{name: prod, workspace: prod, register: {{}}}}]
"""
ROUTES = ("quick", "asking", "strict")


def cloud(directory: Path, **settings: str) -> LocalCloud:
    """A service with that policy, not yet started; `settings` are app settings."""
    policy = directory / "promotion.yaml"
    policy.parent.mkdir(parents=True, exist_ok=True)
    policy.write_text(POLICY)
    return LocalCloud(directory, policy=policy, settings=settings)


def begin(service: Service) -> dict[str, str]:
    """One promotion on each route, as far as it goes by itself; ids by route."""
    ids = {}
    for route in ROUTES:
        told = service.register(name=route)
        row = told.wait_for("promotion.approval_requested") if route == "asking" else told.end()
        ids[route] = str(row["Properties"]["promotion_id"])
    return ids


def operation(service: Service) -> str:
    """The id of an operation that has been asked for."""
    url, ada = service.info["api_url"], service.info["identities"]["ada"]
    answer = ask(f"{url}/line/resume", "POST", ada, json={"reason": "There is none."})
    return str(answer.raise_for_status().json()["id"])


def ask(
    url: str, method: str = "GET", headers: Mapping[str, str] | None = None, **more: Any
) -> httpx.Response:
    """One request on a connection of its own, which follows nothing."""
    return httpx.request(method, url, headers=headers, timeout=30, trust_env=False, **more)
