"""What our own reader says of headers: equal to Pillow's view, quick, and unshaken by any damage."""

from __future__ import annotations

import os
import random
import struct
import zlib
from dataclasses import asdict
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from kphotos.storage import headers
from kphotos.storage.embedded import Embedded, parse, read
from tests.photos import ASCII, RATIONAL, jpeg, segment, tiff
from tests.pictures import CASES, DAMAGED, FULL, XMP, picture, png, with_segments, write

EVERYTHING = Embedded(
    mime="image/jpeg",
    width=64,
    height=48,
    orientation=6,
    taken_local="2021-06-01T12:34:56.121",
    taken_offset="+02:00",
    taken_source="exif",
    make="Canon",
    model="Canon EOS 6D",
    lens="EF24-105mm f/4L IS USM",
    exposure_time=0.004,
    f_number=2.8,
    iso=200,
    focal_length=50.0,
    focal_length_35mm=75.0,
    lat=-33.856784,
    lon=151.215297,
    alt=12.5,
    title="Tïtle",
    description="Möwen über der Brücke",
    artist="Ana; Luís",
    copyright="© Ana\n© Editor",
    rating=4,
)


@pytest.mark.parametrize(
    "name", ["little.jpg", "big.jpg", "odd.jpg", "odd-big.jpg", "after-icc.jpg", "fill-bytes.jpg"]
)
def test_everything_is_read_whatever_the_byte_order_and_the_offsets(name: str) -> None:
    assert parse(CASES[name]) == EVERYTHING


@pytest.mark.parametrize(
    ("name", "width", "height"),
    [
        ("exif.png", 64, 48),
        ("late.png", 64, 48),
        ("exif.webp", 61, 47),
        ("little.tif", 8, 6),
        ("big.tif", 8, 6),
    ],
)
def test_every_container_tells_the_same(name: str, width: int, height: int) -> None:
    told = parse(CASES[name])
    expected = asdict(EVERYTHING) | {"mime": told.mime, "width": width, "height": height, "xmp": told.xmp}
    assert asdict(told) == expected


@pytest.mark.parametrize("name", ["xmp.jpg", "late.png", "packed.png", "exif.webp", "little.tif"])
def test_the_xmp_packet_is_handed_over_as_it_is(name: str) -> None:
    assert parse(CASES[name]).xmp == XMP


@pytest.mark.parametrize(
    ("name", "field", "value"),
    [
        ("no-zone.jpg", "taken_offset", None),
        ("zone-z.jpg", "taken_offset", "+00:00"),
        ("zone-nonsense.jpg", "taken_offset", None),
        ("digitized.jpg", "taken_local", "2019-12-31T23:59:59.070"),
        ("digitized.jpg", "taken_offset", "-03:30"),
        ("no-day.jpg", "taken_local", None),
        ("no-day.jpg", "taken_source", None),
        ("day-31.jpg", "taken_local", None),
        ("year-9999.jpg", "taken_local", None),
        ("epoch.jpg", "taken_local", None),
        ("exposure-0.jpg", "exposure_time", None),
        ("f-infinite.jpg", "f_number", None),
        ("focal-negative.jpg", "focal_length", None),
        ("iso-65535.jpg", "iso", 102400),
        ("orientation-9.jpg", "orientation", 1),
        ("rating-99.jpg", "rating", None),
        ("rating-0.jpg", "rating", 0),
        ("lat-91.jpg", "lat", None),
        ("lat-91.jpg", "alt", None),
        ("lat-without-ref.jpg", "lat", None),
        ("null-island.jpg", "lon", None),
        ("below-sea.jpg", "alt", -12.5),
        ("no-altitude.jpg", "lat", -33.856784),
        ("camera-talk.jpg", "description", None),
        ("comment.jpg", "description", "Seen from the ferry"),
        ("comment-unicode.jpg", "description", "Fähre"),
        ("loop.jpg", "make", "Nikon Corp"),
        ("numbers-as-text.jpg", "model", "1.10"),
    ],
)
def test_what_cannot_be_true_is_dropped_and_the_rest_stays(name: str, field: str, value: object) -> None:
    told = parse(CASES[name])
    assert getattr(told, field) == value
    assert told.problem is None
    assert (told.width, told.height) == (64, 48)


@pytest.mark.parametrize(
    ("written", "local"),
    [
        ("2021:06:01 12:34", "2021-06-01T12:34:00"),
        ("2021-06-01T12:34:56", "2021-06-01T12:34:56"),
        ("2021:06:01   :  :  ", "2021-06-01"),
        ("2021:06:01", "2021-06-01"),
        ("2021:06:01 24:00:00", None),
        ("1799:12:31 00:00:00", None),
        ("    :  :     :  :  ", None),
    ],
)
def test_dates_as_cameras_and_programs_write_them(written: str, local: str | None) -> None:
    block = tiff({}, {0x9003: (ASCII, written)})
    assert parse(with_segments(segment(0xE1, b"Exif\0\0" + block))).taken_local == local


