"""Why a file that cannot be used may be as it is: left-over placeholders, the wrong file."""

import re
from collections.abc import Iterator
from typing import Final

_PLACEHOLDER: Final = re.compile(
    r"\$?\{\{[^{}]*\}\}"  # {{NAME}}, as sed and templates fill it; ${{ NAME }}, as pipelines do
    r"|\$(?!schema\b)[A-Za-z_]\w*|\$\{\w+\}|\$\(\w+\)"  # the shell, and Azure Pipelines
    r"|<[A-Za-z_][\w -]*>|#\{\w+\}#"
)
_COMMENT: Final = re.compile(r"(?:^|\s)#(?!\{).*")
_SCHEMA: Final = re.compile(r"^\$schema:\s*[\"']?\S*?(\w+)\.schema\.json", re.MULTILINE)
_MOST_SHOWN: Final = 3


def with_hints(wrong: list[str], yaml: str, wanted: str) -> list[str]:
    """What is ``wrong`` with the text, and what the text itself tells about it.

    ``wanted`` is "online endpoint", "batch deployment" and so on. A text with
    which nothing is wrong gets no hints.
    """
    if not wrong:
        return []
    return [*_other_kind(yaml, wanted), *wrong, *_left_over(yaml)]


def _other_kind(yaml: str, wanted: str) -> Iterator[str]:
    schema = _SCHEMA.search(yaml)
    if schema and wanted.replace(" ", "") not in schema[1].lower():
        article = "an" if wanted.startswith("online") else "a"
        yield f"$schema says {schema[1]}, and this must be the file of {article} {wanted}"


def _left_over(yaml: str) -> Iterator[str]:
    if found := _placeholders(yaml):
        shown = [f"{text} (line {line})" for text, line in found.items()][:_MOST_SHOWN]
        yield f"nothing fills placeholders in this file: {', '.join(shown)}; write what they mean"


def _placeholders(yaml: str) -> dict[str, int]:
    """Each placeholder with the first line where it stands."""
    found: dict[str, int] = {}
    for number, line in enumerate(yaml.splitlines(), start=1):
        for placeholder in _PLACEHOLDER.findall(_COMMENT.sub("", line)):
            found.setdefault(placeholder, number)
    return found
