"""The commands, by the names that people type."""

import typer

from promotion.cli.backtest import backtest
from promotion.cli.check import check
from promotion.cli.plan import plan
from promotion.cli.schema import schema

# Plain texts: what these commands say is read in the logs of pipelines, too.
app = typer.Typer(
    help="Model promotion for Azure ML, from the command line.",
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
policy = typer.Typer(
    help="Check and try a policy before it is in force.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
app.add_typer(policy, name="policy")
app.command()(plan)
policy.command()(check)
policy.command()(backtest)
policy.command()(schema)
