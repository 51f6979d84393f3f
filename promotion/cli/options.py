"""Options and arguments that several commands have."""

from pathlib import Path
from typing import Annotated, Final

import typer

Id = Annotated[str, typer.Argument(metavar="ID", help="Of the promotion; promote list shows it.")]
Route = Annotated[str | None, typer.Argument(metavar="ROUTE", help="Route of the policy.")]
Stage = Annotated[str | None, typer.Argument(metavar="STAGE", help="Stage of the route.")]
Reason = Annotated[str, typer.Option(help="Why; it stands in the audit trail.", show_default=False)]
Model = Annotated[str, typer.Option(help="Name of the model.", show_default=False)]
Version = Annotated[str, typer.Option(help="Version of the model.", show_default=False)]
RouteName = Annotated[str | None, typer.Option("--route", help="Route of the policy.")]
Workspace = Annotated[
    str | None,
    typer.Option(help="Where the model is registered, by its name in the policy."),
]
Through = Annotated[str | None, typer.Option(metavar="STAGE", help="The last stage to go to.")]
Bypass = Annotated[
    list[str] | None,
    typer.Option(
        metavar="GATE",
        help='A gate to leave out, such as "metric rmse"; may be repeated.',
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="For scripts: the service's JSON.")]
Yes = Annotated[
    bool, typer.Option("--yes", "-y", help="It is meant: do not ask; needed in scripts.")
]
Watch = Annotated[bool, typer.Option("--watch", "-w", help="Follow it to its end.")]
NoWait = Annotated[
    bool, typer.Option("--no-wait", help="Do not wait until it is done; it goes on by itself.")
]
Url = Annotated[str | None, typer.Option(metavar="URL", help="Address of the service.")]
ProfileName = Annotated[
    str | None, typer.Option("--profile", metavar="NAME", help="A service of the profile file.")
]
DeviceCode = Annotated[
    bool, typer.Option("--device-code", help="Log in with a code, in a browser anywhere.")
]

POLICY: Final = "promotion.yaml"
Policy = Annotated[str, typer.Option(metavar="FILE|URL", help="The policy: a file, or a blob.")]
SettingsFile = Annotated[
    Path | None,
    typer.Option(
        "--settings",
        metavar="FILE",
        help='JSON whose "Values" fill ${NAME}, such as local.settings.json.',
    ),
]
Assignments = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="NAME=VALUE", help="Fills ${NAME}; may be repeated."),
]
SendTokens = Annotated[
    bool,
    typer.Option("--send-tokens", help="Send your token to services whose gates ask for one."),
]
AuditFile = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE", help="Audit records of a local service; .local/audit.jsonl if it is there."
    ),
]
WorkspaceId = Annotated[
    str | None,
    typer.Option(metavar="ID", help="Ask this Log Analytics workspace, by its customer id."),
]
RecordsProfile = Annotated[
    str | None,
    typer.Option("--profile", metavar="NAME", help="The workspace_id of that service's profile."),
]
