"""``plan --direct``: the same without the service, with one's own Azure login."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import typer

from promotion.cli.given import MISTAKES, given_settings, source_named, told
from promotion.cli.preview import in_words
from promotion.cli.printable import printable
from promotion.cli.printing import echo_json
from promotion.cli.sdk import needs_a_login
from promotion.core.candidate import Candidate
from promotion.core.preview import RoutePreview, preview
from promotion.core.references import ModelVersion, WorkspaceRef
from promotion.foreseeing import completed, with_missing
from promotion.policy_source import place_of, read_policy_at


@dataclass(frozen=True)
class Asked:
    """What was typed."""

    model: str
    version: str
    policy: str
    workspace: str | None
    send_tokens: bool
    settings: Path | None
    assignments: Sequence[str]


def tell(asked: Asked, as_json: bool) -> None:
    """Print what would become of it. Raises typer.Exit when it would not be promoted, or Failed."""
    try:
        with needs_a_login():
            candidate, routes = _previewed(asked)
    except MISTAKES as error:
        typer.echo(told(error, asked.policy), err=True)
        raise typer.Exit(2) from None
    if as_json:
        whole = {
            "candidate": candidate.to_json(whole=True),
            "routes": [route.to_json(whole=True) for route in routes],
        }
        echo_json(json.dumps(whole, indent=2))
    else:
        typer.echo(printable(in_words(candidate, routes)))
    wanted = [route for route in routes if route.unwanted is None]
    if not wanted or not all(route.promotes for route in wanted):
        raise typer.Exit(1)


def _previewed(asked: Asked) -> tuple[Candidate, tuple[RoutePreview, ...]]:
    given = given_settings(asked.settings, asked.assignments)
    document = read_policy_at(place_of(asked.policy), name=asked.policy, settings=given)
    source = source_named(document, asked.workspace)
    candidate = _candidate(source, _named(asked.model, asked.version))
    previews = preview(document, candidate, partial(completed, tokens=asked.send_tokens))
    return candidate, tuple(map(with_missing, previews))


def _named(model: str, version: str) -> ModelVersion:
    if not model or not version:
        raise typer.BadParameter("a model has a name and a version; neither may be empty.")
    return ModelVersion(name=model, version=version)


def _candidate(source: WorkspaceRef, model: ModelVersion) -> Candidate:
    # Here and not above: --help needs no SDK.
    from promotion.azureml.evidence import read_candidate

    return read_candidate(source, model)
