"""A notice as plain JSON, for a service of the team's own: docs/reference/notices.md."""

from typing import Final

from promotion.core.notices import words
from promotion.core.notices.links import Links
from promotion.core.notices.notice import Notice
from promotion.core.value import Json

SCHEMA_VERSION: Final = "1"


def message(notice: Notice, links: Links) -> Json:
    """The body of the POST."""
    return {
        "schema_version": SCHEMA_VERSION,
        "id": notice.id,
        "occasion": notice.occasion.value,
        "at": notice.at.isoformat(),
        "title": words.title(notice),
        **about(notice),
        "links": {name: text for name, text in links.to_json().items() if text is not None},
    }


def about(notice: Notice) -> dict[str, Json]:
    """What happened, without what is not known."""
    context, wanted = notice.context, notice.wanted
    said: dict[str, Json] = {
        "promotion_id": context.promotion_id,
        "route": context.route,
        "model": context.model.name,
        "version": context.model.version,
        "source": context.source,
        "workspace": notice.source.arm_id,
        "stage": context.stage,
        "actor": context.actor,
        "bypassed": list(context.bypassed),
        "reason": notice.reason,
        "remedy": notice.remedy,
        "code": notice.code,
        "by": notice.by,
        "registry_path": notice.registry_path,
        "stages": list(notice.stages),
        "gates": [
            {"gate": one.gate, "outcome": one.outcome.value, "reason": one.reason}
            for one in notice.answers
        ],
        "gates_left_out": notice.left_out,
        "approval": {**wanted.to_json(), "command": notice.approve} if wanted else None,
    }
    return {name: value for name, value in said.items() if value not in (None, "", [], 0)}
