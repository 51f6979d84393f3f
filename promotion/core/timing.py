"""How often Azure is asked, how often a step is tried, and how long either may go on."""

from collections.abc import Iterator

from promotion.core.value import Value


class Timing(Value):
    """How often Azure is asked about something that takes long, and how often a step is retried."""

    poll_first: float = 10.0
    """Seconds until the first look."""
    poll_growth: float = 1.5
    """By how much each pause is longer than the one before."""
    poll_longest: float = 300.0
    """Seconds of the longest pause."""
    retry_first: float = 5.0
    """Seconds until a failed step is tried again; doubles each time."""
    retry_longest: float = 300.0
    """Seconds of the longest pause between two tries."""
    retry_attempts: int = 10
    """Tries in all, the first among them: about 20 minutes with the values above."""
    copy_limit: float = 7200.0
    """Seconds after which a copy to the registry counts as failed; Azure gives it an hour."""
    undo_limit: float = 3600.0
    """Seconds after which an attempt to take a rollout back counts as failed."""
    hold_limit: float = 86400.0
    """Seconds that a version may wait for evidence, where a gate says ``inconclusive: hold``."""
    notice_limit: float = 21600.0
    """Seconds after which people, or other systems, that could not be told are given up."""

    metric_grain: float = 60.0
    """Seconds from one value of Azure Monitor to the next."""

    def retry_pauses(self) -> Iterator[float]:
        """Seconds before each try after the first."""
        pause = self.retry_first
        for _ in range(self.retry_attempts - 1):
            yield min(pause, self.retry_longest)
            pause *= 2

    def pause_after(self, pause: float) -> float:
        """Seconds of the pause that follows one of ``pause`` seconds."""
        return min(pause * self.poll_growth, self.poll_longest)
