"""A real Chromium for tests: the system's own, a page that collects what went wrong in it, and axe-core."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

AXE = Path(__file__).parents[2] / "scripts/web/node_modules/axe-core/axe.min.js"
NAMES = ("chromium", "chromium-browser", "google-chrome")


def missing() -> str | None:
    """Why no browser can be driven here, or None."""
    if program() is None:
        return "not installed: chromium"
    return None if AXE.is_file() else "axe-core is not there: run scripts/setup --tests"


def program() -> str | None:
    """The system's Chromium; CHROMIUM names another."""
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)


@dataclass(slots=True)
class Visit:
    """An open page, and every error that it reported since."""

    page: Page
    errors: list[str] = field(default_factory=list)

    def violations(self) -> list[str]:
        """What axe-core finds wrong with the page as it stands, in one line each."""
        # Evaluated by the debugger, so that the page's own Content-Security-Policy stays in force.
        self.page.evaluate(AXE.read_text(encoding="utf-8"))
        found: dict[str, Any] = self.page.evaluate("() => axe.run(document, {resultTypes: ['violations']})")
        return [
            f"{one['id']}: {node['html'][:200]} ({node['failureSummary'][:300]})"
            for one in found["violations"]
            for node in one["nodes"]
        ]


def first_account(seen: Visit, address: str) -> None:
    """Set up a K-Photos that was just started, as Alice, and come to its photos."""
    page = seen.page
    page.goto(address)
    page.get_by_label("Name").fill("Alice")
    page.get_by_label("Password").fill("four blue herons at dawn")
    page.get_by_role("button", name="Create account").click()
    page.wait_for_url(f"{address}/")


@contextmanager
def visit(*, width: int = 1280, height: int = 800, **options: Any) -> Iterator[Visit]:
    """A fresh browser with nothing stored. Whatever the page's console calls an error is collected."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program(),
            args=["--no-sandbox", "--disable-dev-shm-usage", "--force-color-profile=srgb"],
        )
        context = browser.new_context(viewport={"width": width, "height": height}, locale="en-GB", **options)
        page = context.new_page()
        page.set_default_timeout(10_000)
        found = Visit(page)
        page.on("pageerror", lambda error: found.errors.append(f"{error.name}: {error.message}"))
        page.on(
            "console",
            lambda line: line.type == "error" and found.errors.append(f"{line.text} {line.location}"),
        )
        try:
            yield found
        finally:
            browser.close()
