"""Copies the browser's libraries from scripts/web/node_modules to static/vendor, with licences and manifest.

The listed files only, never a package's whole tree; icons become one sprite. Run after `npm ci`; a second run
changes nothing and takes some milliseconds. `--check` writes nothing and fails where a run would.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MODULES = ROOT / "scripts" / "web" / "node_modules"
VENDOR = ROOT / "static" / "vendor"

# Package -> the files we serve (path in the package -> path in static/vendor). Licences come on their own.
FILES: Mapping[str, Mapping[str, str]] = {
    "photoswipe": {
        "dist/photoswipe.esm.min.js": "photoswipe/photoswipe.js",
        "dist/photoswipe.css": "photoswipe/photoswipe.css",
    },
    "lucide-static": {},
}

# The Lucide icons in use, one name a line; an icon that is not listed draws nothing, so tests/js compares.
ICONS = ROOT / "scripts" / "web" / "icons.txt"


class VendorError(Exception):
    """Something to vendor is not there; the sentence says what to run."""


def main(arguments: list[str]) -> int:
    """Write (or with --check, compare) static/vendor; 0 when it is as it should be."""
    try:
        wanted = contents()
    except VendorError as error:
        print(f"vendor: {error}", file=sys.stderr)
        return 1
    stale = [name for name, data in wanted.items() if present(VENDOR / name) != data]
    extra = [path for path in written() if path.relative_to(VENDOR).as_posix() not in wanted]
    if "--check" in arguments:
        if stale or extra:
            print("vendor: static/vendor is out of date; run: python scripts/vendor.py", file=sys.stderr)
        return 1 if stale or extra else 0
    for name in stale:
        target = VENDOR / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(wanted[name])
    for path in extra:
        path.unlink()
    print(f"vendor: {len(wanted)} files in static/vendor, {len(stale)} written, {len(extra)} removed")
    return 0


def contents() -> dict[str, bytes]:
    """Every file of static/vendor, by its path there."""
    wanted: dict[str, bytes] = {}
    about: list[dict[str, object]] = []
    for package, files in FILES.items():
        folder = MODULES / package
        meta = json.loads(taken(folder / "package.json"))
        made = {target: without_map(taken(folder / source)) for source, target in files.items()}
        made[f"{package}/LICENSE"] = taken(folder / "LICENSE")
        if package == "lucide-static":
            made["icons.svg"] = sprite(folder / "icons")
        wanted |= made
        about += [
            {
                "file": name,
                "package": package,
                "version": meta["version"],
                "licence": meta["license"],
                "sha256": hashlib.sha256(data).hexdigest(),
            }
            for name, data in made.items()
        ]
    manifest = {"files": sorted(about, key=lambda row: str(row["file"]))}
    wanted["manifest.json"] = (json.dumps(manifest, indent=1, sort_keys=True) + "\n").encode()
    return wanted


def sprite(folder: Path) -> bytes:
    """One SVG with a symbol per icon; `fill` and `stroke` are left to our CSS, as the `use` inherits them."""
    symbols = [
        f'<symbol id="{name}" viewBox="0 0 24 24">{inner(taken(folder / f"{name}.svg").decode())}</symbol>'
        for name in ICONS.read_text().split()
    ]
    return ('<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(symbols) + "\n</svg>\n").encode()


def inner(svg: str) -> str:
    """What stands between <svg ...> and </svg>, on one line."""
    match = re.search(r"<svg\b[^>]*>(.*)</svg>", svg, re.DOTALL)
    if match is None:
        raise VendorError("an icon of lucide-static is no SVG; has its form changed?")
    return re.sub(r"\s+", " ", match.group(1)).strip()


def without_map(data: bytes) -> bytes:
    """Drop the pointer to a source map that is not served: the browser's tools would ask for it in vain."""
    return re.sub(rb"\n?//# sourceMappingURL=\S+\s*$", b"\n", data)


def taken(path: Path) -> bytes:
    """A file of node_modules, or the sentence that says how to get it."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        name = path.relative_to(MODULES)
        raise VendorError(f"{name} is not there; run: npm --prefix scripts/web ci") from None


def present(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None


def written() -> list[Path]:
    return [path for path in VENDOR.rglob("*") if path.is_file()] if VENDOR.is_dir() else []


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
