"""Takes the README's pictures from a running K-Photos with the demo library, into `.github/`.

    python scripts/screenshots.py [LIBRARY]

Without a LIBRARY the demo library is painted into a temporary folder. Nothing is written into a given one
but what `kphotos start` and the edits of the pictured photo write: sidecars beside the originals.
"""

from __future__ import annotations

import io
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import BrowserContext, Page, ViewportSize, expect, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.e2e import browser, house  # noqa: E402 - the repository's root is not on the path before

PICTURES = ROOT / ".github"
SIZE: ViewportSize = {"width": 1440, "height": 900}
SHARP = 1.5
LARGEST = 150_000
PASSWORD = "four blue herons at dawn"
SHOWN_DAY = "2025-12-01"
SHOWN_PHOTO = (585, 480)  # where it stands on the page of that day


def main(arguments: list[str]) -> int:
    """Start, sign in, take the pictures; 0 when all of them are written."""
    if reason := browser.missing():
        print(f"scripts/screenshots: {reason}", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(arguments[0]) if arguments else painted(Path(scratch) / "Pictures")
        with house.started(folder, Path(scratch) / "home") as running, sync_playwright() as playwright:
            chromium = playwright.chromium.launch(executable_path=browser.program(), args=["--no-sandbox"])
            context = chromium.new_context(
                viewport=SIZE, device_scale_factor=SHARP, locale="en-GB", reduced_motion="reduce"
            )
            take(context, running.address)
            chromium.close()
    return 0


def painted(folder: Path) -> Path:
    """A fresh demo library."""
    subprocess.run([sys.executable, str(ROOT / "scripts/demo_library.py"), str(folder)], check=True)
    return folder


def take(context: BrowserContext, address: str) -> None:
    """Both pictures: the timeline by day and by night, and a photo with its sidebar."""
    page = signed_in(context.new_page(), address)
    while any(context.request.get(f"{address}/api/work").json().values()):
        page.wait_for_timeout(1000)
    page.goto(f"{address}/?at={SHOWN_DAY}")
    day, night = (timeline(page, scheme) for scheme in ("light", "dark"))
    middle = day.width // 2
    day.paste(night.crop((middle, 0, night.width, night.height)), (middle, 0))
    save(day, "timeline.webp")
    page.mouse.click(*SHOWN_PHOTO)
    expect(page.locator(".pswp__item[aria-hidden=false] img.pswp__img").first).to_be_visible()
    page.keyboard.press("i")
    page.get_by_label("Title").fill("Evening among the fields")
    page.get_by_label("Title").press("Enter")
    page.keyboard.press("5")
    for tag in ("Places/Bavaria", "Flowers"):
        page.get_by_role("combobox", name="Tags").fill(tag)
        page.get_by_role("combobox", name="Tags").press("Enter")
        expect(page.locator(".chip", has_text=tag.rpartition("/")[2])).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".toast")).to_have_count(0, timeout=30_000)
    save(shot(page), "viewer.webp")


def signed_in(page: Page, address: str) -> Page:
    page.goto(address)
    page.get_by_label("Name").fill("Alice")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Create account").click()
    expect(page.locator(".tile.is-shown").first).to_be_visible(timeout=60_000)
    return page


def timeline(page: Page, scheme: str) -> Image.Image:
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    expect(page.locator("[data-ordinal]:not(.is-shown)")).to_have_count(0, timeout=60_000)
    return shot(page)


def shot(page: Page) -> Image.Image:
    page.mouse.move(SIZE["width"] // 2, 4)
    page.wait_for_timeout(600)
    return Image.open(io.BytesIO(page.screenshot())).convert("RGB")


def save(image: Image.Image, name: str) -> None:
    """As sharp as the size allows."""
    PICTURES.mkdir(exist_ok=True)
    for quality in range(90, 20, -5):
        out = io.BytesIO()
        image.save(out, "WEBP", quality=quality, method=6)
        if out.tell() < LARGEST:
            break
    (PICTURES / name).write_bytes(out.getvalue())
    print(f"{PICTURES / name}: {out.tell()} bytes at quality {quality}")


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
