"""``approve`` and ``reject``: decide about a version that waits for approval."""

from typing import Annotated

import typer

from promotion.cli.asking import asks_the_service
from promotion.cli.client import Answer, Json, Service
from promotion.cli.counting import Decision, NotKnown, must_count
from promotion.cli.exits import Exit, Failed
from promotion.cli.options import AsJson, Id, Watch
from promotion.cli.paths import promotion_path
from promotion.cli.printing import echo_json, plain, told
from promotion.cli.states import awaiting_approval, in_words, name_of
from promotion.cli.watching import watch_promotion

_StageName = Annotated[
    str | None, typer.Option(metavar="STAGE", help="Without it, the one stage that waits.")
]
_NoWait = Annotated[bool, typer.Option("--no-wait", help="Do not look whether it came in time.")]
_Comment = Annotated[str, typer.Option(help="Stands in the audit trail; some stages want one.")]


@asks_the_service
def approve(
    service: Service,
    promotion: Id,
    *,
    stage: _StageName = None,
    comment: _Comment = "",
    watch: Watch = False,
    no_wait: _NoWait = False,
    as_json: AsJson = False,
) -> None:
    """Approve a version that waits for it, in your own name.

    Takes the app role Promotion.Approver, and whatever the policy wants besides. Nobody approves
    what they registered or asked for. Looks for a moment whether it came in time: somebody else may
    have decided before.
    """
    try:
        accepted, said = _decide(service, promotion, "approve", (stage, comment), no_wait)
    except NotKnown as error:
        if not watch:
            raise
        told(error)
    else:
        if not (as_json and watch):
            _tell(accepted, said, as_json)
    if watch:
        watch_promotion(service, promotion, as_json)


@asks_the_service
def reject(
    service: Service,
    promotion: Id,
    *,
    stage: _StageName = None,
    comment: _Comment = "",
    no_wait: _NoWait = False,
    as_json: AsJson = False,
) -> None:
    """Reject a version that waits for approval, in your own name.

    Looks for a moment whether it came in time: somebody else may have decided before.
    """
    accepted, said = _decide(service, promotion, "reject", (stage, comment), no_wait)
    _tell(accepted, said, as_json)


def _decide(
    service: Service,
    promotion: str,
    decision: str,
    given: tuple[str | None, str],
    no_wait: bool,
) -> tuple[Answer, str]:
    """Stage and comment are ``given``. What was answered, and what to say. Raises Failed."""
    stage, comment = given
    path = promotion_path(promotion)
    found = service.get(path).content
    name = stage or _the_stage(found)
    body: Json = {"stage": name, "decision": decision, "comment": comment}
    accepted = service.send(f"{path}/approvals", body, keyed=False)
    if no_wait:
        return accepted, "Your decision has arrived."
    by = accepted.content.get("by")
    must_count(service, path, Decision(found, name, decision, comment, by))
    done = {"approve": "approved", "reject": "rejected"}[decision]
    return accepted, f"You have {done} {name_of(found)} for {name}."


def _tell(accepted: Answer, said: str, as_json: bool) -> None:
    if as_json:
        echo_json(accepted.text)
    else:
        typer.echo(plain(said))


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
