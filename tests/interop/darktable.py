"""Drives the real darktable: it imports a folder, edits as a person would, and writes its own sidecars."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

SCRIPT = Path(__file__).with_name("darktable.lua")
NEEDED = ("darktable", "lua5.4", "Xvfb")

Edit = tuple[str, str, str]  # (file name, key, value), as ("IMG_1.JPG", "tag+", "Places|Paris")
Picture = dict[str, Any]  # what darktable knows of an image: rating, tags ("a|b"), labels, title ...


def missing() -> str | None:
    """Why darktable cannot be driven here, or None."""
    absent = [tool for tool in NEEDED if shutil.which(tool) is None]
    if absent:
        return f"not installed: {', '.join(absent)}"
    return None if library() else "darktable has no shared library that Lua can load"


def library() -> Path | None:
    """The folder of libdarktable.so."""
    places = ("usr/lib/*/darktable", "usr/lib/darktable", "usr/lib64/darktable", "usr/local/lib/*/darktable")
    found = (path.parent for place in places for path in Path("/").glob(f"{place}/libdarktable.so"))
    return next(found, None)


@contextmanager
def display(scratch: Path) -> Iterator[str]:
    """A private X server: darktable opens no window, yet asks for one at its start."""
    reading, writing = os.pipe()
    command = ["Xvfb", "-displayfd", str(writing), "-screen", "0", "640x480x24", "-nolisten", "tcp"]
    with (scratch / "Xvfb.log").open("wb") as log:
        server = subprocess.Popen(command, pass_fds=(writing,), stdout=log, stderr=log)
    os.close(writing)
    try:
        with os.fdopen(reading) as answer:
            number = answer.readline().strip()
        assert number, "Xvfb did not start"
        yield f":{number}"
    finally:
        server.terminate()
        server.wait()


def darktable(
    scratch: Path,
    folder: Path,
    edits: Sequence[Edit] = (),
    *,
    catalogue: str = ":memory:",
    writes: str = "after edit",
    look: bool = True,
    stars: int = 0,
) -> dict[str, Picture]:
    """Import `folder`, do `edits` in order, and return what darktable then knows, by file name.

    A `catalogue` file remembers between runs, as a person's darktable does; `writes` is its own setting
    ("after edit", "on import", "never"). Without `look` no sidecar is read again: it goes by its memory.
    `stars` is what it gives to a photo that has no rating: one, if nobody has changed its settings.
    """
    scratch.mkdir(parents=True, exist_ok=True)
    config = scratch / "config" if catalogue == ":memory:" else Path(f"{catalogue}.config")
    for needed in (config, scratch / "cache", scratch / "home"):
        needed.mkdir(parents=True, exist_ok=True)
    command = [
        "lua5.4",
        str(SCRIPT),
        str(library()),
        catalogue,
        str(config),
        str(scratch / "cache"),
        str(folder) if look else "",
    ]
    command += [word for edit in edits for word in edit]
    private = str(scratch / "home")
    with display(scratch) as number:
        environment = {
            **os.environ,
            "DISPLAY": number,
            "HOME": private,
            "XDG_CONFIG_HOME": private,
            "XDG_CACHE_HOME": private,
            "DBUS_SESSION_BUS_ADDRESS": "disabled:",
            "GIO_USE_VFS": "local",
            "NO_AT_BRIDGE": "1",
            "OMP_NUM_THREADS": "1",
            "LC_ALL": "C.UTF-8",
            "DARKTABLE_WRITES": writes,
            "DARKTABLE_STARS": str(stars),
        }
        done = subprocess.run(
            command, env=environment, capture_output=True, text=True, timeout=90, check=False
        )
    assert done.returncode == 0, f"darktable failed:\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}"
    lines = [line.removeprefix("SEEN ") for line in done.stdout.splitlines() if line.startswith("SEEN ")]
    return {picture["file"]: picture for picture in map(json.loads, lines)}
