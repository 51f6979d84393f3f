"""What ``policy backtest`` does."""

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatchcase
from functools import partial
from pathlib import Path

import typer
from pydantic import TypeAdapter, ValidationError

from promotion.cli.comparison import in_words
from promotion.cli.given import MISTAKES, given_settings, told
from promotion.cli.printable import printable
from promotion.cli.printing import echo_json
from promotion.cli.sdk import needs_a_login
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


@dataclass(frozen=True)
class Asked:
    """What was typed."""

    policy: str
    since: str
    in_force: str | None
    model: str
    ask: bool
    send_tokens: bool
    settings: Path | None
    assignments: Sequence[str]


def tell(asked: Asked, as_json: bool) -> None:
    """Print what each policy would have done. Raises typer.Exit, or Failed, for a mistake."""
    reading = asked.policy
    try:
        with needs_a_login():
            given = given_settings(asked.settings, asked.assignments)
            tried = read_policy_at(place_of(reading), name=reading, settings=given)
            reading = asked.in_force or asked.policy
            documents = [tried]
            if asked.in_force:
                documents.insert(0, read_policy_at(place_of(reading), name=reading, settings=given))
            reading = asked.policy
            since = datetime.now(UTC) - _span(asked.since)
            candidates = tuple(_candidates(documents, since, asked.model))
            hear = partial(_asked, tokens=asked.send_tokens) if asked.ask else unasked
            replays = [replay(one, candidates, hear) for one in documents]
    except MISTAKES as error:
        typer.echo(told(error, reading), err=True)
        raise typer.Exit(2) from None
    before, after = replays[0] if asked.in_force else None, replays[-1]
    if as_json:
        echo_json(_as_json(before, after))
    else:
        typer.echo(printable(in_words(before, after)))


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


def _as_json(before: tuple[Replay, ...] | None, after: tuple[Replay, ...]) -> str:
    def rows(replays: tuple[Replay, ...]) -> list[Json]:
        return [one.to_json(whole=True) for one in replays]

    shown: dict[str, Json] = {"policy": rows(after)}
    if before is not None:
        shown = {"in_force": rows(before), **shown}
    return json.dumps(shown, indent=2)
