"""The commands, by the names that people type."""

from collections.abc import Callable
from typing import Annotated, Final

import typer

from promotion.cli.backtest import backtest
from promotion.cli.check import check
from promotion.cli.commands.cancelling import cancel
from promotion.cli.commands.dashboard import dashboard
from promotion.cli.commands.deciding import approve, reject
from promotion.cli.commands.listing import list_promotions
from promotion.cli.commands.opening import open_page
from promotion.cli.commands.operating import hold, resume, rollback
from promotion.cli.commands.planning import plan
from promotion.cli.commands.reporting import report
from promotion.cli.commands.showing import show_promotion
from promotion.cli.commands.submitting import retry, submit
from promotion.cli.commands.targets import targets
from promotion.cli.commands.watching import watch
from promotion.cli.running import run
from promotion.cli.schema import schema

# Plain texts: what these commands say is read in the logs of pipelines, too.
app = typer.Typer(
    help="Model promotion for Azure ML, from the command line.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
policy = typer.Typer(
    help="Check and try a policy before it is in force.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


def _tell_version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        typer.echo(f"promote {version('azureml-promotion')}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_tell_version, is_eager=True, help="Show it.")
    ] = False,
) -> None:
    pass


_COMMANDS: Final[dict[str, Callable[..., None]]] = {
    "plan": plan,
    "submit": submit,
    "list": list_promotions,
    "show": show_promotion,
    "watch": watch,
    "approve": approve,
    "reject": reject,
    "cancel": cancel,
    "retry": retry,
    "rollback": rollback,
    "targets": targets,
    "hold": hold,
    "resume": resume,
    "open": open_page,
    "report": report,
    "dashboard": dashboard,
}
for _name, _command in _COMMANDS.items():
    app.command(_name)(_command)
app.add_typer(policy, name="policy")
policy.command()(check)
policy.command()(backtest)
policy.command()(schema)


def main() -> None:
    """The executable ``promote``."""
    run(lambda: app(prog_name="promote"))
