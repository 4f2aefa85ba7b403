"""Acts of the engine that touch more than one pair of files, each with what must be there after a kill."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sync.codecs import ledger as ledgers
from sync.codecs import xmp
from sync.core.edit import edit
from sync.core.model import Change
from sync.engine import Site, Volume
from sync.osfs import FileLock, OsFS, SystemClock, SystemRng
from tests.sim.tools import MARK
from tests.sim.world import MemMemory
from tests.sync.machines import Machine, assets
from tests.sync.sides import DiskHands

PHOTO, MOVED = "IMG_1.JPG", "Trip/IMG_9.JPG"
SIDECAR, LEDGER = PHOTO + ".xmp", PHOTO + ".kphotos.json"
COPY = "IMG_1.JPG.kphotos.sync-conflict-20250102-030405-ABCDEFG.json"
PICTURE, OTHER = b"the picture", b"another picture"
OLD: Mapping[str, Any] = {"title": "Old", "rating": 1}
NEW: Mapping[str, Any] = {**OLD, "title": "New"}


@dataclass(frozen=True, slots=True)
class Scenario:
    """`begin` follows a photo edited to `OLD`; `act` is what is killed; then what is shown at `path`.

    `before` is what may be shown instead if the act was not told to be done. `again` finishes a restart.
    """

    begin: Callable[[Machine], None]
    act: Callable[[Machine], None]
    after: Mapping[str, Any]
    before: Mapping[str, Any] | None = None
    path: str = PHOTO
    picture: bytes = PICTURE
    is_overlaid: bool = False
    again: Callable[[Machine], None] = field(default=lambda machine: None)
    is_kept: Callable[[Path], bool] = field(default=lambda folder: True)


def machine_of(folder: Path, *, overlaid: bool = False) -> Machine:
    """The site whose volume is FOLDER/volume, begun anew: what it had observed is forgotten."""
    root, memory, rng = folder / "volume", MemMemory(), SystemRng()
    fs = OsFS(root)
    site = Site("site-1", rng.hex(8), memory, FileLock(folder / "locks"), SystemClock(), rng)
    starts = int(rng.hex(8), 16)  # from which the node is made: no two processes share one
    volume = Volume("volume-1", fs)
    if overlaid:
        (folder / "overlay").mkdir(exist_ok=True)
        over = OsFS(folder / "overlay", everything_ours=True)
        volume = Volume("volume-1", fs, overlay=over, writable=False)
    return Machine(fs, DiskHands(root), site, volume, memory, starts=starts)


def begin(folder: Path, scenario: Scenario) -> None:
    """The photo that was edited before, its content known, and then what is peculiar to the scenario."""
    (folder / "volume").mkdir(parents=True)
    (folder / "volume" / PHOTO).write_bytes(PICTURE)
    machine = machine_of(folder, overlaid=scenario.is_overlaid)
    machine.scan()
    machine.edit(PHOTO, **OLD)
    machine.engine.settle()
    _hash(machine, PHOTO)
    scenario.begin(machine)


def check(folder: Path, scenario: Scenario, *, is_told: bool) -> None:
    """Whole files now; after a start again what is allowed, mirrored, at rest, and the next edit works."""
    volume = folder / "volume"
    for path in volume.rglob("*.kphotos.json"):
        ledgers.read(path.read_bytes())
    for path in volume.rglob("*.xmp"):
        xmp.read(path.read_bytes())
    machine = machine_of(folder, overlaid=scenario.is_overlaid)
    machine.pass_time(0.6)
    machine.scan(everything=True)
    scenario.again(machine)
    machine.pass_time(0.6)
    shown = assets(machine.scan(everything=True))[scenario.path]
    allowed = [scenario.after] if is_told or scenario.before is None else [scenario.before, scenario.after]
    assert shown.document.content() in allowed, shown.document.content()
    assert (shown.problems, shown.pending, shown.document.conflicts) == ((), False, ())
    assert scenario.is_kept(folder)
    rest = _files(folder)
    assert rest[f"volume/{scenario.path}"] == scenario.picture
    assert [name for name in rest if ".kphotos-tmp-" in name] == []
    machine.scan(everything=True)
    assert _files(folder) == rest
    machine.edit(scenario.path, title="Next")
    assert machine.engine.look(scenario.path).document.value("title") == "Next"


def _files(folder: Path) -> dict[str, bytes]:
    found = [path for part in ("volume", "overlay") for path in (folder / part).rglob("*") if path.is_file()]
    return {str(path.relative_to(folder)): path.read_bytes() for path in found}


def _hash(machine: Machine, path: str) -> None:
    hash_ = "sha256:" + hashlib.sha256(machine.hands.read(path)).hexdigest()
    machine.engine.hashed(path, machine.engine.look(path).original.stat.signature(), hash_)


def _follow(machine: Machine) -> None:
    machine.scan()
    _hash(machine, MOVED)


def _leave_a_copy(machine: Machine) -> None:
    ledger = ledgers.read(machine.hands.read(LEDGER))
    changes = [Change("description", "set", "Theirs")]
    theirs = edit(ledger, changes, now_ms=1_900_000_000_000, node="other", by="user:bob")
    machine.hands.put(COPY, ledgers.write(theirs))


def _set_title(machine: Machine) -> None:
    machine.edit(PHOTO, title="New")


def _disown(machine: Machine) -> None:
    machine.engine.disown(PHOTO)


def _disown_again(machine: Machine) -> None:
    if assets(machine.scan(everything=True))[PHOTO].problems:
        _disown(machine)


def _has_orphans(folder: Path) -> bool:
    """Whether both of the other picture's sidecars are kept, under whichever name."""
    kept = [path.read_bytes() for path in (folder / "volume").iterdir() if ".orphan-" in path.name]
    return len(kept) == 2 and all(b"Old" in data for data in kept)


def _adopt(machine: Machine) -> None:
    machine.hands.remove(LEDGER)
    machine.hands.put(SIDECAR, _foreign())


def _foreign() -> bytes:
    return MARK.sub(b"", xmp.write(None, {"description": "Tool's"}, "none"))


def _says_both(folder: Path) -> bool:
    """Whether both XMPs of the photo say the same."""
    found = [xmp.read((folder / "volume" / name).read_bytes()) for name in (SIDECAR, "IMG_1.xmp")]
    return found[0].sources == found[1].sources


SCENARIOS: Mapping[str, Scenario] = {
    "move": Scenario(
        lambda machine: machine.hands.move(PHOTO, MOVED), _follow, OLD, path=MOVED, again=_follow
    ),
    "copies": Scenario(
        _leave_a_copy,
        lambda machine: list[object](machine.scan()).clear(),
        {**OLD, "description": "Theirs"},
        is_kept=lambda folder: not (folder / "volume" / COPY).exists(),
    ),
    "overlay": Scenario(lambda machine: None, _set_title, NEW, OLD, is_overlaid=True),
    "disown": Scenario(
        lambda machine: machine.hands.replace(PHOTO, OTHER),
        _disown,
        {},
        picture=OTHER,
        again=_disown_again,
        is_kept=_has_orphans,
    ),
    "adopt": Scenario(
        _adopt, _set_title, {"title": "New", "description": "Tool's"}, {"description": "Tool's"}
    ),
    "two": Scenario(
        lambda machine: machine.hands.put("IMG_1.xmp", _foreign()),
        _set_title,
        {**NEW, "description": "Tool's"},
        {**OLD, "description": "Tool's"},
        is_kept=_says_both,
    ),
}
