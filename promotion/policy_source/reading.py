"""Reads a policy, with the files that it names, from wherever it is."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from promotion.core.policy.document import PolicyDocument
from promotion.policy_source.folder import Folder

if TYPE_CHECKING:
    from promotion.core.policy.files import CheckFile


class Place(Protocol):
    """Where a policy is, next to the files that it names."""

    name: str
    """Of the policy, relative to the place."""

    def read(self, relative: str) -> str:
        """The text of a file. Raises OSError, ValueError, and what only Azure can mend."""

    def stamp(self, relative: str) -> str:
        """Changes when the file does; empty when there is none."""


def place_of(location: Path | str) -> Place:
    """The place of the policy file or blob ``location``; SettingInvalid if it can be neither."""
    if "://" not in str(location):
        return Folder(Path(location))
    from promotion.policy_source.container import Container

    return Container(str(location))


def read_policy_at(
    place: Place,
    *,
    name: str | None = None,
    settings: Mapping[str, str] = os.environ,
    check_file: "CheckFile | None" = None,
    read: Callable[[str], str] | None = None,
) -> PolicyDocument:
    """The policy at ``place``, whose mistakes call it ``name``; ``settings`` fill ``${NAME}``.

    ``check_file`` says what else is wrong with a file that the policy names; ``read`` reads
    instead of the place. Raises PolicyInvalid with every mistake, OSError if the policy itself
    cannot be read.
    """
    # Here and not above: the YAML reader is only needed when the policy is read.
    from promotion.core.policy.mistakes import Mistake, PolicyInvalid
    from promotion.core.policy.reading import read_policy

    read, name = read or place.read, name or place.name
    try:
        text = read(place.name)
    except UnicodeDecodeError:
        what = "not a text in UTF-8"
        raise PolicyInvalid([Mistake(file=name, line=1, column=1, where="", what=what)]) from None
    further = {} if check_file is None else {"check_file": check_file}
    return read_policy(text, name=name, settings=settings, read_file=read, **further)
