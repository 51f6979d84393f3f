"""``report``: the questions of the dashboards, answered in the terminal or as a page."""

from typing import Annotated

import typer

from promotion.cli.asking import telling
from promotion.cli.extras import needs_the_report
from promotion.cli.options import AuditFile, DeviceCode, RecordsProfile, RouteName, WorkspaceId
from promotion.cli.surroundings import around


def _questions(begun: str) -> list[str]:
    from promotion.report.queries import queries

    return [name for name in queries() if name.startswith(begun)]


def report(
    *,
    since: Annotated[
        str | None,
        typer.Option(metavar="SPAN|DATE", help="Such as 7d, 12h or 2026-03-02 (UTC); usually 30d."),
    ] = None,
    until: Annotated[
        str | None,
        typer.Option(metavar="SPAN|DATE", help="Records of then and later do not count."),
    ] = None,
    route: RouteName = None,
    stage: Annotated[str | None, typer.Option(help="Stage of the route.")] = None,
    promotion: Annotated[
        str | None, typer.Option(metavar="ID", help="What happened to one promotion.")
    ] = None,
    only: Annotated[
        list[str] | None,
        typer.Option(
            metavar="QUESTION",
            help="Only that question, with every row, such as waiting-now; may be repeated.",
            autocompletion=_questions,
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For scripts: every row.")] = False,
    html: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Write a page with every answer; - prints it."),
    ] = None,
    audit_file: AuditFile = None,
    workspace_id: WorkspaceId = None,
    records_profile: RecordsProfile = None,
    own_code: DeviceCode = False,
    context: typer.Context,
) -> None:
    """Show what the audit records tell: how promotions end, what waits, and how long things take.

    The records are read where they lie, not through the service: in the audit file of a service on
    this machine, or in the Log Analytics workspace behind Application Insights, with your own Azure
    login (az login). The questions and their answers are those of the dashboards.

    With --promotion, step by step what happened to that one. Exits with 0 if there is an answer,
    also if nothing happened.
    """
    surroundings = around(context)
    with telling(), needs_the_report():
        # Here and not above: what is asked takes a while to load.
        from promotion.cli.reports import Asked, tell
        from promotion.cli.sources import Named, find_source

        asked = Asked(
            since, until, route or "", stage or "", promotion or "", only or (), as_json, html
        )
        source = find_source(
            Named(audit_file, workspace_id, records_profile, own_code), surroundings
        )
        tell(asked, source, surroundings.now())
