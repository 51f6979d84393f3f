"""A service that is told secrets in every way there is, and all that it puts out."""

import base64
import json
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, Self

import httpx
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from stories.raw import Headers, send
from stories.service import Service

from local import taxi
from local.azureml import certificate, server
from local.cloud import LocalCloud
from local.demo import demo_policy
from local.pipelines import Pipelines, azure_devops, github

PLANTED: Final = "zq7planted7qz"
"""Not a secret: it is put where everybody may see it, so that the search is seen to find it."""
TOKEN_BEGINS: Final = "eyJ0eXAiOiAiSldUIiwgImFsZyI6ICJub25lIn0."
"""What every token of the app's managed identity begins with, here."""
POLICY: Final = """\
version: 1
hosts: [localhost]
workspaces:
  dev: {{subscription: {subscription}, resource_group: rg-mlops-dev, name: mlw-mlops-dev}}
  prod: {{subscription: {subscription}, resource_group: rg-mlops-prod, name: mlw-mlops-prod}}
registry: mlops-registry
x-parts:
  github: &github
    {{repository: contoso/release, workflow: release.yml, url: "{github}"}}
  devops: &devops
    {{organization: contoso, project: mlops, pipeline: 42, parameters: {{environment: prod}}}}
routes:
  asked: {{from: dev, models: [asked], stages: [{{
    name: prod, workspace: prod, gates: [{{kind: approval}}], register: {{}}}}]}}
  scored: {{from: dev, models: [scored], stages: [{{name: prod, workspace: prod, online: {{
    endpoint: deploy/scored.yml, deployment: deploy/with-code.yml,
    smoke_test: {{request: deploy/sample-request.json, response: deploy/sample-response.json,
      tolerance: 4.0}}}}}}]}}
  judged: {{from: dev, models: [judged*], stages: [{{name: prod, workspace: prod, register: {{}}}}],
    gates: [{{kind: http, name: judge, url: "{judge}", token: "api://judge", timeout: 2s}}]}}
  github: {{from: dev, models: [github], stages: [{{name: prod, workspace: prod,
    github_workflow: {{<<: *github, token_setting: RELEASE_TOKEN}}}}]}}
  github-refused: {{from: dev, models: [github-refused], stages: [{{name: prod, workspace: prod,
    github_workflow: {{<<: *github, token_setting: WRONG_TOKEN}}}}]}}
  github-app: {{from: dev, models: [github-app], stages: [{{name: prod, workspace: prod,
    github_workflow: {{<<: *github, app: {{id: 7, installation: 70, key_setting: APP_KEY}}}}}}]}}
  azure: {{from: dev, models: [azure], stages: [{{name: prod, workspace: prod,
    azure_pipeline: *devops}}]}}
  azure-token: {{from: dev, models: [azure-token], stages: [{{name: prod, workspace: prod,
    azure_pipeline: {{<<: *devops, token_setting: DEVOPS_TOKEN}}}}]}}
  azure-refused: {{from: dev, models: [azure-refused], stages: [{{name: prod, workspace: prod,
    azure_pipeline: {{<<: *devops, token_setting: WRONG_TOKEN}}}}]}}
"""

ENVIRONMENT: Final = (
    "environment: azureml://registries/azureml/environments/sklearn-1.5/versions/1\n"
)
PRIVATE_KEY: Final = (
    rsa.generate_private_key(public_exponent=65537, key_size=2048)
    .private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    .decode()
)


def mark(name: str) -> str:
    """A secret of its own for each name; the same in JSON and in addresses."""
    return f"zq{sha256(name.encode()).hexdigest()[:20]}"


