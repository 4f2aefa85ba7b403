"""The real darktable and exiftool in the load: each edit is theirs, only when it happens is ours."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from sync.errors import SyncError
from tests.interop import darktable as driver
from tests.interop.tools import EXIFTOOL, no_exiftool
from tests.sim.oracles import keyed_values
from tests.sim.tools import content_of

if TYPE_CHECKING:
    from tests.crash.load import Load

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
    """darktable imports the folder and attaches a tag to one photo, writing its sidecar in place."""
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
