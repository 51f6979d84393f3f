"""A small Azure on this machine: the stand-ins, the host with the function app, and the wiring."""

import json
import ssl
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, Self

import httpx

from local import taxi
from local.host.process import HostProcess
from local.identities import identities
from local.processes import Process

MINUTE: Final = "2"
"""Seconds of a minute of Azure Monitor: nobody wants to wait for real ones here."""
ROOT: Final = Path(__file__).resolve().parent.parent
INTAKE: Final = "on_model_registered"


class LocalCloud:
    """Stand-in for Azure and function app, each in a process of its own, on loopback.

    The function app runs unchanged: what tells it where "Azure" is are app settings and the
    managed-identity variables that App Service sets, too.

    With `durable_apart` the durable backend has a process of its own, too, so that the function app
    may be killed (`kill_host`) and started again (`restart_host`) while orchestrations live on.
    """

    def __init__(
        self,
        directory: Path,
        *,
        policy: Path = ROOT / "examples/taxi-fare/promotion.yaml",
        host_port: int = 0,
        emulator_port: int = 0,
        seconds: Mapping[str, float] | None = None,
        settings: Mapping[str, str] | None = None,
        durable_apart: bool = False,
    ) -> None:
        """`seconds` is how long Azure's operations take, by kind; `settings` are app settings."""
        self.directory = directory
        self.audit_file = directory / "audit.jsonl"
        self.policy = policy
        self._host_port = host_port
        self._seconds = dict(seconds or {})
        self._settings = dict(settings or {})
        self._durable_apart = durable_apart
        arguments = ("--port", str(emulator_port), "--directory", str(directory))
        self._azure = Process(
            "local.azureml",
            *arguments,
            log=directory / "azure.log",
            environment={"AZUREML_MINUTE": MINUTE},
        )

    def start(self) -> Self:
        """Everything up, seeded and subscribed; processes.StartFailed if something cannot start."""
        self._azure.start()
        try:
            self.audit_file.unlink(missing_ok=True)
            self.control = self._control_client()
            self.control.post("/_emulator/seed", json=taxi.seed())
            self.control.put("/_emulator/clock", json={"seconds": self._seconds})
            self._host = self._start_host()
        except BaseException:
            self._azure.stop()
            raise
        self.info = self._info()
        self._subscribe()
        return self

    def stop(self) -> None:
        """Everything down again."""
        self._host.stop()
        self.control.close()
        self._azure.stop()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def environment(self) -> dict[str, str]:
        """What a program needs to find this Azure and an identity in it."""
        azure = self._azure.ready
        return {
            "REQUESTS_CA_BUNDLE": azure["ca_file"],
            "IDENTITY_ENDPOINT": azure["identity_endpoint"],
            "IDENTITY_HEADER": azure["identity_header"],
        }

    def audit(self) -> list[dict[str, Any]]:
        """The audit trail so far."""
        if not self.audit_file.exists():
            return []
        text = self.audit_file.read_bytes()
        # What follows the last line's end is a record that is being written at this moment.
        whole = text[: text.rfind(b"\n") + 1].decode()
        return [json.loads(line) for line in whole.split("\n") if line]

    def host_log(self) -> str:
        """What the host and the app have logged."""
        return self._host.log()

    def kill_host(self) -> None:
        """End the function app at once (SIGKILL), as a machine that fails does."""
        self._host.kill()

    def restart_host(self) -> None:
        """Start the function app again, at the same address."""
        self._host.restart()

    def alive(self) -> bool:
        """Whether both processes still run."""
        return self._azure.running and self._host.running

    def _control_client(self) -> httpx.Client:
        context = ssl.create_default_context(cafile=self._azure.ready["ca_file"])
        return httpx.Client(
            base_url=self._azure.ready["arm_url"],
            verify=context,
            timeout=30,
            trust_env=False,
            event_hooks={"response": [httpx.Response.raise_for_status]},
        )

    def _start_host(self) -> HostProcess:
        return HostProcess(
            ROOT,
            self.directory,
            port=self._host_port,
            environment={**self.environment, **self._app_settings(), **self._settings},
            durable_apart=self._durable_apart,
        ).start()

    def _app_settings(self) -> dict[str, str]:
        cloud = self._cloud()
        return {
            "PROMOTION_POLICY": str(self.policy.resolve()),
            "PROMOTION_AUDIT_FILE": str(self.audit_file.resolve()),
            # Whoever sends the header of App Service authentication here is believed.
            "PROMOTION_AUTH": "entra",
            "PROMOTION_CLOUD": cloud["name"],
            "PROMOTION_CLOUD_METADATA": json.dumps(cloud["metadata"]),
            "DEV_SUBSCRIPTION_ID": taxi.SUBSCRIPTION,
            "PROD_SUBSCRIPTION_ID": taxi.SUBSCRIPTION,
            # Operations take seconds here, not minutes, so looks may be closer together.
            "PROMOTION_POLL_FIRST": "0.05",
            "PROMOTION_POLL_LONGEST": "1",
            "PROMOTION_RETRY_FIRST": "0.2",
            "PROMOTION_RETRY_LONGEST": "2",
            "PROMOTION_METRIC_GRAIN": MINUTE,
        }

    def _cloud(self) -> dict[str, Any]:
        url = self._azure.ready["arm_url"]
        port = url.rpartition(":")[2]
        base = f"{url}/"
        return {
            # azure-ai-ml keeps the first metadata that it sees under a name: a name per port.
            "name": f"Local{port}",
            "metadata": {
                "azure_portal": base,
                "resource_manager": base,
                "active_directory": base,
                "aml_resource_id": "https://ml.azure.com/",
                "storage_endpoint": f"localhost:{port}",
                "registry_discovery_endpoint": base,
            },
        }

    def _info(self) -> dict[str, Any]:
        keys = json.loads((self.directory / "keys.json").read_text(encoding="utf-8"))
        host = self._host.url
        durable = f"{host}/runtime/webhooks/durabletask"
        return {
            "host_url": host,
            "api_url": f"{host}/api",
            "identities": identities(),
            "function_key": keys["default"],
            "event_url": f"{host}/runtime/webhooks/EventGrid"
            f"?functionName={INTAKE}&code={keys['eventgrid']}",
            "durable_url": durable,
            "durable_key": keys["durabletask"],
            "arm_url": self._azure.ready["arm_url"],
            "ca_file": self._azure.ready["ca_file"],
            "cloud": self._cloud(),
            "identity": {
                "endpoint": self._azure.ready["identity_endpoint"],
                "header": self._azure.ready["identity_header"],
            },
            "subscription": taxi.SUBSCRIPTION,
            "resource_groups": taxi.RESOURCE_GROUPS,
            "workspaces": {"dev": taxi.DEV, "prod": taxi.PROD},
            "registry": taxi.REGISTRY,
            "model_paths": {name: made.model_path for name, made in taxi.TRAININGS.items()},
            "audit_file": str(self.audit_file.resolve()),
        }

    def _subscribe(self) -> None:
        self.control.post(
            "/_emulator/subscriptions",
            json={
                "name": "promotion",
                "endpoint": self.info["event_url"],
                "schema": "CloudEventSchemaV1_0",
                "source": taxi.workspace_id(taxi.DEV),
                "event_types": ["Microsoft.MachineLearningServices.ModelRegistered"],
            },
        )
