"""``approve`` and ``reject``: decide about a version that waits for approval."""

from typing import Annotated

import typer

from promotion.cli.asking import asks_the_service
from promotion.cli.client import Json, Service
from promotion.cli.exits import Exit, Failed
from promotion.cli.options import AsJson, Id, Watch
from promotion.cli.paths import promotion_path
from promotion.cli.printing import plain
from promotion.cli.states import awaiting_approval, in_words, name_of
from promotion.cli.watching import watch_promotion

_StageName = Annotated[
    str | None, typer.Option(metavar="STAGE", help="Without it, the one stage that waits.")
]
_Comment = Annotated[str, typer.Option(help="Stands in the audit trail; some stages want one.")]


@asks_the_service
def approve(
    service: Service,
    promotion: Id,
    *,
    stage: _StageName = None,
    comment: _Comment = "",
    watch: Watch = False,
    as_json: AsJson = False,
) -> None:
    """Approve a version that waits for it, in your own name.

    Takes the app role Promotion.Approver, and whatever the policy wants besides. Nobody approves
    what they registered or asked for.
    """
    _decide(
        service, promotion, "approve", stage=stage, comment=comment, as_json=as_json and not watch
    )
    if watch:
        watch_promotion(service, promotion, as_json)


@asks_the_service
def reject(
    service: Service,
    promotion: Id,
    *,
    stage: _StageName = None,
    comment: _Comment = "",
    as_json: AsJson = False,
) -> None:
    """Reject a version that waits for approval, in your own name."""
    _decide(service, promotion, "reject", stage=stage, comment=comment, as_json=as_json)


def _decide(
    service: Service,
    promotion: str,
    decision: str,
    *,
    stage: str | None,
    comment: str,
    as_json: bool,
) -> None:
    path = promotion_path(promotion)
    found = service.get(path).content
    name = stage or _the_stage(found)
    body: Json = {"stage": name, "decision": decision, "comment": comment}
    accepted = service.send(f"{path}/approvals", body, keyed=False)
    if as_json:
        typer.echo(accepted.text)
    else:
        done = {"approve": "approved", "reject": "rejected"}[decision]
        typer.echo(plain(f"You have {done} {name_of(found)} for {name}."))


def _the_stage(promotion: Json) -> str:
    """The only one that waits for approval. Raises Failed when there is none, or several."""
    waiting = [str(stage["name"]) for stage in awaiting_approval(promotion)]
    if len(waiting) == 1:
        return waiting[0]
    if waiting:
        what = f"{name_of(promotion)} waits for approval at {' and '.join(waiting)}."
        raise Failed(Exit.MISTAKE, what, "Name one of them with --stage.")
    status = in_words(promotion["status"])
    what = f"No stage of {name_of(promotion)} waits for approval; the promotion is {status}."
    raise Failed(Exit.NO, what, f"promote show {promotion['id']}")
