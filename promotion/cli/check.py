"""``policy check``: every mistake in a policy and in the files that it names, before it counts."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from promotion.cli.formats import Format, told
from promotion.cli.options import Assignments, SettingsFile
from promotion.cli.sdk import needs_the_sdk

if TYPE_CHECKING:
    from promotion.core.policy.files import CheckFile
    from promotion.core.policy.models import Policy

_ANY_MODEL = "azureml://registries/registry/models/model/versions/1"
"""In the form in which deployments are given their model."""


def check(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="The policy, for instance promotion.yaml.")
    ],
    form: Annotated[
        Format,
        typer.Option("--format", help="Lines to read, or annotations for a pull request."),
    ] = Format.TEXT,
    settings: SettingsFile = None,
    assignments: Assignments = None,
) -> None:
    """Check a policy and the files that it names.

    Shows every mistake at once, with its line; endpoint and deployment files are read with
    azure-ai-ml's own loaders. Needs no Azure.

    ${NAME} is filled from the environment, then --settings, then --set; the last one counts.
    Exits with 0 if the policy is valid, and with 2 if there are mistakes.
    """
    # Here and not above: the rules and what reads them cost a quarter of a second.
    from promotion.cli.given import given_settings
    from promotion.core.policy.mistakes import PolicyInvalid
    from promotion.policy_source import place_of, read_policy_at

    given = given_settings(settings, assignments or ())
    try:
        with needs_the_sdk():
            document = read_policy_at(
                place_of(file),
                name=file.as_posix(),
                settings=given,
                check_file=_checking(file.parent),
            )
    except OSError as error:
        typer.echo(f"{file} cannot be read: {error.strerror or error}", err=True)
        raise typer.Exit(2) from None
    except PolicyInvalid as invalid:
        for mistake in invalid.mistakes:
            typer.echo(told(mistake, form))
        typer.echo(f"{file.as_posix()}: {_count(len(invalid.mistakes), 'mistake')}")
        raise typer.Exit(2) from None
    typer.echo(f"{file.as_posix()}: valid: {_contents(document.policy)}")


def _checking(folder: Path) -> "CheckFile":
    def check_file(role: str, path: str, text: str) -> list[str]:
        if not role.endswith(("endpoint", "deployment", "job", "compute")):
            return []
        # Here and not above: the SDK costs more than a second.
        from promotion.azureml import compute, files, job_files

        at = folder / path
        checks: dict[str, Callable[[str, Path], list[str]]] = {
            "endpoint": files.check_endpoint,
            "deployment": partial(files.check_deployment, model=_ANY_MODEL),
            "batch endpoint": files.check_batch_endpoint,
            "batch deployment": partial(files.check_batch_deployment, model=_ANY_MODEL),
            "compute": compute.check_compute,
            "job": job_files.check_job,
        }
        return checks[role](text, at)

    return check_file


def _contents(policy: "Policy") -> str:
    routes = policy.routes.values()
    counts = (
        (len(routes), "route"),
        (sum(len(route.stages) for route in routes), "stage"),
        (sum(len(route.gates) for route in routes), "gate"),
    )
    return ", ".join(_count(*count) for count in counts)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
