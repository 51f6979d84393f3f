"""The policy in force: read again when it or a file that it names changes.

A new version that is broken is refused: the last good one stays in force, and a record says so.
"""

import logging
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from promotion import audit
from promotion.core.errors import PromotionError
from promotion.core.names import digest
from promotion.core.policy.document import PolicyDocument
from promotion.policy_source.reading import Place, place_of, read_policy_at

_REMEDY: Final = "Mend the policy; until then the last good version stays in force."


@dataclass
class _Known:
    """What was read last."""

    document: PolicyDocument
    stamps: Mapping[str, str]
    """Of the files as they were last looked at, by path; also of a version that was refused."""
    looked: float
    """When they were, by a clock that never goes back, in seconds."""


_logger = logging.getLogger("promotion")
_lock = threading.Lock()
_known: dict[str, _Known] = {}


def current_policy(location: Path | str, refresh: float = 0) -> PolicyDocument:
    """The policy at ``location``, which is looked at again after ``refresh`` seconds.

    Raises what reading raises only if no good version is known yet: PolicyInvalid with every
    mistake, OSError if there is no policy, PromotionError if Azure does not give it out.
    """
    with _lock:
        known = _known.get(str(location))
        now = time.monotonic()
        if known is None:
            known = _known[str(location)] = _first(place_of(location), now)
        elif now - known.looked >= refresh:
            _look_again(place_of(location), known, now)
        return known.document


def _first(place: Place, now: float) -> _Known:
    reading = _Stamped(place)
    document = read_policy_at(place, read=reading.read)
    return _Known(document, reading.stamps, now)


def _look_again(place: Place, known: _Known, now: float) -> None:
    """Take a changed policy over, unless it is broken."""
    from promotion.core.policy.mistakes import PolicyInvalid

    known.looked = now
    reading = _Stamped(place)
    try:
        if known.stamps == {path: place.stamp(path) for path in known.stamps}:
            return
        document = read_policy_at(place, read=reading.read)
    except PromotionError as error:  # it may be as good as ever: Azure does not give it out
        _logger.warning("The policy cannot be looked at; the last one counts. %s", error.failure)
        return
    except Exception as error:  # whatever is wrong with it, the last good one must stay
        if not isinstance(error, PolicyInvalid | OSError):
            _logger.exception("the policy could not be read")
        # What the broken version consists of is remembered, so that it is refused once.
        known.stamps = {**known.stamps, **reading.stamps}
        _tell("policy_refused", known.document, reason=str(error), remedy=_REMEDY)
        return
    known.document, known.stamps = document, reading.stamps
    _tell("policy_changed", document)


class _Stamped:
    """Reads files, and remembers the stamp that each had before it was read."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self.stamps: dict[str, str] = {}

    def read(self, relative: str) -> str:
        self.stamps[relative] = self._place.stamp(relative)
        return self._place.read(relative)


def _tell(
    name: str, in_force: PolicyDocument, reason: str | None = None, remedy: str | None = None
) -> None:
    audit.emit(
        name,
        reason=reason,
        key=digest(in_force.digest, reason or ""),
        policy_digest=in_force.digest,
        remedy=remedy,
    )
