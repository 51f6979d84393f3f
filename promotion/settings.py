"""What the app settings say. Every setting is documented in docs/reference/settings.md."""

import json
import math
import os
from collections.abc import Mapping
from pathlib import Path

from promotion.core.address import Address
from promotion.core.timing import Timing
from promotion.core.value import Json, Value

APP_ROOT = Path(__file__).resolve().parent.parent
"""The folder of function_app.py; relative paths in settings begin here."""


POLICY = "promotion.yaml"


class SettingInvalid(Exception):
    """A setting has a value that cannot be used."""


class Settings(Value):
    """The app settings, read and checked."""

    policy: Path
    """The policy file; for a policy that is a blob, where it would be in the app's own folder."""
    policy_url: str | None
    """The policy, when it is a blob."""
    policy_refresh: float
    """Seconds after which the policy is looked at again."""
    audit_file: Path | None
    """Where audit records are also written as JSON lines, for local runs."""
    cloud: str
    """Name of the Azure cloud, as azure-ai-ml knows it."""
    cloud_metadata: dict[str, str] | None
    """Endpoints of a cloud that azure-ai-ml does not know."""
    azure_devops_url: str
    """Where Azure DevOps Services is, to which the app's own identity may be shown."""
    topic: str | None
    """Endpoint of the Event Grid topic that outcomes are published to, if there is one. Looked at
    when it is used: a promotion does not fail because of it."""
    api_url: str | None
    """Base of the app's own HTTP API, for people to follow; None when nobody has said."""
    timing: Timing


def read_settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """The settings in ``environment``; SettingInvalid names the one that cannot be used."""
    audit_file = environment.get("PROMOTION_AUDIT_FILE")
    policy = environment.get("PROMOTION_POLICY", POLICY)
    is_url = "://" in policy
    # A file costs microseconds to look at, a blob a request.
    refresh = _positive(environment, "PROMOTION_POLICY_REFRESH", 60.0) if is_url else 0
    return Settings(
        policy=APP_ROOT / (POLICY if is_url else policy),
        policy_url=policy if is_url else None,
        policy_refresh=refresh,
        audit_file=APP_ROOT / audit_file if audit_file else None,
        cloud=environment.get("PROMOTION_CLOUD", "AzureCloud"),
        cloud_metadata=_metadata(environment),
        azure_devops_url=_azure_devops(environment),
        topic=environment.get("PROMOTION_TOPIC", "").strip() or None,
        api_url=_api(environment),
        timing=Timing(
            **{
                field: _positive(environment, f"PROMOTION_{field.upper()}", info.default)
                for field, info in Timing.model_fields.items()
            }
        ),
    )


def _positive(environment: Mapping[str, str], name: str, default: float) -> float:
    written = environment.get(name)
    if written is None:
        return default
    try:
        number = type(default)(written)
    except ValueError:
        number = -1
    # Pauses that shrink would become a storm of requests.
    least = 1.0 if name == "PROMOTION_POLL_GROWTH" else 0.0
    if not least <= number < math.inf or number == 0:
        kind = "whole number" if isinstance(default, int) else "number"
        wanted = "of at least 1" if least else "greater than 0"
        raise SettingInvalid(f"{name} is {written!r}; it must be a {kind} {wanted}")
    return number


def _azure_devops(environment: Mapping[str, str]) -> str:
    url = environment.get("PROMOTION_AZURE_DEVOPS_URL", "https://dev.azure.com")
    if not url.startswith("https://"):
        raise SettingInvalid(f"PROMOTION_AZURE_DEVOPS_URL is {url!r}; it must begin with https://")
    return url.rstrip("/")


def _api(environment: Mapping[str, str]) -> str | None:
    """App Service says by itself what the app is called: WEBSITE_HOSTNAME.

    What is no address gives no link: a promotion does not fail because of one.
    """
    host = environment.get("WEBSITE_HOSTNAME")
    own = environment.get("PROMOTION_URL") or (f"https://{host}" if host else "")
    url = own.strip().rstrip("/")
    try:
        Address.of(url)
    except ValueError:
        return None
    return f"{url}/api"


def _metadata(environment: Mapping[str, str]) -> dict[str, str] | None:
    written = environment.get("PROMOTION_CLOUD_METADATA")
    if not written:
        return None
    try:
        metadata: Json = json.loads(written)
    except ValueError as error:
        raise SettingInvalid(f"PROMOTION_CLOUD_METADATA is not JSON: {error}") from None
    if not isinstance(metadata, dict):
        raise SettingInvalid("PROMOTION_CLOUD_METADATA must be a JSON object of endpoints")
    return {key: str(value) for key, value in metadata.items()}
