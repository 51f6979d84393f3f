"""Whether the files of jobs have the input that is to be the version."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from promotion.core.policy.files import inputs_of
from promotion.core.policy.mistakes import did_you_mean
from promotion.core.policy.places import Location, found_at

_MODELS: Final = ("mlflow_model", "custom_model", "triton_model")
"""Source: https://learn.microsoft.com/azure/machine-learning/how-to-manage-models"""


def unusable_inputs(plain: Any, files: Mapping[str, str]) -> Iterator[tuple[Location, str]]:
    """Every job whose file cannot take the version, and why; ``files`` are those that were read."""
    for at, job in found_at(plain, "routes", "*", "stages", "*", "job"):
        if not isinstance(job, dict) or not isinstance(file := job.get("file"), str):
            continue
        wanted = job.get("input", "model")
        inputs = inputs_of(files[file]) if file in files else None
        if inputs is not None and isinstance(wanted, str):
            place = (*at, "input" if "input" in job else "file")
            yield from ((place, f"{file} {what}") for what in _wrong(inputs, wanted))


def _wrong(inputs: Mapping[str, object], wanted: str) -> Iterator[str]:
    if wanted not in inputs:
        other = did_you_mean(wanted, map(str, inputs)) if inputs else ""
        yield f"has no input {wanted}, which is to be the model{other}"
        return
    found = inputs[wanted]
    kind = found.get("type") if isinstance(found, dict) else None
    if kind not in _MODELS:
        yield (
            f"has an input {wanted} that takes no model; write it as "
            f"{{type: {_MODELS[0]}}}, or with one of the types {' and '.join(_MODELS[1:])}"
        )
