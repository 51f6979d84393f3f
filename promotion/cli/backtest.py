"""``policy backtest``: what a policy would have done with the versions of the last weeks."""

from typing import Annotated

import typer

from promotion.cli.asking import telling
from promotion.cli.options import Assignments, SendTokens, SettingsFile
from promotion.cli.sdk import needs_the_sdk


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
    # Here and not above: the rules cost a quarter of a second.
    from promotion.cli.backtesting import Asked, tell

    asked = Asked(policy, since, in_force, model, ask, send_tokens, settings, assignments or [])
    with telling(), needs_the_sdk():
        tell(asked, as_json)
