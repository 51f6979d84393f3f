"""Writes how a promotion ended on the model version where it was registered.

Azure has no PATCH for a version of a model, only a PUT of the whole, without ETag
(https://learn.microsoft.com/rest/api/azureml/model-versions): a tag that somebody else adds between
our read and our write is lost. So the version is read right before, and written only when there is
something to write; and the policy must ask for it.
"""

from typing import Any, Final

from promotion.azureml import access
from promotion.azureml.errors import Role, azure_errors
from promotion.azureml.reading import look, mapping, texts
from promotion.core import marks
from promotion.core.errors import Terminal
from promotion.core.notices.notice import Notice
from promotion.core.notices.occasion import Occasion
from promotion.core.notices.text import clean
from promotion.core.ways.register import MAX_TAG

STATUS: Final = "promotion.status"
REASON: Final = "promotion.reason"
AT: Final = "promotion.at"
_OURS: Final = frozenset({marks.PROMOTION, STATUS, REASON, AT})
_API: Final = "2023-10-01"
_MAX_TAGS: Final = 50
"""As Azure allows them on a resource."""


def write_tags(notice: Notice) -> bool:
    """Whether the version says now how its promotion ended; False if it says something newer.

    Raises Terminal when the version cannot be written, Retryable when it may be later.
    """
    model, workspace = notice.context.model, notice.source
    with azure_errors(f"tag {model} in {workspace.name}", Role.WRITE_SOURCE):
        found = _read(notice)
        own, ours = texts(found.get("tags")), tags_of(notice)
        if own.get(AT, "") > ours[AT]:  # of a later run, or a rollback by hand
            return False
        others = {name: text for name, text in own.items() if name not in _OURS}
        if own == others | ours:
            return True
        if len(others) + len(ours) > _MAX_TAGS:
            raise Terminal(
                f"{model} in {workspace.name} has {len(others)} tags of its own, which leaves no "
                "room for ours.",
                remedy="Remove some, or leave write_back off.",
                code="TooManyTags",
            )
        client = access.workspace_client(workspace)
        version = client.models.get(model.name, model.version)
        version.tags = texts(version.tags) | ours
        if REASON not in ours:
            version.tags.pop(REASON, None)
        client.models.create_or_update(version)
    return True


def tags_of(notice: Notice) -> dict[str, str]:
    """What the version is to say."""
    status = "rejected" if notice.occasion is Occasion.REFUSED else notice.occasion.value
    tags = {
        marks.PROMOTION: notice.context.promotion_id,
        STATUS: status,
        AT: f"{notice.at:%Y-%m-%dT%H:%M:%SZ}",
    }
    if notice.reason:
        tags[REASON] = clean(notice.reason, MAX_TAG)
    return tags


def _read(notice: Notice) -> dict[str, Any]:
    """The properties of the version; the SDK does not tell whether it is archived."""
    model, workspace = notice.context.model, notice.source
    url = (
        f"{access.resource_manager().rstrip('/')}{workspace.arm_id}"
        f"/models/{model.name}/versions/{model.version}"
    )
    found = look(url, {"api-version": _API})
    if found is None:
        raise Terminal(f"{workspace.name} has no {model} any more.", code="ModelGone")
    properties = mapping(found.get("properties"))
    if properties.get("isArchived"):
        # The SDK's write would take it out of the archive.
        raise Terminal(f"{model} in {workspace.name} is archived.", code="ModelArchived")
    return properties
