"""The scoring code that a deployment file names, looked at before a deployment needs it."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from promotion.azureml.file_messages import PATHS_BEGIN

_REMOTE: Final = re.compile(r"azureml:|/subscriptions/", re.IGNORECASE)
"""Scoring code that is registered in Azure ML."""


def in_code(deployment: Any, folder: Path) -> Iterator[str]:
    """What is wrong with the scoring code of ``deployment``, whose file stands in ``folder``."""
    code = getattr(deployment.code_configuration, "code", None)
    if code is None or _REMOTE.match(str(code)):
        return
    script = deployment.code_configuration.scoring_script
    place = folder / code
    if place.is_file():
        yield f"code_configuration.code: {code} is a file; name its folder"
    elif not place.is_dir():
        yield f"code_configuration.code: there is no folder {code}; {PATHS_BEGIN}"
    elif not script:
        yield "code_configuration.scoring_script: missing data for required field"
    elif not (place / script).is_file():
        yield f"code_configuration.scoring_script: there is no file {script} in {code}"
    else:
        yield from _in_script(place / script, script)


def _in_script(path: Path, script: str) -> Iterator[str]:
    """As azure-ai-ml does before it deploys, which refuses what is not Python."""
    try:
        ast.parse(path.read_text(encoding="utf-8"), script)
    except SyntaxError as error:
        yield f"code_configuration.scoring_script: {script} line {error.lineno}: {error.msg}"
    except (OSError, ValueError, RecursionError):
        yield f"code_configuration.scoring_script: {script} is not Python in UTF-8"
