"""Draws the pictures of the how-to anew, with the month of month.py:

PYTHONPATH=.:tests .venv/bin/python -m dashboards.browser.screenshots
"""

import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from dashboards.browser.month import write_month
from dashboards.browser.server import served
from dashboards.browser.viewer import Viewer, browser

IMAGES: Final = Path(__file__).parents[3] / "docs" / "images"
HIGH: Final = 1410
SIZES: Final = {"width": 1280, "height": HIGH}


def draw() -> None:
    """Light, dark, and one promotion."""
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, browser() as chrome:
        path = write_month(Path(folder) / "audit.jsonl", datetime.now(UTC), a_day=4)
        with served(path) as root:
            for scheme in ("light", "dark"):
                visit = Viewer(chrome, color_scheme=scheme, viewport=SIZES)
                page = visit.open(root)
                page.locator("#source").evaluate("(box) => { box.textContent = 'audit.jsonl'; }")
                page.screenshot(path=IMAGES / f"dashboard-{scheme}.png")
                if scheme == "light":
                    page.locator("#card-rollbacks tbody a").nth(1).click()
                    page.locator(".timeline > li").last.wait_for()
                    page.screenshot(path=IMAGES / "dashboard-promotion.png")
                visit.leave()


if __name__ == "__main__":
    draw()
