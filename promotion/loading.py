"""Loads Azure's SDK, which costs seconds, when it is first needed."""

import threading
from importlib import import_module
from typing import Final

_one_at_a_time: Final = threading.Lock()


def load(*modules: str) -> None:
    """Import the modules, one thread at a time.

    Parts of azure.core import each other in a circle. Threads of a new process that begin at
    different ends of it see half of a module (ImportError), or each waits for the other, which
    Python ends with _DeadlockError in one of them.
    """
    with _one_at_a_time:
        for module in modules:
            import_module(module)
