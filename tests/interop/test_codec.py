"""What we write, the real programs read; what they write, we read; and neither loses the other's things."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sync.codecs import xmp
from sync.core import sources
from sync.core.values import canonical
from tests.interop import tools
from tests.interop.conftest import need
from tests.photos import jpeg

pytestmark = pytest.mark.interop

MARK = "0mb3k9q2f00-k7q2"
CONTENT: dict[str, Any] = {
    "title": "Lake “ü” & <sky>",
    "description": "At the lake,\nbefore rain",
    "tags": ("Places/Zürich/Lake", "Zoo"),
    "rating": 4,
    "label": "Green",
    "taken": {"local": "2021-06-01T12:34:56.121", "offset": "+02:00"},
    "gps": {"lat": 48.858371, "lon": -2.294481, "alt": 35.5},
    "people": ("Ana", "Bob Lee"),
    "creator": ["Ann", "Bob"],
    "copyright": "© Ann",
    "orientation": 6,
    "place": {"city": "Paris", "country": "France", "code": "FR"},
    "regions": [{"name": "Ana", "type": "Face", "area": [0.4, 0.3, 0.1, 0.15]}],
}


@pytest.fixture
def sidecar(tmp_path: Path) -> Path:
    """A new sidecar of ours beside its original, with something in every field."""
    jpeg(tmp_path / "IMG_1.JPG", taken="2021-06-01T12:34:56")
    path = tmp_path / "IMG_1.JPG.xmp"
    path.write_bytes(xmp.write(None, CONTENT, MARK))
    return path


def content(path: Path) -> dict[str, Any]:
    """What we read in a file, every property counted."""
    return dict(sources.resolve(xmp.read(path.read_bytes()).sources, None))


def test_exiftool_reads_every_field_that_we_write(sidecar: Path) -> None:
    need(tools.no_exiftool())
    told = tools.exiftool_reads(sidecar)
    assert told["XMP-dc:Title"] == CONTENT["title"]
    assert told["XMP-dc:Description"] == told["XMP-tiff:ImageDescription"] == CONTENT["description"]
    assert told["XMP-lr:HierarchicalSubject"] == ["Places|Zürich|Lake", "Zoo"]
    assert told["XMP-digiKam:TagsList"] == ["Places/Zürich/Lake", "Zoo"]
    assert set(told["XMP-dc:Subject"]) == {"Places", "Zürich", "Lake", "Zoo"}
    assert (told["XMP-xmp:Rating"], told["XMP-xmp:Label"]) == (4, "Green")
    assert told["XMP-exif:DateTimeOriginal"] == "2021:06:01 12:34:56.121+02:00"
    assert told["XMP-exif:GPSLatitude"] == pytest.approx(48.858371, abs=1e-6)
    assert told["XMP-exif:GPSLongitude"] == pytest.approx(-2.294481, abs=1e-6)
    assert told["XMP-exif:GPSAltitude"] == 35.5
    assert told["XMP-dc:Creator"] == ["Ann", "Bob"]
    assert told["XMP-dc:Rights"] == "© Ann"
    assert told["XMP-tiff:Orientation"] == 6
    assert told["XMP-iptcExt:PersonInImage"] == ["Ana", "Bob Lee"]
    assert (told["XMP-photoshop:City"], told["XMP-photoshop:Country"]) == ("Paris", "France")
    (region,) = told["XMP-mwg-rs:RegionInfo"]["RegionList"]
    assert region["Name"] == "Ana"
    assert [region["Area"][side] for side in "XYWH"] == [0.4, 0.3, 0.1, 0.15]


def test_exiv2_reads_every_field_that_we_write(sidecar: Path) -> None:
    need(tools.no_exiv2())
    told = tools.exiv2_reads(sidecar)
    assert told["Xmp.dc.title"] == f'lang="x-default" {CONTENT["title"]}'
    assert told["Xmp.lr.hierarchicalSubject"] == "Places|Zürich|Lake, Zoo"
    assert told["Xmp.xmp.Rating"] == "4"
    assert told["Xmp.xmp.Label"] == "Green"
    assert told["Xmp.exif.DateTimeOriginal"] == "2021-06-01T12:34:56.121+02:00"
    assert told["Xmp.exif.GPSLatitude"].startswith("48,51.50226")
    assert told["Xmp.mwg-rs.Regions/mwg-rs:RegionList[1]/mwg-rs:Name"] == "Ana"


def test_what_exiftool_changes_is_read_and_the_rest_stays(sidecar: Path) -> None:
    need(tools.no_exiftool())
    words = (
        "-XMP-xmp:Rating=2",
        "-XMP-dc:Title=See",
        "-XMP-lr:HierarchicalSubject+=Zoo|Lion",
        "-XMP-dc:Source=scan",
    )
    tools.exiftool("-q", "-overwrite_original", *words, str(sidecar))
    found = xmp.read(sidecar.read_bytes())
    assert found.mark == MARK
    assert found.sources["rating"]["xmp:Rating"] == 2
    assert found.sources["title"]["dc:title"] == "See"
    assert "Zoo/Lion" in found.sources["tags"]["lr:hierarchicalSubject"]
    rest = {
        name: canonical(name, value)
        for name, value in CONTENT.items()
        if name not in ("rating", "title", "tags")
    }
    assert {name: content(sidecar).get(name) for name in rest} == rest


def test_an_edit_of_ours_keeps_what_exiftool_had_written(sidecar: Path) -> None:
    need(tools.no_exiftool())
    tools.exiftool(
        "-q", "-overwrite_original", "-XMP-dc:Source=scan", "-XMP-xmpMM:DocumentID=abc", str(sidecar)
    )
    sidecar.write_bytes(xmp.write(sidecar.read_bytes(), {**CONTENT, "rating": 1}, MARK))
    told = tools.exiftool_reads(sidecar)
    assert (told["XMP-dc:Source"], told["XMP-xmpMM:DocumentID"], told["XMP-xmp:Rating"]) == ("scan", "abc", 1)


def test_what_exiv2_changes_is_read_and_the_rest_stays(sidecar: Path) -> None:
    need(tools.no_exiv2())
    tools.exiv2("-Mset Xmp.xmp.Rating 5", str(sidecar))
    found = content(sidecar)
    assert found["rating"] == 5
    assert {**found, "rating": 4} == {name: canonical(name, value) for name, value in CONTENT.items()}


def test_darktable_reads_what_we_write(sidecar: Path, darktable: Callable[..., Any], tmp_path: Path) -> None:
    before = sidecar.read_bytes()
    seen = darktable(tmp_path / "scratch", tmp_path, writes="never")["IMG_1.JPG"]
    assert seen["rating"] == 4
    assert seen["labels"] == ["green"]
    assert seen["title"] == CONTENT["title"]
    assert seen["description"] == CONTENT["description"]
    assert seen["tags"] == ["Places|Zürich|Lake", "Zoo"]
    assert sidecar.read_bytes() == before


def test_what_darktable_edits_is_read_and_what_is_not_its_own_stays(
    sidecar: Path, darktable: Callable[..., Any], tmp_path: Path
) -> None:
    original = hashlib.sha256((tmp_path / "IMG_1.JPG").read_bytes()).hexdigest()
    edits = [
        ("IMG_1.JPG", "rating", "2"),
        ("IMG_1.JPG", "tag+", "Places|Oslo"),
        ("IMG_1.JPG", "title", "Fjord"),
    ]
    darktable(tmp_path / "scratch", tmp_path, edits)
    found = xmp.read(sidecar.read_bytes())
    assert found.tool == "darktable"
    assert found.sources["rating"]["xmp:Rating"] == 2
    assert found.sources["title"]["dc:title"] == "Fjord"
    assert {"Places/Oslo", "Places/Zürich/Lake", "Zoo"} <= set(
        found.sources["tags"]["lr:hierarchicalSubject"]
    )
    assert found.mark == MARK
    kept = ("people", "regions", "place")
    assert {name: content(sidecar)[name] for name in kept} == {
        name: canonical(name, CONTENT[name]) for name in kept
    }
    assert hashlib.sha256((tmp_path / "IMG_1.JPG").read_bytes()).hexdigest() == original


def test_an_edit_of_ours_keeps_darktables_development_of_the_picture(
    sidecar: Path, darktable: Callable[..., Any], tmp_path: Path
) -> None:
    darktable(tmp_path / "scratch", tmp_path, [("IMG_1.JPG", "rating", "2")])
    theirs = sidecar.read_bytes()
    own = [line for line in theirs.splitlines() if b"darktable:" in line and b"colorlabels" not in line]
    assert len(own) > 5
    sidecar.write_bytes(xmp.write(theirs, {**content(sidecar), "rating": 5, "title": "Ours"}, MARK))
    ours = sidecar.read_bytes().splitlines()
    assert [line for line in own if line not in ours] == []
    seen = darktable(tmp_path / "scratch", tmp_path, writes="never")["IMG_1.JPG"]
    assert (seen["rating"], seen["title"]) == (5, "Ours")
