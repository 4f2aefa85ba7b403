"""I1 by the kernel's own word: a scan and edits, children included, never open an original for writing."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

import pytest

from tests.e2e.audit import missing, touched, watched

pytestmark = pytest.mark.skipif(missing() is not None, reason=str(missing()))

WORK = """
import subprocess, sys
from pathlib import Path
from sync.core.model import Change
from sync.engine import Engine, Site, Volume, hash_of
from sync.osfs import FileLock, OsFS, SystemClock, SystemRng
from tests.sim.world import MemMemory
root, plant = Path(sys.argv[1]), sys.argv[2]
fs = OsFS(root)
site = Site("site-1", "node", MemMemory(), FileLock(root.parent / "locks"), SystemClock(), SystemRng())
engine = Engine(Volume("volume-1", fs), site)
list(engine.scan())
for name in ("a.JPG", "b.CR3", "c.mov"):
    for rating in (1, 2):
        asset = engine.edit(name, [Change("rating", "set", rating)], "user:alice").asset
    engine.hashed(name, asset.original.stat.signature(), hash_of(fs, name))
sidecar = root / "a.JPG.xmp"
sidecar.write_bytes(sidecar.read_bytes().replace(b"<xmp:Rating>2", b"<xmp:Rating>5"))
list(engine.touch(["a.JPG.xmp"]))
list(engine.scan(everything=True))
assert engine.look("a.JPG").document.value("rating") == 5
if plant == "write":
    with (root / "a.JPG").open("r+b"):
        pass
if plant == "child":
    subprocess.run(["touch", str(root / "b.CR3")], check=True)
if plant == "rename":
    (root / "c.mov").rename(root / "d.mov")
"""


def audit(tmp_path: Path, plant: str) -> tuple[list[str], bool]:
    """What the run could have changed of originals, and whether their bytes are as they were."""
    root = tmp_path / "volume"
    root.mkdir()
    originals = [root / name for name in ("a.JPG", "b.CR3", "c.mov")]
    for original in originals:
        original.write_bytes(original.name.encode() * 1000)
    before = [hashlib.sha256(original.read_bytes()).digest() for original in originals]
    trace = tmp_path / "trace"
    repository = Path(__file__).parents[2]
    script = f"import sys; sys.path.insert(0, {str(repository)!r})\n{WORK}"
    assert watched([sys.executable, "-c", script, str(root), plant], trace) == 0
    after = [hashlib.sha256(path.read_bytes()).digest() for path in originals if path.exists()]
    return touched(trace, originals), before == after


def test_scan_edit_and_absorb_never_open_an_original_for_writing(tmp_path: Path) -> None:
    assert audit(tmp_path, "nothing") == ([], True)


@pytest.mark.parametrize("plant", ["write", "child", "rename"])
def test_a_planted_touch_of_an_original_is_caught(tmp_path: Path, plant: str) -> None:
    calls, _ = audit(tmp_path, plant)
    assert calls
