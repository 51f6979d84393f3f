"""The team's job files, read with azure-ai-ml's own loader and without Azure."""

import io
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from promotion.azureml.file_hints import with_hints
from promotion.azureml.files import what_is_wrong

_FILLED: Final = re.compile(r"\$\{\{[^{}]*\}\}|\$(?!schema\b)\w+|\$\{\w+\}|\$\(\w+\)")
"""What Azure fills when the job runs, and a shell in its commands."""
_STEP: Final = (
    "azure-ai-ml cannot make sense of this step: a field is missing or misspelt, or the code or "
    "the component that it names is not there"
)
_NO_COMPONENT: Final = "missing data for required field"
_NO_FILE: Final = re.compile(r"No such file or directory: [^'\"\]\n]+")


def load_job(yaml: str, path: Path, ours: Mapping[str, str]) -> Any:
    """The SDK's entity of the job in ``yaml``, which stands in the file ``path``.

    Relative paths in the text begin where the file stands; ``ours`` are the fields that the
    service sets, such as ``inputs.model.path``. Raises what the SDK raises.
    """
    from azure.ai.ml import load_job

    overrides = [{field: value} for field, value in ours.items()]
    return load_job(io.StringIO(yaml), relative_origin=str(path), params_override=overrides)


def check_job(yaml: str, path: Path) -> list[str]:
    """What is wrong with the job in ``yaml``, which stands in the file ``path``."""
    wrong = what_is_wrong(lambda: _read(yaml, path), path)
    return with_hints(wrong, _FILLED.sub("", yaml), "job")


def _read(yaml: str, path: Path) -> Any:
    from marshmallow import ValidationError

    try:
        return load_job(yaml, path, {"name": "job"})
    except ValidationError as error:
        told = error.messages
        text = told[0] if isinstance(told, list) and len(told) == 1 else None
        # Of jobs the SDK makes one long text; of_fields wants the messages field by field.
        raise ValidationError(_by_field(text) if isinstance(text, str) else told) from None


def _by_field(text: str) -> Any:
    """The messages in what the SDK says of a job: JSON amid prose."""
    try:
        found: Any = json.JSONDecoder().raw_decode(text, text.index("{"))[0]
    except (ValueError, RecursionError):
        return text
    listed = found.get("errors")
    if not isinstance(listed, list):
        return found
    told = [(str(one.get("path")), str(one.get("message"))) for one in listed]
    return dict(_of_step(path, message) for path, message in told)


def _of_step(path: str, message: str) -> tuple[str, Any]:
    """Of a step the SDK tells why it is of none of the kinds that it knows, one after the other."""
    if path.startswith("jobs."):
        if missing := _NO_FILE.search(message):
            return path, missing[0]
        step, _, field = path.rpartition(".")
        if field == "component" and message.lower().startswith(_NO_COMPONENT):
            return step, _STEP
        if message.startswith("{"):
            return path, _STEP
    return "_schema" if path == "*" else path, _by_field(message)