def spellings(secret: str) -> Iterator[bytes]:
    """As it is, and as base64 has it wherever it stands in a longer text."""
    yield secret.encode()
    for before in range(3):
        written = base64.b64encode(b"\0" * before + secret.encode() + b"\0\0\0").decode()
        yield written[4 if before else 0 : (before + len(secret)) // 3 * 4].encode()


def found(secrets: dict[str, str], outputs: dict[str, bytes]) -> dict[str, set[str]]:
    """In which outputs each secret stands; what stands nowhere is left out."""
    places = {
        name: {
            place
            for place, content in outputs.items()
            if any(spelling in content for spelling in spellings(secret))
        }
        for name, secret in secrets.items()
    }
    return {name: where for name, where in places.items() if where}


class Judge:
    """A service that gates ask."""

    def __init__(self, directory: Path) -> None:
        made = certificate.make(directory)
        self.ca_file = made.ca_file
        self.status = 200
        self.tokens: list[str] = []
        listener = server.listen(0)
        self.url = f"https://localhost:{listener.getsockname()[1]}/judge"
        app = Starlette(routes=[Route("/judge", self._judge, methods=["POST"])])
        self._server = server.Server(app, listener, made.context)

    async def _judge(self, request: Request) -> Response:
        self.tokens.append(request.headers.get("authorization", ""))
        # Not nice, but some do it: what was asked is repeated.
        reason = f"It is fair to {self.tokens[-1]}."
        return JSONResponse({"passed": True, "reason": reason}, self.status)

    def __enter__(self) -> Self:
        self._server.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.stop()


class World:
    """The service with its far sides, what it was asked, and what it has put out."""

    def __init__(self, directory: Path, auth: str) -> None:
        self.directory = directory / "service"
        self._auth = auth
        self._apart = directory
        self._running = ExitStack()
        self.answers: list[str] = []

    def __enter__(self) -> Self:
        with ExitStack() as starting:
            self.pipelines = starting.enter_context(Pipelines(self._apart / "pipelines"))
            self.judge = starting.enter_context(Judge(self._apart / "judge"))
            self.policy = self._write_policy()
            cloud = LocalCloud(self.directory, policy=self.policy, settings=self._settings())
            starting.enter_context(cloud)
            trusted = (self.directory / "ca.pem", self.pipelines.ca_file, self.judge.ca_file)
            self._trusted.write_text("".join(file.read_text() for file in trusted))
            self.service = Service(cloud)
            self._running = starting.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._running.close()

    def ask(self, method: str, target: str, headers: Headers, body: bytes = b"") -> int:
        """The status; what is answered is kept."""
        answer = send(self.service.info["host_url"], method, target, headers, body)
        self.answers += [str(answer.headers), answer.body.decode()]
        return answer.status

    def outputs(self) -> dict[str, bytes]:
        """All that the service has put out, by its kind."""
        shown = [state for one in self._instances() if (state := self._whole(one))]
        files = [file for file in self.directory.rglob("*") if file.is_file()]
        named = {f"file {file.relative_to(self.directory)}": file.read_bytes() for file in files}
        log = named.pop("file host.log")
        audit = named.pop("file audit.jsonl")
        return named | {
            "log": log,
            "audit": audit,
            "answers": "\n".join(self.answers).encode(),
            "state": json.dumps(shown).encode(),
        }

    @property
    def endpoint_keys(self) -> list[str]:
        """Of the endpoint that is scored."""
        path = f"{taxi.workspace_id(taxi.PROD)}/onlineEndpoints/scored/listKeys"
        answer = self.service.cloud.control.post(
            path,
            params={"api-version": "2022-02-01-preview"},
            headers={"Authorization": "Bearer test"},
        )
        return [str(key) for key in answer.json().values()]

    def _instances(self) -> list[dict[str, Any]]:
        """Every orchestration that there has been."""
        known: list[dict[str, Any]] = []
        headers = {"x-functions-key": self.service.info["durable_key"]}
        while True:
            url = f"{self.service.info['durable_url']}/instances"
            page = httpx.get(url, params={"showInput": "true", "top": "100"}, headers=headers)
            known += page.json()
            if not (more := page.headers.get("x-ms-continuation-token")):
                return known
            headers["x-ms-continuation-token"] = more

    def _whole(self, instance: dict[str, Any]) -> dict[str, Any]:
        asked = {"showInput": "true", "showHistory": "true", "showHistoryOutput": "true"}
        return self.service.instance(instance["instanceId"], **asked)

    @property
    def _trusted(self) -> Path:
        return self.directory / "trusted.pem"

    def _write_policy(self) -> Path:
        deploy = self.directory / "team" / "deploy"
        shutil.copytree(demo_policy(self.directory).parent / "deploy", deploy)
        (deploy / "scored.yml").write_text("name: scored\nauth_mode: key\n")
        code = "code_configuration: {code: src, scoring_script: score.py}\n"
        plain = (deploy / "online-deployment.yml").read_text()
        (deploy / "with-code.yml").write_text(plain + code + ENVIRONMENT)
        (deploy / "src").mkdir()
        (deploy / "src" / "score.py").write_text("def run(data): ...\n")
        policy = deploy.parent / "promotion.yaml"
        urls = {"github": self.pipelines.github_url, "judge": self.judge.url}
        policy.write_text(POLICY.format(subscription=taxi.SUBSCRIPTION, **urls))
        return policy

    def _settings(self) -> dict[str, str]:
        account = f"DefaultEndpointsProtocol=https;AccountName=st;AccountKey={mark('account key')}"
        return {
            "HOST_VERBOSE": "1",
            "PROMOTION_AUTH": self._auth,
            "PROMOTION_AZURE_DEVOPS_URL": self.pipelines.azure_devops_url,
            "REQUESTS_CA_BUNDLE": str(self._trusted.resolve()),
            "RELEASE_TOKEN": github.TOKEN,
            "DEVOPS_TOKEN": azure_devops.TOKEN,
            "WRONG_TOKEN": mark("wrong token"),
            "APP_KEY": PRIVATE_KEY,
            "AzureWebJobsStorage": account,
            "APPLICATIONINSIGHTS_CONNECTION_STRING": f"InstrumentationKey={mark('insights')}",
            "MICROSOFT_PROVIDER_AUTHENTICATION_SECRET": mark("provider secret"),
        }
