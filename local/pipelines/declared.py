"""What a pipeline's file declares: parameters, and the name of its runs."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML


@dataclass(frozen=True)
class Declared:
    """A pipeline as its file declares it."""

    parameters: dict[str, bool]
    """By name, whether it must be given."""
    name: str
    """Of a run, with the expressions in it."""
    prefix: str
    """`parameters.` or `inputs.`: what expressions call them."""

    def missing(self, given: dict[str, Any]) -> list[str]:
        return [name for name, needed in self.parameters.items() if needed and name not in given]

    def unknown(self, given: dict[str, Any]) -> list[str]:
        return [name for name in given if name not in self.parameters]

    def run_name(self, given: dict[str, Any], number: int) -> str:
        def value(found: re.Match[str]) -> str:
            return str(given.get(found[1].strip().removeprefix(self.prefix), ""))

        name = re.sub(r"\$\{\{(.*?)\}\}", value, self.name)
        name = name.replace("$(Date:yyyyMMdd)", f"{datetime.now(UTC):%Y%m%d}")
        return name.replace("$(Rev:.r)", f".{number}").replace("$(Rev:r)", str(number))


def of_azure(file: Path) -> Declared:
    """The pipeline that an azure-pipelines.yml declares."""
    known = _read(file)
    parameters = {one["name"]: "default" not in one for one in known.get("parameters", ())}
    return Declared(parameters, known.get("name", "$(Date:yyyyMMdd)$(Rev:.r)"), "parameters.")


def of_github(file: Path) -> Declared:
    """The workflow that a file under .github/workflows declares."""
    known = _read(file)
    inputs = known["on"]["workflow_dispatch"].get("inputs") or {}
    needed = {name: bool((one or {}).get("required")) for name, one in inputs.items()}
    # Without a run-name, a run that was dispatched is called as its workflow is.
    return Declared(needed, known.get("run-name", known.get("name", file.name)), "inputs.")


def _read(file: Path) -> dict[str, Any]:
    known: dict[str, Any] = YAML(typ="safe").load(file)
    return known
