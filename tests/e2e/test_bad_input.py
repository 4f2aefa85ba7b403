"""Whatever lies in the folder: it is said what and why, the rest goes on, and nothing is overwritten."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Any

import pytest

from sync.codecs import xmp
from sync.core.identity import derived_id
from tests.e2e import house as houses
from tests.e2e.api import Visitor, first_account
from tests.e2e.house import until
from tests.photos import jpeg

pytestmark = pytest.mark.slow

XMP = xmp.write(None, {"title": "Lake", "rating": 3}, "0mb3k9q2f00-k7q2")
BOMB = b"<!DOCTYPE x [<!ENTITY a0 'ha'>%s]>" % b"".join(
    b"<!ENTITY a%d '%s'>" % (level, b"&a%d;" % (level - 1) * 10) for level in range(1, 12)
)
SIDECARS = {
    "GOOD_1.JPG.xmp": (b"", "empty"),
    "GOOD_2.JPG.xmp": (XMP[: len(XMP) // 2], "cut off"),
    "GOOD_3.JPG.xmp": (XMP[:54], "cut off"),
    "GOOD_4.JPG.xmp": (BOMB + XMP.replace(b"Lake", b"&a11;"), "DOCTYPE"),
}


@pytest.fixture
def library(tmp_path: Path) -> Path:
    """Six good photos, four of them with a hopeless sidecar, and six files that are no good."""
    folder = tmp_path / "Pictures"
    whole = [
        jpeg(folder / f"GOOD_{number}.JPG", taken=f"2024-06-0{number}T10:00:00") for number in range(1, 7)
    ]
    for name, (data, _) in SIDECARS.items():
        (folder / name).write_bytes(data)
    data = whole[0].read_bytes()
    (folder / "HEAD.JPG").write_bytes(data[: len(data) // 3])
    (folder / "TAIL.JPG").write_bytes(data[:-40])
    (folder / "LETTER.JPG").write_text("Dear Alice,\n")
    (folder / "LINE\nBREAK.JPG").write_bytes(data)
    (folder / os.fsdecode(b"BYTES\xff.JPG")).write_bytes(data)
    os.mkfifo(folder / "PIPE.JPG")
    return folder


EXPECTED = {
    **{name: reason for name, (_, reason) in SIDECARS.items()},
    "HEAD.JPG": "cut off",
    "TAIL.JPG": "ends early",
    "LETTER.JPG": "not a JPEG although named .jpg",
    r"LINE\x0aBREAK.JPG": "line break",
    r"BYTES\xff.JPG": "not UTF-8",
    "PIPE.JPG": "pipe",
}


def problems(alice: Visitor) -> dict[str, dict[str, Any]]:
    status, told = alice.ask("GET", "/api/problems")
    assert status == 200
    return {one["path"]: one for one in told["problems"]}


def contents(folder: Path) -> dict[str, str]:
    files = (path for path in folder.rglob("*") if path.is_file() and ".kphotos" not in path.parts)
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_whatever_is_wrong_is_told_and_nothing_is_overwritten(library: Path, tmp_path: Path) -> None:
    before = contents(library)
    with houses.started(library, tmp_path / "home") as house:
        alice = first_account(house.address)
        until(lambda: problems(alice).keys() >= EXPECTED.keys())
        found = problems(alice)
        assert found.keys() == EXPECTED.keys()
        assert {
            path: found[path]["reason"] for path in found if EXPECTED[path] not in found[path]["reason"]
        } == {}
        assert all(one["kept"] for one in found.values())

        (volume,) = (one["id"] for one in alice.ask("GET", "/api/status")[1]["volumes"])
        # The rest works: what is good is shown and made, and even beside a hopeless sidecar one may edit.
        until(lambda: alice.ask("GET", "/api/status")[1]["counts"]["thumbnails"] == 8)
        assert alice.ask("GET", "/api/timeline/version")[1]["count"] == 11
        assert alice.ask("GET", "/problems")[0] == 200
        for name in ("GOOD_1.JPG", "GOOD_5.JPG"):
            photo = derived_id(volume, name)
            change = {"changes": [{"field": "rating", "op": "set", "value": 5}]}
            status, told = alice.ask("PATCH", f"/api/assets/{photo}", change)
            assert status == 200, told
            assert told["asset"]["fields"]["rating"]["value"] == 5
            assert told["asset"]["pending"] is (name == "GOOD_1.JPG")
    after = contents(library)
    assert {path: after.get(path) for path in before} == before
    assert {Path(path).name for path in after.keys() - before.keys()} == {
        *("GOOD_1.JPG.kphotos.json", "GOOD_5.JPG.kphotos.json", "GOOD_5.JPG.xmp")
    }


def test_a_folder_that_cannot_be_read_is_told_and_forgets_nothing(tmp_path: Path) -> None:
    library, home = tmp_path / "Pictures", tmp_path / "home"
    for name in ("GOOD.JPG", "Closed/HIDDEN.JPG"):
        jpeg(library / name)
    home.mkdir()
    assert houses.run(home, "scan", str(library)).returncode == 0
    (library / "Closed").chmod(0)
    try:
        with houses.started(library, home, mortal=True) as house:
            alice = first_account(house.address)
            until(lambda: "Closed" in problems(alice))
            assert "permission" in problems(alice)["Closed"]["reason"].lower()
            assert alice.ask("GET", "/api/timeline/version")[1]["count"] == 2, "unreadable is not deleted"
    finally:
        (library / "Closed").chmod(0o755)
