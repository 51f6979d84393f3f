"""A qa workspace beside the two of the taxi-fare team, and versions that others have registered."""

import ssl
from datetime import UTC, datetime
from typing import Any, Final

import httpx

from local import taxi

QA: Final = "mlw-mlops-qa"
SEED: Final = {
    "workspaces": [
        {
            "subscription": taxi.SUBSCRIPTION,
            "resource_group": "rg-mlops-qa",
            "name": QA,
            "location": "westeurope",
        }
    ]
}


def register_as(info: dict[str, Any], by: str, job: str, name: str, version: str) -> None:
    """A version that ``by`` has registered, and its event; the stand-in knows no logins."""
    now = datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    model = {
        "workspace": taxi.DEV,
        "name": name,
        "version": version,
        "job": job,
        "created_at": now,
        "created_by": by,
        "tags": {"trained_on": "nyc-taxi-2026-01"},
    }
    context = ssl.create_default_context(cafile=info["ca_file"])
    with httpx.Client(verify=context, trust_env=False, timeout=30) as http:
        url = f"{info['arm_url']}/_emulator/seed"
        http.post(url, json={"models": [model]}).raise_for_status()
        event = {
            "specversion": "1.0",
            "type": "Microsoft.MachineLearningServices.ModelRegistered",
            "source": taxi.workspace_id(taxi.DEV),
            "subject": f"models/{name}:{version}",
            "id": f"{name}-{version}",
            "time": now,
            "data": {"modelName": name, "modelVersion": version},
        }
        headers = {"aeg-event-type": "Notification"}
        http.post(info["event_url"], json=event, headers=headers).raise_for_status()
