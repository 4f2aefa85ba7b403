"""static/vendor: made of listed files only, the same at every run, with licences and sums."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from scripts import vendor

LOCK = Path(vendor.ROOT, "scripts/web/package-lock.json")


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A node_modules with one small package and two icons, and an empty static/vendor."""
    modules = tmp_path / "node_modules"
    for path, text in {
        "photoswipe/package.json": '{"version": "1.2.3", "license": "MIT"}',
        "photoswipe/LICENSE": "MIT, whole text",
        "photoswipe/dist/photoswipe.esm.min.js": "export default 1;\n//# sourceMappingURL=x.map\n",
        "photoswipe/dist/photoswipe.css": "a{}",
        "photoswipe/dist/unlisted.js": "no",
        "lucide-static/package.json": '{"version": "9.9.9", "license": "ISC"}',
        "lucide-static/LICENSE": "ISC, whole text",
        "lucide-static/icons/x.svg": '<!-- c -->\n<svg\n  width="24">\n  <path d="M1" />\n</svg>\n',
    }.items():
        (modules / path).parent.mkdir(parents=True, exist_ok=True)
        (modules / path).write_text(text)
    (tmp_path / "icons.txt").write_text("x\n")
    monkeypatch.setattr(vendor, "MODULES", modules)
    monkeypatch.setattr(vendor, "VENDOR", tmp_path / "vendor")
    monkeypatch.setattr(vendor, "ICONS", tmp_path / "icons.txt")
    return tmp_path / "vendor"


def everything(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_listed_files_and_no_others_are_copied(tree: Path) -> None:
    assert vendor.main([]) == 0
    assert set(everything(tree)) == {
        "manifest.json",
        "icons.svg",
        "photoswipe/photoswipe.js",
        "photoswipe/photoswipe.css",
        "photoswipe/LICENSE",
        "lucide-static/LICENSE",
    }


def test_the_manifest_says_what_each_file_is(tree: Path) -> None:
    vendor.main([])
    rows = json.loads((tree / "manifest.json").read_text())["files"]
    assert {row["file"] for row in rows} | {"manifest.json"} == set(everything(tree))
    for row in rows:
        assert hashlib.sha256((tree / row["file"]).read_bytes()).hexdigest() == row["sha256"]
        assert row["version"]
        assert row["licence"] in ("MIT", "ISC")


def test_icons_become_symbols_without_their_own_size(tree: Path) -> None:
    vendor.main([])
    assert '<symbol id="x" viewBox="0 0 24 24"><path d="M1" /></symbol>' in (tree / "icons.svg").read_text()


def test_no_pointer_to_a_map_that_is_not_served(tree: Path) -> None:
    vendor.main([])
    assert "sourceMappingURL" not in (tree / "photoswipe/photoswipe.js").read_text()


def test_a_second_run_touches_nothing(tree: Path) -> None:
    vendor.main([])
    before = {path: path.stat().st_mtime_ns for path in tree.rglob("*")}
    assert vendor.main([]) == 0
    assert {path: path.stat().st_mtime_ns for path in tree.rglob("*")} == before


def test_a_changed_a_missing_and_a_stray_file_are_put_right_and_seen_by_check(tree: Path) -> None:
    vendor.main([])
    whole = everything(tree)
    (tree / "icons.svg").write_text("tampered")
    (tree / "photoswipe/LICENSE").unlink()
    (tree / "stray.js").write_text("?")
    assert vendor.main(["--check"]) == 1
    assert vendor.main([]) == 0
    assert vendor.main(["--check"]) == 0
    assert everything(tree) == whole


def test_without_node_modules_the_sentence_says_what_to_run(
    tree: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vendor, "MODULES", tree / "nowhere")
    assert vendor.main([]) == 1
    assert "npm --prefix scripts/web ci" in capsys.readouterr().err


def test_the_lock_names_no_host_and_pins_every_package() -> None:
    lock = json.loads(LOCK.read_text())
    packages = {name: row for name, row in lock["packages"].items() if name}
    assert packages
    assert [name for name, row in packages.items() if "resolved" in row] == []
    assert [name for name, row in packages.items() if "integrity" not in row] == []
    wanted = lock["packages"][""]["dependencies"] | lock["packages"][""]["devDependencies"]
    assert [name for name, version in wanted.items() if not version[0].isdigit()] == []
