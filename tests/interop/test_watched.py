"""Other programs' ways of writing while somebody watches: gone for a moment, empty, cut off, in place."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sync.codecs import xmp
from sync.engine import Later, Seen
from sync.watch import EVERYTHING, Watch
from tests.e2e.house import until
from tests.interop import tools
from tests.interop.conftest import need
from tests.photos import jpeg
from tests.sync.machines import Machine, assets, disk_machine

pytestmark = pytest.mark.interop

PHOTO = "IMG_1.JPG"
CORPUS = Path(__file__).parents[1] / "corpus" / "xmp"
# What digiKam and geeqie leave for a moment, closed, before they write the rest.
BARE = b'<?xpacket begin="\xef\xbb\xbf" id="W5M0MpCehiHzreSzNTczkc9d"?>'


class Watched:
    """A folder with one photo that has a ledger, and a watch whose every look is kept."""

    def __init__(self, base: Path) -> None:
        self.machine: Machine = disk_machine(base)
        self.folder = base / "volume"
        self.sidecar = self.folder / f"{PHOTO}.xmp"
        jpeg(self.folder / PHOTO, taken="2021-06-01T12:34:56")
        self.machine.scan()
        self.machine.edit(PHOTO, title="Lake", rating=1)
        self.titles: list[Any] = []
        self.seen: dict[str, Any] = {}
        self.watch = Watch(self.folder, self._calm)

    def _calm(self, paths: frozenset[str]) -> None:
        engine = self.machine.engine
        for event in engine.scan() if EVERYTHING in paths else engine.touch(paths):
            if isinstance(event, Seen):
                self.seen = event.asset.document.content()
                self.titles.append(self.seen.get("title"))
            elif isinstance(event, Later):
                self.watch.again(event.path, event.seconds)

    def shows(self, **content: Any) -> None:
        """Wait until the watch has seen this."""
        until(lambda: all(self.seen.get(name) == value for name, value in content.items()), 30)


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Watched]:
    made = Watched(tmp_path)
    made.watch.start()
    yield made
    made.watch.stop()


def test_exiftools_edits_are_taken_and_its_backups_are_left_alone(watched: Watched) -> None:
    need(tools.no_exiftool())
    first = watched.sidecar.read_bytes()
    for number in (2, 3):
        tools.exiftool(
            "-q", f"-XMP-xmp:Rating={number}", f"-XMP-dc:Title=Lake {number}", str(watched.sidecar)
        )
        watched.shows(rating=number, title=f"Lake {number}")
    backup = watched.folder / f"{PHOTO}.xmp_original"
    assert backup.read_bytes() == first
    assert None not in watched.titles


def test_a_sidecar_that_is_gone_for_longer_than_a_moment_clears_nothing(watched: Watched) -> None:
    need(tools.no_exiftool())
    watched.shows(title="Lake")
    backup = watched.folder / f"{PHOTO}.xmp_original"
    watched.sidecar.rename(backup)
    time.sleep(0.6)  # the moment that exiftool takes, made long enough to be looked at
    tools.exiftool("-q", "-XMP-xmp:Rating=4", "-o", f"{watched.sidecar}_exiftool_tmp", str(backup))
    (watched.folder / f"{PHOTO}.xmp_exiftool_tmp").rename(watched.sidecar)
    watched.shows(rating=4, title="Lake")
    assert set(watched.titles) == {"Lake"}


def test_a_file_left_empty_or_bare_for_a_moment_clears_nothing(watched: Watched) -> None:
    watched.shows(title="Lake")
    content = xmp.write(watched.sidecar.read_bytes(), {"title": "Lake", "rating": 5}, "none")
    for data in (b"", BARE, content[: len(content) // 2]):
        watched.sidecar.write_bytes(data)
        time.sleep(0.4)
    watched.sidecar.write_bytes(content)
    watched.shows(rating=5)
    assert set(watched.titles) == {"Lake"}


def test_an_edit_of_exiv2_in_place_is_taken(watched: Watched) -> None:
    need(tools.no_exiv2())
    tools.exiv2("-Mset Xmp.xmp.Rating 5", str(watched.sidecar))
    watched.shows(rating=5, title="Lake")


@pytest.mark.parametrize(
    ("recorded", "rating", "more"),
    [
        ("full-after-rating4.JPG.xmp", 4, set()),
        ("full-after-rating4-reading-OFF.JPG.xmp", 4, set()),
        ("full-after-tag-zoo-lion-rating2.JPG.xmp", 2, {"zoo", "zoo/lion", "People/Beto"}),
    ],
)
def test_what_digikam_wrote_is_its_edit_and_no_more(
    tmp_path: Path, recorded: str, rating: int, more: set[str]
) -> None:
    machine = disk_machine(tmp_path)
    sidecar = tmp_path / "volume" / f"{PHOTO}.xmp"
    jpeg(tmp_path / "volume" / PHOTO)
    sidecar.write_bytes((CORPUS / "full-input.xmp").read_bytes())
    machine.scan()
    machine.edit(PHOTO, label="Blue")
    before = assets(machine.scan(everything=True))[PHOTO].document.content()
    sidecar.write_bytes((CORPUS / "digikam" / recorded).read_bytes())
    after = assets(machine.scan(everything=True))[PHOTO].document.content()
    assert after["rating"] == rating
    assert set(after["tags"]) == {*before["tags"], *more}
    # When it was recorded, place and label were other ones.
    rest = before.keys() - {"rating", "tags", "place", "label"}
    assert {name: after.get(name) for name in rest} == {name: before[name] for name in rest}