def test_a_zone_inside_the_date_counts() -> None:
    block = tiff({}, {0x9003: (ASCII, "2021:06:01 12:34:56.5+05:30")})
    told = parse(with_segments(segment(0xE1, b"Exif\0\0" + block)))
    assert (told.taken_local, told.taken_offset) == ("2021-06-01T12:34:56.500", "+05:30")


def test_latin_1_of_old_programs_is_read_too() -> None:
    block = tiff({0x010E: (ASCII, b"M\xf6wen\0")})
    assert parse(with_segments(segment(0xE1, b"Exif\0\0" + block))).description == "Möwen"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [((1, 250), "1/250"), ((1, 3), "0.3"), ((30, 1), "30"), ((25, 10), "2.5"), ((1, 4), "1/4")],
)
def test_exposure_is_told_as_photographers_write_it(seconds: tuple[int, int], text: str) -> None:
    block = tiff({}, {0x829A: (RATIONAL, [seconds])})
    assert parse(with_segments(segment(0xE1, b"Exif\0\0" + block))).exposure == text


@pytest.mark.parametrize("name", DAMAGED)
def test_damage_is_a_problem_with_a_reason(name: str, tmp_path: Path) -> None:
    data, reason = DAMAGED[name]
    path = tmp_path / name
    path.write_bytes(data)
    problem = read(path).problem
    assert problem is not None
    assert problem.startswith(reason)


def test_what_a_damaged_file_still_says_is_kept() -> None:
    told = parse(CASES["little.jpg"][:-300])
    assert told.problem
    assert told.taken_local == EVERYTHING.taken_local


def test_the_kind_follows_from_the_content_not_from_the_name(tmp_path: Path) -> None:
    path = tmp_path / "really-a-png.jpg"
    path.write_bytes(CASES["exif.png"])
    assert (read(path).mime, read(path).problem) == ("image/png", None)


def test_no_link_is_followed_and_no_pipe_waited_for(tmp_path: Path) -> None:
    (tmp_path / "target.jpg").write_bytes(CASES["plain.jpg"])
    (tmp_path / "link.jpg").symlink_to("target.jpg")
    os.mkfifo(tmp_path / "pipe.jpg")
    (tmp_path / "folder.jpg").mkdir()
    assert read(tmp_path / "link.jpg").problem == "not readable: Too many levels of symbolic links"
    assert read(tmp_path / "pipe.jpg").problem == "no regular file"
    assert read(tmp_path / "folder.jpg").problem == "no regular file"
    with pytest.raises(FileNotFoundError):
        read(tmp_path / "nothing.jpg")


@pytest.mark.parametrize("name", [b"two\nlines.jpg", b"not-utf8-\xff\xfe.jpg", b"-Comment=pwned.jpg"])
def test_any_name_is_readable(name: bytes, tmp_path: Path) -> None:
    path = os.path.join(os.fsencode(tmp_path), name)
    Path(os.fsdecode(path)).write_bytes(CASES["little.jpg"])
    assert read(os.fsdecode(path)) == read(path) == EVERYTHING


def test_kinds_of_other_people_are_known_by_sight() -> None:
    def sight(data: bytes, suffix: str = "") -> tuple[str | None, bool]:
        told = parse(data.ljust(64, b"\0"), suffix)
        return told.mime, told.complete

    assert sight(b"\0\0\0\x18ftypheic") == ("image/heic", False)
    assert sight(b"\0\0\0\x18ftypcrx ") == ("image/x-canon-cr3", False)
    assert sight(b"\0\0\0\x18ftypqt  ") == ("video/quicktime", False)
    assert sight(b"\0\0\0\x18ftypisom") == ("video/mp4", False)
    assert sight(b"II*\0\x08\0\0\0", ".NEF") == ("image/x-nikon-nef", False)
    assert sight(b"II*\0\x10\0\0\0CR\x02\0") == ("image/x-canon-cr2", False)
    assert sight(b"FUJIFILMCCD-RAW 0201") == ("image/x-fuji-raf", False)


def test_a_raw_tells_its_camera_but_not_its_thumbnails_size() -> None:
    told = parse(CASES["little.tif"], ".nef")
    assert (told.make, told.taken_local, told.width, told.complete) == (
        "Canon",
        EVERYTHING.taken_local,
        None,
        False,
    )


