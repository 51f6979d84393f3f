"""``submit`` and ``retry``: start a promotion by hand."""

import typer

from promotion.cli.asking import asks_the_service
from promotion.cli.client import Answer, Json, Service
from promotion.cli.options import (
    AsJson,
    Bypass,
    Id,
    Model,
    Reason,
    RouteName,
    Through,
    Version,
    Watch,
    Workspace,
)
from promotion.cli.paths import promotion_path
from promotion.cli.printing import echo_json, plain
from promotion.cli.watching import watch_promotion


@asks_the_service
def submit(
    service: Service,
    *,
    model: Model,
    version: Version,
    reason: Reason,
    route: RouteName = None,
    workspace: Workspace = None,
    through: Through = None,
    bypass: Bypass = None,
    watch: Watch = False,
    as_json: AsJson = False,
) -> None:
    """Promote a model version by hand, through the same gates.

    --bypass takes the app role Promotion.Breakglass; the gates' names and yours stand in every
    record. With --watch it exits as promote watch does.
    """
    wish = {"route": route, "workspace": workspace, "through": through, "bypass": bypass}
    body: Json = {"model": model, "version": version, "reason": reason}
    body |= {key: value for key, value in wish.items() if value}
    started = service.send("promotions", body, keyed=True)
    _follow(service, started, watch, as_json, f"{model}:{version} is on its way")


@asks_the_service
def retry(
    service: Service,
    promotion: Id,
    *,
    reason: Reason,
    watch: Watch = False,
    as_json: AsJson = False,
) -> None:
    """Run a promotion again that did not succeed.

    The policy in force counts. The new one has an id of its own.
    """
    path = f"{promotion_path(promotion)}/retry"
    started = service.send(path, {"reason": reason}, keyed=True)
    _follow(service, started, watch, as_json, "It is tried again")


def _follow(service: Service, started: Answer, watch: bool, as_json: bool, said: str) -> None:
    name = str(started.content["id"])
    if watch:
        watch_promotion(service, name, as_json)
    elif as_json:
        echo_json(started.text)
    else:
        typer.echo(plain(f"{said}: {name}"))
        typer.echo(plain(f"promote watch {name}"))
