"""The dashboard of an audit file, served for a test."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn

from promotion.report.audit_file import AuditFile
from promotion.report.page import shown
from promotion.report.serving import dashboard
from promotion.report.translating import translate


@contextmanager
def served(path: Path) -> Iterator[str]:
    """Its address."""
    translate(shown().values())
    config = uvicorn.Config(
        dashboard(AuditFile(path)), host="127.0.0.1", port=0, log_level="warning", lifespan="off"
    )
    server = uvicorn.Server(config)
    socket = config.bind_socket()
    thread = threading.Thread(target=server.run, args=([socket],), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{socket.getsockname()[1]}/"
    finally:
        server.should_exit = True
        thread.join(10)
        socket.close()
