"""``plan``: what the policy would do with a model version, without doing it."""

import json
from pathlib import Path
from typing import Annotated

import typer

from promotion.cli.given import Assignments, SettingsFile, given_settings
from promotion.cli.preview import in_words
from promotion.core.candidate import Candidate
from promotion.core.errors import PromotionError
from promotion.core.policy.document import PolicyDocument
from promotion.core.policy.mistakes import PolicyInvalid
from promotion.core.preview import preview
from promotion.core.references import ModelVersion, WorkspaceRef
from promotion.policy_source import read_policy_file


def plan(
    *,
    model: Annotated[str, typer.Option(help="Name of the model.")],
    version: Annotated[str, typer.Option(help="Version of the model.")],
    policy: Annotated[Path, typer.Option(help="The policy.")] = Path("promotion.yaml"),
    workspace: Annotated[
        str | None,
        typer.Option(help="Where the model is registered, by its name in the policy."),
    ] = None,
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
        document = read_policy_file(
            policy, name=policy.as_posix(), settings=given_settings(settings, assignments or ())
        )
        candidate = _candidate(document, workspace, ModelVersion(name=model, version=version))
    except (OSError, PolicyInvalid, PromotionError) as error:
        typer.echo(_told(error, policy), err=True)
        raise typer.Exit(2) from None
    routes = preview(document, candidate)
    if as_json:
        whole = {
            "candidate": candidate.to_json(whole=True),
            "routes": [route.to_json(whole=True) for route in routes],
        }
        typer.echo(json.dumps(whole, indent=2))
    else:
        typer.echo("\n".join(in_words(candidate, routes)))
    wanted = [route for route in routes if route.unwanted is None]
    if not wanted or not all(route.promotes for route in wanted):
        raise typer.Exit(1)


def _candidate(document: PolicyDocument, name: str | None, model: ModelVersion) -> Candidate:
    # Here and not above: --help needs no SDK.
    from promotion.azureml.evidence import read_candidate

    return read_candidate(_source(document, name), model)


def _source(document: PolicyDocument, name: str | None) -> WorkspaceRef:
    """The workspace of that name, or the only one that routes take models from."""
    policy = document.policy
    sources = sorted({route.source for route in policy.routes.values()})
    if name is None and len(sources) == 1:
        name = sources[0]
    if name not in policy.workspaces:
        known = ", ".join(sorted(policy.workspaces))
        what = f"{name!r} is not in the policy" if name else f"routes start in {', '.join(sources)}"
        raise typer.BadParameter(f"{what}; name one of {known}.", param_hint="--workspace")
    return policy.workspaces[name]


def _told(error: Exception, policy: Path) -> str:
    if isinstance(error, PromotionError):
        return str(error.failure)
    if isinstance(error, OSError):
        return f"{policy} cannot be read: {error.strerror or error}"
    return str(error)
