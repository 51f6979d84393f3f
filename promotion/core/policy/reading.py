"""Policy text becomes a policy, or a list of mistakes that each have a line."""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from promotion.core.policy.assets import unshareable_assets
from promotion.core.policy.consistency import excluding, inconsistencies
from promotion.core.policy.defaults import with_defaults
from promotion.core.policy.document import PolicyDocument
from promotion.core.policy.files import CheckFile, endpoint_name, named_files, read_files
from promotion.core.policy.job_inputs import unusable_inputs
from promotion.core.policy.kubernetes import unmirrored
from promotion.core.policy.mistakes import PolicyInvalid, explain
from promotion.core.policy.models import Policy
from promotion.core.policy.others import missing_others
from promotion.core.policy.places import Inside, Location
from promotion.core.policy.plan_size import too_large
from promotion.core.policy.tree import Tree


def _nothing_else(_role: str, _path: str, _text: str) -> tuple[str, ...]:
    """Intake leaves what is inside the team's files to Azure."""
    return ()


def read_policy(
    text: str,
    *,
    name: str,
    settings: Mapping[str, str],
    read_file: Callable[[str], str],
    check_file: CheckFile = _nothing_else,
) -> PolicyDocument:
    """The policy in ``text``.

    ``name`` is how mistakes call the file, ``settings`` fill ``${NAME}`` and ``read_file`` gives
    the text of a file that the policy names (raising OSError or ValueError when it cannot).
    ``check_file`` says what else is wrong with such a file than what is looked at anyway.
    Raises PolicyInvalid with every mistake that was found.
    """
    tree = Tree(text, name)
    mistakes: list[tuple[Location, str]] = []
    plain = with_defaults(tree.plain(settings, mistakes))
    policy = _validated(plain, mistakes)
    # Also when the policy is invalid elsewhere: one mistake must not hide another.
    wrong = {at for at, _ in mistakes}
    more = (*inconsistencies(plain), *missing_others(plain), *_excluding(policy))
    mistakes += [(at, what) for at, what in more if at not in wrong]
    named = [(at, path) for at, path in named_files(plain) if at not in wrong]
    files = read_files(named, read_file, check_file, mistakes)
    mistakes += unusable_inputs(plain, files)
    mistakes += unmirrored(plain, files)
    mistakes += unshareable_assets(plain, files)
    if mistakes or policy is None:
        # What an alias brings to several places is one mistake, at the place of its anchor.
        placed = {
            (mistake.line, mistake.column, mistake.what): mistake
            for mistake in (tree.mistake(at, what) for at, what in reversed(mistakes))
        }
        raise PolicyInvalid(placed[key] for key in sorted(placed))
    digest = hashlib.sha256(json.dumps([plain, files], sort_keys=True).encode()).hexdigest()[:16]
    endpoints = {path: endpoint_name(files[path]) for at, path in named if at[-1] == "endpoint"}
    document = PolicyDocument(policy=policy, files=files, endpoints=endpoints, digest=digest)
    if large := list(too_large(document, named)):
        raise PolicyInvalid(tree.mistake(at, what) for at, what in large)
    return document


def _validated(plain: Any, mistakes: list[tuple[Location, str]]) -> Policy | None:
    try:
        return Policy.model_validate(plain)
    except ValidationError as error:
        # Where a setting is missing, what stands in its place cannot be right either.
        known = {at for at, _ in mistakes}
        mistakes += [(at, what) for at, what in explain(error) if _outside(at) not in known]
        return None


def _outside(at: Location) -> Location:
    """The place of the text that ``at`` is a place in."""
    return tuple(part for part in at if not isinstance(part, Inside))


def _excluding(policy: Policy | None) -> Iterator[tuple[Location, str]]:
    for name, route in policy.routes.items() if policy else ():
        yield from excluding(name, route)
