"""How commands end: exit codes, and what people read when it is not well."""

from enum import IntEnum


class Exit(IntEnum):
    """Exit codes of every command; scripts may rely on them."""

    DONE = 0
    """It is done, or it succeeded."""
    NO = 1
    """The answer is no: refused, rejected, failed, rolled back, cancelled, superseded."""
    MISTAKE = 2
    """What was typed, or a file that it names, cannot be used."""
    NOT_ALLOWED = 3
    """It is not known who asks, or that caller may not."""
    NOT_FOUND = 4
    """There is no such promotion, route, stage or version."""
    UNREACHABLE = 5
    """The service cannot be reached, or it is broken."""
    INTERRUPTED = 130
    """Ctrl-C: whatever was asked for goes on."""


class Failed(Exception):
    """A command cannot do what it was asked for; told on standard error, without a traceback."""

    def __init__(self, code: Exit, detail: str, remedy: str | None = None) -> None:
        super().__init__(detail)
        self.code, self.detail, self.remedy = code, detail, remedy


def mistake(detail: str, remedy: str | None = None) -> Failed:
    """What was given cannot be used."""
    return Failed(Exit.MISTAKE, detail, remedy)
