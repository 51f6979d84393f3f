"""Somebody who looks at a page, and what the page did meanwhile."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from dashboards.browser.chromium import chromium
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

SECONDS = 1000


@contextmanager
def browser() -> Iterator[Browser]:
    """Without a window."""
    found = chromium()
    expect.set_options(timeout=20 * SECONDS)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=found.program,
            args=["--no-sandbox", "--disable-gpu"],
            env={**found.environment} or None,
        )
        yield started
        started.close()


class Viewer:
    """One visit; what the page asked for and complained of."""

    def __init__(self, browser: Browser, **context: Any) -> None:
        given = {"viewport": {"width": 1280, "height": 900}, "timezone_id": "Europe/Berlin"}
        self._context = browser.new_context(**given | context)
        self.page: Page = self._context.new_page()
        self.page.set_default_timeout(20 * SECONDS)
        self.requests: list[str] = []
        self.complaints: list[str] = []
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", self._hear)
        self.page.on("dialog", self._refuse)

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)

    def _refuse(self, dialog: Any) -> None:
        self.complaints.append(f"a dialog: {dialog.message}")
        dialog.dismiss()

    def open(self, address: str) -> Page:
        """Until everything of the first view is drawn."""
        self.page.goto(address)
        self.page.wait_for_selector("html[data-ready=true]", state="attached")
        return self.page

    def leave(self) -> None:
        """Ends the visit."""
        self._context.close()
