"""What goes wrong before a function runs, and inside one."""


class HostError(Exception):
    """The host cannot start: one line says why, `details` may hold the app's own traceback."""

    def __init__(self, message: str, details: str = "") -> None:
        super().__init__(message)
        self.details = details


class InvocationError(Exception):
    """A function raised. The message is "Type: text", as the worker library reports it."""

    def __init__(self, message: str, stack_trace: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.stack_trace = stack_trace
