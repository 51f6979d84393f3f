"""The policy in force: read again when it or a file that it names changes.

A new version that is broken is refused: the last good one stays in force, and a record says so. An
instance of the app that has just started has no last good one; it says at its first look what it
has found, so that nobody waits for news of a policy that was mended, or broken, before it started.
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
_FIRST_REMEDY: Final = (
    "Mend the policy soon: until then this instance of the app has none and promotes nothing, and "
    "Event Grid delivers events again for 24 hours only."
)


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
_refused: dict[str, Mapping[str, str]] = {}
"""By location, the stamps of the version that was refused where no good one is known yet."""


def current_policy(location: Path | str, refresh: float = 0) -> PolicyDocument:
    """The policy at ``location``, which is looked at again after ``refresh`` seconds.

    Raises what reading raises only if no good version is known yet: PolicyInvalid with every
    mistake, OSError if there is no policy, PromotionError if Azure does not give it out.
    """
    with _lock:
        known = _known.get(str(location))
        now = time.monotonic()
        if known is None:
            known = _known[str(location)] = _first(str(location), place_of(location), now)
        elif now - known.looked >= refresh:
            _look_again(place_of(location), known, now)
        return known.document


def _first(location: str, place: Place, now: float) -> _Known:
    """The policy as an instance finds it; each state of its files is told once."""
    reading = _Stamped(place)
    try:
        document = read_policy_at(place, read=reading.read)
    except PromotionError:  # Azure does not give it out, which says nothing about it
        raise
    except Exception as error:
        if _refused.get(location) != reading.stamps:
            _tell("policy_refused", "", reason=str(error), remedy=_FIRST_REMEDY)
            _refused[location] = reading.stamps
        raise
    _refused.pop(location, None)
    # Another instance may have refused what was there before.
    _tell("policy_changed", document.digest)
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
        _tell("policy_refused", known.document.digest, reason=str(error), remedy=_REMEDY)
        return
    known.document, known.stamps = document, reading.stamps
    _tell("policy_changed", document.digest)


class _Stamped:
    """Reads files, and remembers the stamp that each had before it was read."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self.stamps: dict[str, str] = {}

    def read(self, relative: str) -> str:
        self.stamps[relative] = self._place.stamp(relative)
        return self._place.read(relative)


def _tell(name: str, in_force: str, reason: str | None = None, remedy: str | None = None) -> None:
    """``in_force`` is the digest of the policy that counts; empty when none does."""
    audit.emit(
        name,
        reason=reason,
        # The same on each start: a policy that many instances find is one fact.
        key=digest(in_force, reason or ""),
        policy_digest=in_force,
        remedy=remedy,
    )
