"""The team's Azure ML CLI v2 files, read with azure-ai-ml's own loaders and without Azure."""

import io
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, Final

from promotion.azureml import access
from promotion.azureml.file_hints import with_hints
from promotion.azureml.file_messages import of_fields, of_unreadable, one_line
from promotion.azureml.scoring_code import in_code
from promotion.core.errors import Terminal
from promotion.core.policy.kubernetes import on_kubernetes

_SETTINGS: Final = re.compile(r"^settings\s*:", re.MULTILINE)


def load_endpoint(yaml: str, path: Path) -> Any:
    """The SDK's entity of the online endpoint in ``yaml``, which stands in the file ``path``.

    Relative paths in the text begin where the file stands. Raises what the SDK raises.
    """
    from azure.ai.ml import load_online_endpoint

    return load_online_endpoint(io.StringIO(yaml), relative_origin=str(path))


def load_deployment(yaml: str, path: Path, **ours: str) -> Any:
    """As for endpoints; ``ours`` are the fields that the service sets, in the file or not."""
    from azure.ai.ml import load_online_deployment

    overrides = [{field: value} for field, value in ours.items()]
    return load_online_deployment(
        io.StringIO(yaml), relative_origin=str(path), params_override=overrides
    )


def check_endpoint(yaml: str, path: Path) -> list[str]:
    """What is wrong with the online endpoint in ``yaml``, which stands in the file ``path``."""
    wrong = what_is_wrong(lambda: load_endpoint(yaml, path), path)
    return with_hints(wrong, yaml, "online endpoint")


def check_deployment(yaml: str, path: Path, model: str) -> list[str]:
    """As for endpoints, and whether the scoring code is where the file says.

    ``model`` is an asset id such as the service will set. Kubernetes takes no model of a registry:
    there the service registers it in the workspace first.
    """
    if on_kubernetes(yaml) and model.startswith("azureml://registries/"):
        model = "azureml:model:1"

    def load() -> Any:
        return load_deployment(yaml, path, name="deployment", endpoint_name="endpoint", model=model)

    wrong = what_is_wrong(load, path, lambda deployment: _in_deployment(deployment, path.parent))
    return with_hints(wrong, yaml, "online deployment")


def load_batch_endpoint(yaml: str, path: Path) -> Any:
    """The SDK's entity of the batch endpoint in ``yaml``; as for online endpoints."""
    from azure.ai.ml import load_batch_endpoint

    return load_batch_endpoint(io.StringIO(yaml), relative_origin=str(path))


def load_batch_deployment(yaml: str, path: Path, **ours: str) -> Any:
    """The SDK's entity of the batch deployment in ``yaml``, in its older or its newer form."""
    from azure.ai.ml import load_batch_deployment
    from azure.ai.ml.entities._load_functions import load_model_batch_deployment

    # The public loader does not know ``settings``, in which the newer form has half of its fields.
    load = load_model_batch_deployment if _SETTINGS.search(yaml) else load_batch_deployment
    overrides = [{field: value} for field, value in ours.items()]
    return load(io.StringIO(yaml), relative_origin=str(path), params_override=overrides)


def check_batch_endpoint(yaml: str, path: Path) -> list[str]:
    """What is wrong with the batch endpoint in ``yaml``, which stands in the file ``path``."""
    wrong = what_is_wrong(lambda: load_batch_endpoint(yaml, path), path, lambda _: ())
    return with_hints(wrong, yaml, "batch endpoint")


def check_batch_deployment(yaml: str, path: Path, model: str) -> list[str]:
    """As for batch endpoints, and whether the scoring code is where the file says."""

    def load() -> Any:
        ours = {"name": "deployment", "endpoint_name": "endpoint", "model": model}
        return load_batch_deployment(yaml, path, **ours)

    wrong = what_is_wrong(load, path, lambda deployment: in_code(deployment, path.parent))
    return with_hints(wrong, yaml, "batch deployment")


def refuse(file: str, wrong: list[str]) -> None:
    """Raise Terminal if anything is ``wrong`` with ``file``."""
    if wrong:
        raise Terminal(
            f"{file} cannot be used: {'; '.join(wrong)}.",
            remedy="Mend it, check it with `promotion policy check`, then promote again.",
            code="FileInvalid",
        )


def what_is_wrong(
    load: Callable[[], Any], path: Path, look: Callable[[Any], Iterable[str]] = lambda _: ()
) -> list[str]:
    """What the SDK says when it is to ``load`` the file ``path``, or else what a ``look`` tells."""
    access.quieten()
    from azure.ai.ml.exceptions import ValidationException
    from marshmallow import ValidationError

    try:
        return list(look(load()))
    except ValidationError as error:
        # The SDK makes one long text of it, but keeps the original, which has the fields.
        cause = error.__cause__ if isinstance(error.__cause__, ValidationError) else error
        return of_fields(cause.messages, path.parent) or [one_line(str(error))]
    except ValidationException as error:
        return [of_unreadable(error)]
    except RecursionError:
        return ["nested too deeply"]
    except Exception as error:  # the SDK's loaders stumble over some files
        told = one_line(f"{type(error).__name__}: {error}")
        return [f"azure-ai-ml cannot make sense of this file ({told}); compare it with an example"]


def _in_deployment(deployment: Any, folder: Path) -> Iterator[str]:
    """What the SDK's loader takes, and its client then refuses to send."""
    scaling = getattr(deployment.scale_settings, "type", "default")
    if scaling != "default" and deployment.type != "Kubernetes":
        yield (
            f"scale_settings.type: a managed online deployment takes default only, not {scaling}; "
            "let Azure Monitor scale it"
        )
    yield from in_code(deployment, folder)
