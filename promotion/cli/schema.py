"""``policy schema``: what an editor needs to complete and check a policy."""

import json
from pathlib import Path
from typing import Annotated

import typer

from promotion.cli.printing import echo_json


def schema(
    output: Annotated[
        Path | None, typer.Option(help="File to write to, instead of standard output.")
    ] = None,
) -> None:
    """Print the JSON Schema of the policy, for editors.

    With it they complete and check a policy as you type; docs/how-to/check-a-policy.md says how.
    """
    from promotion.core.policy.schema import policy_schema

    text = json.dumps(policy_schema(), indent=2, ensure_ascii=False)
    if output is None:
        echo_json(text)
        return
    try:
        output.write_text(f"{text}\n", encoding="utf-8")
    except OSError as error:
        typer.echo(f"{output} cannot be written: {error.strerror or error}", err=True)
        raise typer.Exit(2) from None
