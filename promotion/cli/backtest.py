"""``policy backtest``: what a policy would have done with the versions of the last weeks."""

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatchcase
from functools import partial
from typing import Annotated

import typer
from pydantic import TypeAdapter, ValidationError

from promotion.cli.comparison import in_words
from promotion.cli.given import (
    MISTAKES,
    Assignments,
    SendTokens,
    SettingsFile,
    given_settings,
    told,
)
from promotion.cli.printable import printable
from promotion.core.backtest import Replay, replay, unasked
from promotion.core.candidate import Candidate
from promotion.core.gates import Gate
from promotion.core.plan import Plan
from promotion.core.policy.document import PolicyDocument
from promotion.core.policy.duration import Duration
from promotion.core.policy.route import Route
from promotion.core.references import WorkspaceRef
from promotion.core.value import Json
from promotion.policy_source import place_of, read_policy_at


def _span(written: str) -> timedelta:
    try:
        return TypeAdapter(Duration).validate_python(written)
    except ValidationError as error:
        what = error.errors()[0]["msg"].removeprefix("Value error, ")
        raise typer.BadParameter(what, param_hint="--since") from None


def backtest(
    policy: Annotated[str, typer.Argument(metavar="FILE", help="The policy to try.")],
    *,
    since: Annotated[str, typer.Option(metavar="SPAN", help="How far back, such as 90d.")] = "90d",
    in_force: Annotated[
        str | None,
        typer.Option(metavar="FILE|URL", help="The policy to compare with."),
    ] = None,
    model: Annotated[str, typer.Option(metavar="GLOB", help="Only models of that name.")] = "*",
    ask: Annotated[
        bool, typer.Option("--ask", help="Ask the services of http gates, about every version.")
    ] = False,
    send_tokens: SendTokens = False,
    as_json: Annotated[bool, typer.Option("--json", help="For scripts.")] = False,
    settings: SettingsFile = None,
    assignments: Assignments = None,
) -> None:
    """Show which registered versions a policy would have promoted; change nothing.

    With --in-force two policies stand side by side: the effect of a threshold before it is
    merged. Each version is judged as of its registration, and compared with the one that would
    have served then; waits for time and people are taken for granted.

    Reads with your own Azure login (az login). Exits with 0, or with 2 if there is a mistake.
    """
    reading = policy
    try:
        given = given_settings(settings, assignments or ())
        tried = read_policy_at(place_of(policy), name=policy, settings=given)
        reading = in_force or policy
        compared = in_force and read_policy_at(place_of(in_force), name=in_force, settings=given)
        reading = policy
        documents = [tried] if not compared else [compared, tried]
        candidates = tuple(_candidates(documents, datetime.now(UTC) - _span(since), model))
        asked = partial(_asked, tokens=send_tokens)
        replays = [replay(one, candidates, asked if ask else unasked) for one in documents]
    except MISTAKES as error:
        typer.echo(told(error, reading), err=True)
        raise typer.Exit(2) from None
    before, after = replays[0] if compared else None, replays[-1]
    show = _as_json if as_json else in_words
    shown = show(before, after)
    typer.echo("\n".join(shown) if as_json else printable(shown))


def _asked(plan: Plan, candidate: Candidate, *, tokens: bool) -> Candidate:
    from promotion.handoff.services import hear

    return hear(candidate, plan.all_gates, plan.hosts, tokens=tokens)


def _candidates(
    documents: Sequence[PolicyDocument], since: datetime, glob: str
) -> Iterator[Candidate]:
    """Every version that one of the policies may want, with its evidence."""
    # Here and not above: --help needs no SDK.
    from promotion.azureml.history import read_candidates, versions_since

    for source, globs in _sources(documents).items():

        def wanted(name: str, globs: set[str] = globs) -> bool:
            return fnmatchcase(name, glob) and any(fnmatchcase(name, one) for one in globs)

        versions = versions_since(source, since, wanted)
        with typer.progressbar(
            length=len(versions), label=f"Reading {source.name}", file=sys.stderr
        ) as progress:
            sized = any(_needs_size(document) for document in documents)
            yield from read_candidates(source, versions, lambda: progress.update(1), sized)


def _needs_size(document: PolicyDocument) -> bool:
    routes = document.policy.routes.values()
    gates = (gate for route in routes for gate in (*route.gates, *_of_stages(route)))
    return Plan.needs_size(gates)


def _of_stages(route: Route) -> Iterator[Gate]:
    return (gate for stage in route.stages for gate in stage.questions)


def _sources(documents: Iterable[PolicyDocument]) -> dict[WorkspaceRef, set[str]]:
    """By source workspace, the globs of the models that routes want from there."""
    found: dict[WorkspaceRef, set[str]] = {}
    for document in documents:
        for route in document.policy.routes.values():
            for name in route.sources:
                found.setdefault(document.policy.workspaces[name], set()).update(route.models)
    return found


def _as_json(before: tuple[Replay, ...] | None, after: tuple[Replay, ...]) -> Iterator[str]:
    def rows(replays: tuple[Replay, ...]) -> list[Json]:
        return [one.to_json(whole=True) for one in replays]

    shown: dict[str, Json] = {"policy": rows(after)}
    if before is not None:
        shown = {"in_force": rows(before), **shown}
    yield json.dumps(shown, indent=2)
