"""Names that follow from what they name, so that the same thing always gets the same name."""

import hashlib
import json
import re
from collections.abc import Iterator
from itertools import count

from promotion.core.references import ModelVersion, WorkspaceRef

MAX_PROMOTION_ID = 100
"""Durable instance ids: at most 100 characters, compared case-insensitively by Azure Storage."""
MAX_DEPLOYMENT_NAME = 32
"""Online deployment names: 3-32 characters, a letter first, then letters, digits and hyphens.

Source: https://learn.microsoft.com/azure/machine-learning/how-to-manage-quotas#endpoint-limits
"""

_MARK = re.compile(r"-([0-9a-f]{8})(-\d+)?$")
"""The end of a promotion's id: its fingerprint, which the number of a re-run may follow."""


def slug(text: str) -> str:
    """``text`` in lowercase letters, digits and single hyphens; may be empty."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def fingerprint(*parts: str) -> str:
    """Eight hex digits that differ when the parts differ, wherever one part ends."""
    return digest(*parts)[:8]


def digest(*parts: str) -> str:
    """As ``fingerprint``, in 16 hex digits, for what there are millions of."""
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]


def promotion_id(route: str, model: ModelVersion, source: WorkspaceRef) -> str:
    """``{route}-{model}-{version}-{8 hex}``: one registration on one route has one id for ever."""
    mark = fingerprint(source.arm_id.lower(), model.name, model.version, route)
    readable = "-".join(filter(None, map(slug, (route, model.name, model.version))))
    return f"{readable[: MAX_PROMOTION_ID - len(mark) - 1].rstrip('-')}-{mark}"


def mark_of(id: str) -> str | None:
    """The fingerprint in the id of a promotion, which all runs of it share; None if it is none."""
    found = _MARK.search(id)
    return found[1] if found else None


def child_id(parent: str, stage: str, role: str = "") -> str:
    """Durable id of what runs at ``stage`` for the promotion ``parent``: ``…-prod--retire``.

    Two hyphens, which no slug has, keep a role apart from a stage of the same name.
    """
    end = f"-{slug(stage)}" + (f"--{role}" if role else "")
    # A long id is shortened before its fingerprint, which the number of a re-run may follow.
    mark = _MARK.search(parent)
    tail = (mark.group() if mark else "") + end
    start = parent[: mark.start()] if mark else parent
    return start[: MAX_PROMOTION_ID - len(tail)].rstrip("-") + tail


def lock_name(workspace: WorkspaceRef, endpoint: str) -> str:
    """The one name by which rollouts to an endpoint take their turn."""
    return f"{slug(endpoint)}-{fingerprint(workspace.arm_id.lower(), endpoint.lower())}"


def line_name(route: str, stage: str, source: WorkspaceRef, model: str) -> str:
    """The one name by which versions of a model line up for a stage of a route."""
    mark = fingerprint(source.arm_id.lower(), route, slug(stage), model)
    return f"{slug(route)}-{slug(stage)}-{mark}"


def deployment_name(model: ModelVersion) -> str:
    """The name of the online deployment that serves ``model``: ``taxi-model-5``.

    A name that Azure would not take as it is (too long, other characters, no letter first) is
    shortened and marked with a fingerprint, so that two versions never share a deployment.
    """
    plain = f"{model.name}-{model.version}"
    name = slug(plain)
    # Only a plain number cannot be confused with the end of another model's name.
    if (
        name == plain
        and model.version.isdecimal()
        and len(name) <= MAX_DEPLOYMENT_NAME
        and name[:1].isalpha()
    ):
        return name
    mark = fingerprint(model.name, model.version)
    start = name if name[:1].isalpha() else f"m-{name}"
    return f"{start[: MAX_DEPLOYMENT_NAME - len(mark) - 1].rstrip('-')}-{mark}"


def runs_of(promotion: str) -> Iterator[str]:
    """The id of a promotion, then those of its re-runs, without end; all of them fit."""
    yield promotion
    for number in count(2):
        mark = f"-{number}"
        start, _, tail = promotion.rpartition("-")
        room = MAX_PROMOTION_ID - len(mark) - len(tail) - 1
        yield f"{start[:room].rstrip('-')}-{tail}{mark}"
