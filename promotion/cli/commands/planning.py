"""``plan``: what would become of a model version, without doing it."""

from typing import Annotated

import typer

from promotion.cli.asking import may_ask_the_service
from promotion.cli.client import Json, Service
from promotion.cli.exits import Exit, mistake
from promotion.cli.options import (
    POLICY,
    AsJson,
    Assignments,
    Bypass,
    Model,
    Policy,
    RouteName,
    SendTokens,
    SettingsFile,
    Through,
    Version,
    Workspace,
)
from promotion.cli.printing import echo_json
from promotion.cli.sdk import needs_the_sdk


@may_ask_the_service
def plan(
    service: Service,
    *,
    model: Model,
    version: Version,
    route: RouteName = None,
    workspace: Workspace = None,
    through: Through = None,
    bypass: Bypass = None,
    as_json: AsJson = False,
    direct: Annotated[
        bool, typer.Option("--direct", help="Without the service, with your own Azure login.")
    ] = False,
    policy: Policy = POLICY,
    send_tokens: SendTokens = False,
    settings: SettingsFile = None,
    assignments: Assignments = None,
) -> None:
    """Show what would become of a model version, and why.

    Nothing is changed. The service answers by the policy in force. With --direct it is not asked:
    the policy is a file (--policy, whose ${NAME} are filled by --settings and --set), and the
    version, its job and its metrics are read with your own Azure login (az login).

    Exits with 0 if the version would be promoted on every route that wants it, with 1 if a route
    would refuse it or none wants it.
    """
    if direct:
        if route or through or bypass:
            raise mistake("--route, --through and --bypass cannot be used with --direct.")
        # Here and not above: the rules cost a quarter of a second.
        from promotion.cli.direct import Asked, tell

        with needs_the_sdk():
            given = (policy, workspace, send_tokens, settings, assignments or [])
            tell(Asked(model, version, *given), as_json)
        return
    if policy != POLICY or send_tokens or settings or assignments:
        raise mistake("--policy, --send-tokens, --settings and --set take --direct.")
    wish = {"route": route, "workspace": workspace, "through": through, "bypass": bypass}
    body: Json = {"model": model, "version": version}
    _tell(service, body | {key: value for key, value in wish.items() if value}, as_json)


def _tell(service: Service, body: Json, as_json: bool) -> None:
    answer = service.ask("plans", body)
    if as_json:
        echo_json(answer.text)
    else:
        from promotion.cli.forecast import forecast
        from promotion.cli.printing import show

        show(*forecast(answer.content))
    wanted = [one for one in answer.content["routes"] if one.get("unwanted") is None]
    if not wanted or not all(one["promotes"] for one in wanted):
        raise typer.Exit(int(Exit.NO))
