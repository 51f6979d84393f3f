"""Writes how a promotion ended on the model version where it was registered.

Azure has no PATCH for a version of a model, only a PUT of the whole, without ETag
(https://learn.microsoft.com/rest/api/azureml/model-versions): a tag that somebody else adds between
our last read and our write is lost. So the version is read again right before it is written, and
written only when there is something to write; and the policy must ask for it.

What was read is what is written, with our tags. The SDK's object of a model would lose the job, and
the SDK takes an MLflow folder with a dot in its name for a file and refuses it
(``validate_ml_flow_folder`` in azure-ai-ml 1.35.2).
"""

from collections.abc import Mapping
from typing import Any, Final

from promotion.azureml import access
from promotion.azureml.errors import Role, azure_errors
from promotion.azureml.reading import look, mapping, texts
from promotion.core import marks
from promotion.core.errors import Retryable, Terminal
from promotion.core.notices.notice import Notice
from promotion.core.notices.occasion import Occasion
from promotion.core.notices.text import clean
from promotion.core.ways.register import MAX_TAG

ROUTE: Final = "promotion.route"
STATUS: Final = "promotion.status"
REASON: Final = "promotion.reason"
AT: Final = "promotion.at"
_OURS: Final = frozenset({marks.PROMOTION, ROUTE, STATUS, REASON, AT})
_BAD: Final = frozenset({"failed", "rejected", "rolled_back"})
"""Ends after which somebody has something to do."""
_API: Final = "2023-10-01"
_READ_ONLY: Final = frozenset({"provisioningState"})
_MAX_TAGS: Final = 50
"""As Azure allows them on a resource."""
_LOOKS: Final = 5


def write_tags(notice: Notice) -> bool:
    """Whether the version says now how its promotion ended; False if it says what counts more.

    Raises Terminal when the version cannot be written, Retryable when it may be later.
    """
    model, workspace = notice.context.model, notice.source
    ours = tags_of(notice)
    with azure_errors(f"tag {model} in {workspace.name}", Role.WRITE_SOURCE):
        for _ in range(_LOOKS):
            found = _read(notice)
            own = texts(found.get("tags"))
            if counts_more(own, ours):
                return False
            wanted = _merged(notice, own, ours)
            if wanted == own:
                return True
            if _read(notice) == found:
                _write(notice, found | {"tags": wanted})
                return True
    raise Retryable(f"Somebody else keeps changing {model} in {workspace.name}.")


def tags_of(notice: Notice) -> dict[str, str]:
    """What the version is to say."""
    status = "rejected" if notice.occasion is Occasion.REFUSED else notice.occasion.value
    tags = {
        marks.PROMOTION: notice.context.promotion_id,
        ROUTE: clean(notice.context.route, MAX_TAG),
        STATUS: status,
        AT: f"{notice.at:%Y-%m-%dT%H:%M:%SZ}",
    }
    if notice.reason:
        tags[REASON] = clean(notice.reason, MAX_TAG)
    return tags


def counts_more(own: Mapping[str, str], ours: Mapping[str, str]) -> bool:
    """Whether what the version says of an end stays, rather than what we have to say.

    Of two ends of one route the later one counts. Of two routes the one that failed, was rejected
    or was rolled back counts: what goes well on one route mends nothing on another. Where both
    went well, or both did not, it is the later one again.
    """
    bad, ours_bad = own.get(STATUS) in _BAD, ours[STATUS] in _BAD
    # Versions that were written on before there was this tag have none.
    if own.get(ROUTE, ours[ROUTE]) != ours[ROUTE] and bad != ours_bad:
        return bad
    return own.get(AT, "") > ours[AT]


def _merged(notice: Notice, own: Mapping[str, str], ours: dict[str, str]) -> dict[str, str]:
    """Their tags and ours. Raises Terminal if that would be too many."""
    others = {name: text for name, text in own.items() if name not in _OURS}
    if len(others) + len(ours) > _MAX_TAGS:
        raise Terminal(
            f"{notice.context.model} in {notice.source.name} has {len(others)} tags of its own, "
            "which leaves no room for ours.",
            remedy="Remove some, or leave write_back off.",
            code="TooManyTags",
        )
    return others | ours


def _read(notice: Notice) -> dict[str, Any]:
    """The properties of the version as Azure has them."""
    model, workspace = notice.context.model, notice.source
    found = look(_url(notice), {"api-version": _API})
    if found is None:
        raise Terminal(f"{workspace.name} has no {model} any more.", code="ModelGone")
    properties = mapping(found.get("properties"))
    if properties.get("isArchived"):
        # It was put away: nobody looks for how it went.
        raise Terminal(f"{model} in {workspace.name} is archived.", code="ModelArchived")
    return properties


def _write(notice: Notice, properties: Mapping[str, Any]) -> None:
    # Recorded writes of the SDK leave out what is null.
    kept = {
        name: value
        for name, value in properties.items()
        if value is not None and name not in _READ_ONLY
    }
    access.request("PUT", _url(notice), params={"api-version": _API}, body={"properties": kept})


def _url(notice: Notice) -> str:
    model, workspace = notice.context.model, notice.source
    arm = access.resource_manager().rstrip("/")
    return f"{arm}{workspace.arm_id}/models/{model.name}/versions/{model.version}"