@pytest.mark.parametrize("size", [100_000, 900_000])
def test_a_header_that_lies_far_behind_is_found(size: int, tmp_path: Path) -> None:
    blocks = b"".join(segment(0xE2, b"x" * 60_000) for _ in range(size // 60_000))
    path = tmp_path / "far.jpg"
    path.write_bytes(with_segments(blocks + segment(0xE1, b"Exif\0\0" + tiff(*FULL))))
    assert read(path) == EVERYTHING


def test_never_more_than_a_megabyte_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []
    pread = os.pread
    monkeypatch.setattr(os, "pread", lambda fd, count, at: sizes.append(count) or pread(fd, count, at))
    huge = png(
        (b"eXIf", b"II*\0" + b"\0" * 5_000_000), (b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + b" " * 2_000_000)
    )
    (tmp_path / "huge.png").write_bytes(huge)
    many = picture("PNG")[:33] + struct.pack(">I4sI", 0, b"teXt", zlib.crc32(b"teXt")) * 200_000
    (tmp_path / "many.png").write_bytes(many)
    block = bytearray(CASES["big.tif"])
    block[8:8] = b"\0" * 2_000_000
    block[4:8] = struct.pack(">I", 2_000_152)
    (tmp_path / "far.tif").write_bytes(block)
    for name in ("huge.png", "many.png", "far.tif"):
        sizes.clear()
        assert read(tmp_path / name).mime
        assert sum(sizes) <= headers.MOST
        assert len(sizes) <= 4_100


def test_a_text_bomb_is_not_unpacked() -> None:
    bomb = zlib.compress(b" " * 50_000_000, 9)
    packet = parse(png((b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + bomb))).xmp
    assert packet is None or len(packet) <= headers.MOST


def test_no_damage_of_any_kind_raises() -> None:
    """Truncations and thousands of flipped bytes, of every kind: a value or a problem, no exception."""
    chance = random.Random(7)
    for name in ("little.jpg", "odd-big.jpg", "late.png", "packed.png", "exif.webp", "big.tif", "loop.jpg"):
        data = CASES[name]
        for end in range(0, len(data), 3):
            assert isinstance(parse(data[:end], ".jpg"), Embedded)
        for _ in range(400):
            broken = bytearray(data)
            for _ in range(chance.randrange(1, 5)):
                broken[chance.randrange(len(broken))] = chance.choice(
                    (0, 1, 0x7F, 0x80, 0xFF, chance.randrange(256))
                )
            told = parse(bytes(broken))
            assert told.lat is None or (abs(told.lat) <= 90 and abs(told.lon or 0) <= 180)
            assert told.orientation in range(1, 9)


def test_pillow_sees_the_same() -> None:
    compared = 0
    for name, data in CASES.items():
        with Image.open(BytesIO(data)) as seen:
            told = parse(data)
            is_turned = seen.format == "TIFF" and told.orientation >= 5  # Pillow shows only TIFFs upright.
            assert (told.width, told.height) == (seen.size[::-1] if is_turned else seen.size), name
            if name in ("loop.jpg", "orientation-9.jpg"):  # Pillow passes on what we refuse.
                continue
            for field, value in _pillows(seen.getexif()).items():
                assert getattr(told, field) == value, (name, field)
                compared += 1
    assert compared > 150


def _pillows(exif: Image.Exif) -> dict[str, Any]:
    """Pillow's view of the fields that it and we spell alike; only of values that can be true."""
    inner = exif.get_ifd(0x8769)
    text = {
        "make": exif.get(0x010F),
        "model": exif.get(0x0110),
        "lens": inner.get(0xA434),
        "artist": exif.get(0x013B),
    }
    numbers = {
        "f_number": inner.get(0x829D),
        "exposure_time": inner.get(0x829A),
        "focal_length": inner.get(0x920A),
    }
    found: dict[str, Any] = {"orientation": exif.get(0x0112, 1)}
    found |= {name: _utf8(value) if value else None for name, value in text.items()}
    for name, value in numbers.items():
        is_true = value is not None and value == value and 0 < value < float("inf")
        found[name] = float(f"{float(value):.9g}") if is_true else None
    return found


def _utf8(text: str) -> str:
    """Pillow reads ASCII tags as Latin-1."""
    return text.encode("latin-1").decode().partition("\0")[0].strip()


def test_a_header_costs_one_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, reads, pread = jpeg(tmp_path / "a.jpg", pad=15_000_000, exif=dict(FULL[1])), [], os.pread

    def counted(fd: int, count: int, at: int) -> bytes:
        reads.append((at, count))
        return pread(fd, count, at)

    monkeypatch.setattr(os, "pread", counted)
    assert read(path).lens == EVERYTHING.lens
    assert reads == [(0, headers.HEAD)]


def test_reading_leaves_no_file_open(tmp_path: Path) -> None:
    before = len(os.listdir("/proc/self/fd"))
    for path in write(tmp_path, CASES | {name: data for name, (data, _) in DAMAGED.items()}):
        read(path)
    assert len(os.listdir("/proc/self/fd")) == before
