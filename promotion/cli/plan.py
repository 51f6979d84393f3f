"""``plan``: what the policy would do with a model version, without doing it."""

import json
from functools import partial
from typing import Annotated

import typer

from promotion.cli.given import (
    MISTAKES,
    POLICY,
    Assignments,
    Policy,
    SendTokens,
    SettingsFile,
    given_settings,
    source_named,
    told,
)
from promotion.cli.preview import in_words
from promotion.cli.printable import printable
from promotion.core.assets import to_share
from promotion.core.candidate import Candidate
from promotion.core.plan import Plan
from promotion.core.preview import RoutePreview, preview
from promotion.core.references import ModelVersion, WorkspaceRef
from promotion.policy_source import place_of, read_policy_at


def plan(
    *,
    model: Annotated[str, typer.Option(help="Name of the model.")],
    version: Annotated[str, typer.Option(help="Version of the model.")],
    policy: Policy = POLICY,
    workspace: Annotated[
        str | None,
        typer.Option(help="Where the model is registered, by its name in the policy."),
    ] = None,
    send_tokens: SendTokens = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="For scripts: everything, as JSON.")
    ] = False,
    settings: SettingsFile = None,
    assignments: Assignments = None,
) -> None:
    """Show what the policy would do with a model version, and why; change nothing.

    Reads the version, its job and its metrics with your own Azure login (az login); the service
    need not run.

    Exits with 0 if the version would be promoted on every route that wants it, with 1 if a route
    would refuse it or none wants it, and with 2 if there is a mistake.
    """
    try:
        document = read_policy_at(
            place_of(policy), name=policy, settings=given_settings(settings, assignments or ())
        )
        source = source_named(document, workspace)
        candidate = _candidate(source, _named(model, version))
        previews = preview(document, candidate, partial(_complete, tokens=send_tokens))
        routes = tuple(map(_with_missing, previews))
    except MISTAKES as error:
        typer.echo(told(error, policy), err=True)
        raise typer.Exit(2) from None
    if as_json:
        whole = {
            "candidate": candidate.to_json(whole=True),
            "routes": [route.to_json(whole=True) for route in routes],
        }
        typer.echo(json.dumps(whole, indent=2))
    else:
        typer.echo(printable(in_words(candidate, routes)))
    wanted = [route for route in routes if route.unwanted is None]
    if not wanted or not all(route.promotes for route in wanted):
        raise typer.Exit(1)


def _named(model: str, version: str) -> ModelVersion:
    if not model or not version:
        raise typer.BadParameter("a model has a name and a version; neither may be empty.")
    return ModelVersion(name=model, version=version)


def _candidate(source: WorkspaceRef, model: ModelVersion) -> Candidate:
    # Here and not above: --help needs no SDK.
    from promotion.azureml.evidence import read_candidate

    return read_candidate(source, model)


def _with_missing(route: RoutePreview) -> RoutePreview:
    """With what could not go along with the model; only where it would get that far."""
    if route.plan is None or not route.judgement.passed:
        return route
    named = to_share(use for stage in route.plan.stages for use in stage.assets)
    if not named:
        return route
    from promotion.azureml.assets import missing

    return route.model_copy(update={"missing": missing(route.plan.source, named)})


def _complete(plan: Plan, candidate: Candidate, *, tokens: bool) -> Candidate:
    """The candidate with what the gates of ``plan`` ask of endpoints and services."""
    from promotion.azureml.champions import with_champions
    from promotion.azureml.sizes import with_size
    from promotion.handoff.services import hear

    gates = plan.all_gates
    if plan.needs_size(gates):
        candidate = with_size(candidate)
    champions = plan.targets_of_champions(gates)
    known = with_champions(candidate, champions, plan.source_name)
    return hear(known, gates, plan.hosts, tokens=tokens)
