"""How mistakes are told: to people, or to the pipeline that shows them in a pull request."""

from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from promotion.core.policy.mistakes import Mistake


class Format(StrEnum):
    """Who reads the mistakes."""

    TEXT = "text"
    GITHUB = "github"
    AZURE_PIPELINES = "azure-pipelines"


def told(mistake: "Mistake", form: Format) -> str:
    """One line for ``mistake``."""
    match form:
        case Format.GITHUB:
            return _for_github(mistake)
        case Format.AZURE_PIPELINES:
            return _for_azure_pipelines(mistake)
    return str(mistake)


def _for_github(mistake: "Mistake") -> str:
    """An error annotation.

    Source: https://docs.github.com/actions/reference/workflow-commands-for-github-actions, and
    for what is escaped actions/toolkit, packages/core/src/command.ts.
    """
    text = {"%": "%25", "\r": "%0D", "\n": "%0A"}
    file = _escaped(mistake.file, text | {":": "%3A", ",": "%2C"})
    place = f"file={file},line={mistake.line},col={mistake.column}"
    return f"::error {place}::{_escaped(_words(mistake), text)}"


def _for_azure_pipelines(mistake: "Mistake") -> str:
    """An issue of the build.

    Source: https://learn.microsoft.com/azure/devops/pipelines/scripts/logging-commands
    """
    text = {"%": "%AZP25", "\r": "%0D", "\n": "%0A"}
    file = _escaped(mistake.file, text | {";": "%3B", "]": "%5D"})
    place = f"sourcepath={file};linenumber={mistake.line};columnnumber={mistake.column}"
    return f"##vso[task.logissue type=error;{place}]{_escaped(_words(mistake), text)}"


def _words(mistake: "Mistake") -> str:
    return f"{mistake.where}: {mistake.what}" if mistake.where else mistake.what


def _escaped(text: str, codes: dict[str, str]) -> str:
    return "".join(codes.get(character, character) for character in text)
