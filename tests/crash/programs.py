"""The real darktable and exiftool in the load: each edit is theirs, only when it happens is ours."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from sync.codecs import ledger as ledgers
from sync.codecs import xmp
from sync.errors import SyncError
from tests.interop import darktable as driver
from tests.interop.tools import EXIFTOOL, no_exiftool
from tests.sim.oracles import keyed_values
from tests.sim.tools import MARK, content_of
from tests.sync.sides import DiskHands

if TYPE_CHECKING:
    from tests.crash.load import Load

SEEN_WITHIN = 60.0
_TAGS = {"title": "XMP-dc:Title", "description": "XMP-dc:Description"}


def missing() -> list[str]:
    """Why which of the two cannot take part, in words."""
    return [reason for reason in (driver.missing(), no_exiftool()) if reason]


def exiftool(load: Load, path: str, key: str) -> None:
    """exiftool reads an XMP, composes it anew with one tag changed, and it comes in place by a rename.

    It reads a copy, so that what it had read is known; its temp and rename are made for it.
    """
    name = load.library / f"{path}.xmp"
    with tempfile.TemporaryDirectory(dir=load.scratch) as folder, load.tools[path]:
        copy, out = Path(folder) / "in.xmp", Path(folder) / "out.xmp"
        with contextlib.suppress(OSError, SyncError):
            copy.write_bytes(name.read_bytes())
            had = keyed_values(content_of(copy.read_bytes()))
            value = load.value(key)
            line = load.wrote(path, key, value, [had[key]] if key in had else [], read=had.get(key))
            tag = f"-{_TAGS[key]}={value}"
            command = ["perl", str(EXIFTOOL), "-config", "", "-q", "-m", tag, "-o", str(out), str(copy)]
            subprocess.run(command, capture_output=True, timeout=60, check=True)
            temp = name.with_name(name.name + "_exiftool_tmp")
            shutil.copyfile(out, temp)
            temp.rename(name)
            load.acknowledge(path, line)
            load.count("written by exiftool")


def darktable(load: Load, path: str) -> None:
    """darktable imports the folder and attaches a tag to one photo, writing its sidecar in place.

    It writes the texts that it read at its import under the mark that it finds at its write: a person who
    edited in between is taken back. No other program writes until K-Photos has looked at that: what was
    taken back and then written over unseen is, to everybody, a plain edit of what stood before.
    """
    tag = load.value("dt").replace(" ", "")
    with load.tools[path]:
        line = load.wrote(path, f"tags/{tag}", True, [])
        try:
            driver.darktable(load.scratch / "darktable", load.library, [(path, "tag+", tag)])
        except (AssertionError, subprocess.TimeoutExpired):
            load.count("darktable could not open the folder")
            return
        load.acknowledge(path, line)
        load.count("written by darktable")
        if _took_back(load, path):
            load.count("written by darktable, taking a text back")
        _wait_until_seen(load, path, tag)


def old_memory(load: Load, path: str, seconds: float) -> None:
    """What darktable does, without its cost: read, wait, attach a tag to what was read, write in place."""
    name, hands, tag = path + ".xmp", DiskHands(load.library), load.value("old").replace(" ", "")
    with load.tools[path], contextlib.suppress(OSError, SyncError):
        memory = content_of(hands.read(name))
        load.hurry.wait(seconds)
        data = hands.read(name)
        mark = xmp.read(data).mark
        if mark is None:
            return
        line = load.wrote(path, f"tags/{tag}", True, [])
        tags = [*(content_of(data).get("tags") or ()), tag]
        texts = {key: memory.get(key) for key in _TAGS}
        hands.put(name, xmp.write(data, {**content_of(data), **texts, "tags": tags}, mark))
        load.acknowledge(path, line)
        load.count("written from an old memory")
        if _took_back(load, path):
            load.count("written from an old memory, taking a text back")
        _wait_until_seen(load, path, tag)


def slow(load: Load, path: str, key: str, seconds: float, *, truncates: bool) -> None:
    """Read the XMP, open it to write, and only then, as on a disk that is busy, write one field changed.

    What was opened may long have been taken out of its place. Nothing is shown until the file is closed,
    and the next program waits for that; K-Photos does not, and is killed in the midst of it.
    """
    name, hands, value = path + ".xmp", DiskHands(load.library), load.value(key)
    with load.tools[path], contextlib.suppress(OSError, SyncError):
        data = hands.read(name)
        content, mark = content_of(data), xmp.read(data).mark
        had = keyed_values(content)
        new = xmp.write(data, {**content, key: value}, mark or "none")
        line = load.wrote(path, key, value, [had[key]] if key in had else [], read=had.get(key))
        with (load.library / name).open("wb" if truncates else "r+b", buffering=0) as file:
            before = os.fstat(file.fileno()).st_ino
            load.hurry.wait(seconds)
            file.write(new if mark else MARK.sub(b"", new))
            file.truncate()
        load.acknowledge(path, line)
        load.count("written slowly")
        if (load.library / name).stat().st_ino != before:
            load.count("written slowly, into what had been taken out")


def _took_back(load: Load, path: str) -> bool:
    """Whether the XMP holds a text in whose place somebody has put another."""
    with contextlib.suppress(OSError, SyncError):
        had = keyed_values(content_of((load.library / f"{path}.xmp").read_bytes()))
        return any(load.is_replaced(path, key, had[key]) for key in _TAGS if key in had)
    return False


def _wait_until_seen(load: Load, path: str, tag: str) -> None:
    """Until the ledger has the tag; not for ever, since the judgement will tell that it has not."""
    until = time.monotonic() + SEEN_WITHIN
    while time.monotonic() < until and not load.over.wait(0.05):
        with contextlib.suppress(OSError, SyncError):
            ledger = ledgers.read((load.library / f"{path}.kphotos.json").read_bytes())
            if tag in ledger.sets.get("tags", {}):
                return
