"""``hold``, ``resume`` and ``rollback``: what operators do to a stage, or to everything."""

from typing import Annotated

import typer

from promotion.cli.asking import asks_the_service
from promotion.cli.client import Answer, Json, Service
from promotion.cli.confirming import confirm
from promotion.cli.exits import Exit, Failed
from promotion.cli.options import AsJson, NoWait, Reason, Route, Stage, Yes
from promotion.cli.paths import place_path
from promotion.cli.printing import echo_json, plain
from promotion.cli.states import exit_of, resume_command
from promotion.cli.watching import watch_operation

_Everything = Annotated[bool, typer.Option("--everything", help="Every stage of every route.")]


@asks_the_service
def hold(
    service: Service,
    route: Route = None,
    stage: Stage = None,
    *,
    reason: Reason,
    everything: _Everything = False,
    yes: Yes = False,
    no_wait: NoWait = False,
    as_json: AsJson = False,
) -> None:
    """Stop deliveries at a stage, or everywhere.

    A rollout under way parks at its present weights. Nothing goes on until promote resume.
    """
    path = place_path(route, stage, everything, "hold")
    if everything:
        confirm(service.around, "Stop deliveries at every stage of every route?", yes)
    _operate(service, path, {"reason": reason}, no_wait, as_json)


@asks_the_service
def resume(
    service: Service,
    route: Route = None,
    stage: Stage = None,
    *,
    reason: Reason,
    everything: _Everything = False,
    no_wait: NoWait = False,
    as_json: AsJson = False,
) -> None:
    """Let deliveries go on at a stage, or everywhere."""
    path = place_path(route, stage, everything, "resume")
    _operate(service, path, {"reason": reason}, no_wait, as_json)


@asks_the_service
def rollback(
    service: Service,
    route: Annotated[str, typer.Argument(metavar="ROUTE", help="Route of the policy.")],
    stage: Annotated[str, typer.Argument(metavar="STAGE", help="Stage of the route.")],
    *,
    reason: Reason,
    to: Annotated[
        str | None,
        typer.Option(metavar="VERSION", help="Without it, the version that served before."),
    ] = None,
    yes: Yes = False,
    no_wait: NoWait = False,
    as_json: AsJson = False,
) -> None:
    """Hold a stage and let an earlier version serve again.

    The stage stays held until promote resume.
    """
    path = place_path(route, stage, False, "rollback")
    wanted = f"version {to}" if to else "the version before"
    confirm(service.around, f"Let {wanted} serve at {route} {stage}, and hold it?", yes)
    body: Json = {"reason": reason, **({"version": to} if to else {})}
    _operate(service, path, body, no_wait, as_json)


def _operate(service: Service, path: str, body: Json, no_wait: bool, as_json: bool) -> None:
    begun = service.send(path, body, keyed=True)
    operation = f"operations/{begun.content['id']}"
    if no_wait:
        if as_json:
            echo_json(begun.text)
        else:
            typer.echo(plain(f"It has begun: {begun.content['id']}"))
        return
    try:
        ended = watch_operation(service, operation)
    except KeyboardInterrupt:
        typer.echo("It goes on without you.", err=True)
        raise typer.Exit(int(Exit.INTERRUPTED)) from None
    _tell(ended, as_json)


def _tell(ended: Answer, as_json: bool) -> None:
    """Raises Failed, or typer.Exit with --json, when it did not succeed."""
    found = ended.content
    if as_json:
        echo_json(ended.text)
        raise typer.Exit(int(exit_of(found["status"])))
    if found["status"] != "succeeded":
        failure = found.get("failure") or {}
        reason = failure.get("reason") or f"It is {found['status']}."
        raise Failed(Exit.NO, reason, _remedy(found, failure.get("remedy")))
    typer.echo(plain(_done(found)))


def _remedy(operation: Json, remedy: str | None) -> str | None:
    if operation["kind"] != "roll_back":
        return remedy
    where = f"{operation['route']} {operation['stage']}"
    held = f"{where} is held until: {resume_command(operation['route'], operation['stage'])}"
    return f"{remedy} {held}" if remedy else held


def _done(operation: Json) -> str:
    where = f"{operation['route']} {operation['stage']}" if operation.get("stage") else "Everything"
    match operation["kind"]:
        case "hold":
            return f"{where} is held."
        case "resume":
            return f"{where} goes on."
    taken_back = operation.get("taken_back") or []
    besides = f" Taken back: {', '.join(taken_back)}." if taken_back else ""
    return f"{operation.get('serves')} serves at {where}, which is held.{besides}"
