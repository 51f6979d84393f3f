"""The team's Azure ML CLI v2 files, read with azure-ai-ml's own loaders and without Azure."""

import io
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, Final

from promotion.azureml import access

_REMOTE: Final = re.compile(r"(azureml|https?):|/subscriptions/", re.IGNORECASE)
"""Scoring code that is not a folder beside the file."""

_ALTERNATIVES: Final = re.compile(r"In order to specify an existing ")
"""How the SDK's texts begin that explain what else a field could have been."""


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
    return _what_is_wrong(lambda: load_endpoint(yaml, path), lambda _: ())


def check_deployment(yaml: str, path: Path, model: str) -> list[str]:
    """As for endpoints, and whether the scoring code is where the file says.

    ``model`` is an asset id such as the service will set: not every deployment takes every model.
    """

    def load() -> Any:
        return load_deployment(yaml, path, name="deployment", endpoint_name="endpoint", model=model)

    return _what_is_wrong(load, lambda deployment: _in_code(deployment, path.parent))


def _what_is_wrong(load: Callable[[], Any], look: Callable[[Any], Iterable[str]]) -> list[str]:
    access.quieten()
    from azure.ai.ml.exceptions import ValidationException
    from marshmallow import ValidationError

    try:
        return list(look(load()))
    except ValidationError as error:
        # The SDK makes one long text of it, but keeps the original, which has the fields.
        cause = error.__cause__ if isinstance(error.__cause__, ValidationError) else error
        # Sorted, because the SDK gives unknown fields in another order each time.
        return sorted(set(_by_field(cause.messages))) or [_one_line(str(error))]
    except ValidationException as error:
        return [_unreadable(error)]
    except RecursionError:
        return ["nested too deeply"]
    except Exception as error:  # the SDK's loaders stumble over some files
        told = _one_line(f"{type(error).__name__}: {error}")
        return [f"azure-ai-ml cannot make sense of this file ({told}); compare it with an example"]


def _by_field(messages: Any, field: str = "") -> Iterator[str]:
    """``field.inner: message`` for everything in marshmallow's nested messages."""
    if isinstance(messages, dict):
        for name, inner in messages.items():
            # _schema is the thing itself, and value is the SDK's name for what a key maps to.
            own = name == "_schema" or (name == "value" and isinstance(inner, dict | list))
            yield from _by_field(inner, field if own else _inside(field, name))
    elif isinstance(messages, list):
        for inner in messages:
            yield from _by_field(inner, field)
    elif not _ALTERNATIVES.match(str(messages)):
        text = _one_line(str(messages)).rstrip(".")
        spoken = text[:1].lower() + text[1:]
        yield f"{field}: {spoken}" if field else spoken


def _inside(field: str, name: object) -> str:
    return f"{field}.{name}" if field else str(name)


def _in_code(deployment: Any, folder: Path) -> Iterator[str]:
    """What is missing of the scoring code that the deployment names."""
    code = getattr(deployment.code_configuration, "code", None)
    if code is None or _REMOTE.match(str(code)):
        return
    script = deployment.code_configuration.scoring_script
    if not (folder / code).exists():
        yield f"code_configuration.code: there is no folder {code}"
    elif not script:
        yield "code_configuration.scoring_script: missing data for required field"
    elif (folder / code).is_dir() and not (folder / code / script).is_file():
        yield f"code_configuration.scoring_script: there is no file {script} in {code}"


def _unreadable(error: Exception) -> str:
    """The SDK wraps the YAML reader's error, which alone says where."""
    mark = getattr(error.__cause__, "problem_mark", None)
    if mark is not None:
        problem = getattr(error.__cause__, "problem", None)
        return (
            f"not YAML: {problem or 'unreadable'} (line {mark.line + 1}, column {mark.column + 1})"
        )
    if error.__cause__ is not None:
        return f"not YAML: {_one_line(str(error.__cause__))}"
    text = str(error)
    if "Expect dict" in text:
        return "this file must be a mapping, with fields such as name"
    return "this file is empty" if "empty" in text else _one_line(text)


def _one_line(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 300 else f"{line[:300]}…"
