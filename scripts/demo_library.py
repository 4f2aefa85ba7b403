"""Makes a demo library: some hundred generated, photo-like JPEGs of twelve years, with EXIF and sidecars.

    python scripts/demo_library.py DIR [--count 360] [--seed 1]

The same arguments give the same library. A file that is there already is left as it is.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from xml.sax.saxutils import escape

from demo_scenes import paint
from demo_trips import CAMERAS, DAYS, EVERYDAY, FIRST_DAY, SHAPES, TITLES, TRIPS, WIDE, Camera, Trip
from PIL import Image
from PIL.TiffImagePlugin import IFDRational
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn


@dataclass(frozen=True)
class Photo:
    path: str
    motif: str
    seed: int
    size: tuple[int, int]  # as shown
    orientation: int
    taken: datetime
    offset: str | None
    gps: tuple[float, float, float] | None
    camera: Camera
    lens: tuple[str, float]
    title: str | None = None
    tags: tuple[str, ...] = ()
    rating: int | None = None
    caption: str | None = None


def main() -> int:
    """Make the library; the exit code is 0."""
    parser = argparse.ArgumentParser(description="Make a demo library of generated photos.")
    parser.add_argument("folder", type=Path, metavar="DIR")
    parser.add_argument("--count", type=int, default=360)
    parser.add_argument("--seed", type=int, default=1)
    wanted = parser.parse_args()
    photos = [
        photo for photo in planned(wanted.count, wanted.seed) if not (wanted.folder / photo.path).exists()
    ]
    columns = (TextColumn("Painting photos"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with (
        Progress(*columns, disable=not sys.stderr.isatty()) as progress,
        ProcessPoolExecutor(os.cpu_count()) as pool,
    ):
        bar = progress.add_task("", total=len(photos))
        for _ in pool.map(_make, photos, [wanted.folder] * len(photos), chunksize=4):
            progress.advance(bar)
    (wanted.folder / ".complete").touch()  # scripts/start asks for it: a photo deleted later stays deleted.
    print(f"{len(photos)} photos made in {wanted.folder}")
    return 0


def planned(count: int, seed: int) -> list[Photo]:
    """The library's photos, oldest first; every path once."""
    chance = random.Random(seed)
    moments = list(_moments(count, chance))
    moments.sort(key=lambda found: found[0])
    taken: dict[str, int] = {}
    photos = []
    for number, (moment, trip) in enumerate(moments):
        photo = _photo(number, moment, trip, chance, seed)
        twice = taken[photo.path.casefold()] = taken.get(photo.path.casefold(), 0) + 1
        stem, dot, suffix = photo.path.rpartition(".")
        photos.append(photo if twice == 1 else replace(photo, path=f"{stem}-{twice}{dot}{suffix}"))
    return photos


def _moments(count: int, chance: random.Random) -> Iterator[tuple[datetime, Trip | None]]:
    """Trips in bursts, a few full days, single days between, and months without a photo."""
    for trip in TRIPS:
        start = datetime.fromisoformat(trip.start)
        for _ in range(round(count * trip.share / 100)):
            hour = min(23.5, max(5.0, chance.gauss(14, 4.5)))
            yield (
                start
                + timedelta(
                    days=chance.randrange(trip.days), hours=hour, milliseconds=chance.randrange(3_600_000)
                ),
                trip,
            )
    rest = count - sum(round(count * trip.share / 100) for trip in TRIPS)
    while rest > 0:
        day = FIRST_DAY + timedelta(days=chance.randrange(DAYS))
        if day.month in (1, 2) and chance.random() < 0.6:
            continue
        burst = min(rest, chance.choice((1, 1, 1, 2, 2, 3, 5, 20 if count > 200 else 3)))
        rest -= burst
        for _ in range(burst):
            yield day + timedelta(hours=chance.uniform(7, 21.5), milliseconds=chance.randrange(900_000)), None


def _photo(number: int, moment: datetime, trip: Trip | None, chance: random.Random, seed: int) -> Photo:
    camera = chance.choice([camera for camera in CAMERAS if camera.bought <= moment.year][-3:])
    motif = chance.choice(trip.motifs.split() if trip else EVERYDAY)
    size = chance.choices([shape for shape, _ in SHAPES], [weight for _, weight in SHAPES])[0]
    if motif in WIDE and chance.random() < 0.07:
        size = chance.choice(((2100, 700), (2400, 600)))
    upright = 1 if size[0] >= size[1] else chance.choice((6, 6, 8, 1))
    name = camera.pattern.format(
        f"{moment:%Y%m%d_%H%M%S}{moment.microsecond // 1000:03}" if "{}" in camera.pattern else 1000 + number
    )
    offset = trip.offset if trip else ("+02:00" if 3 < moment.month < 11 else "+01:00")
    lat, lon = (trip.lat, trip.lon) if trip else (48.137, 11.575)
    is_placed = chance.random() < (0.95 if camera.has_gps else 0.15)
    gps = (lat + chance.gauss(0, 0.06), lon + chance.gauss(0, 0.06), max(1.0, chance.gauss(300, 250)))
    photo = Photo(
        path=f"{trip.folder}/{name}" if trip else f"{moment.year}/{name}",
        motif=motif,
        seed=seed * 100_000 + number,
        size=size,
        orientation=chance.choice((2, 3, 4, 5, 7)) if chance.random() < 0.04 else upright,
        taken=moment,
        offset=offset if camera.has_zone else None,
        gps=gps if is_placed else None,
        camera=camera,
        lens=chance.choice(camera.lenses),
        caption=chance.choice(TITLES[motif]) if chance.random() < 0.05 else None,
    )
    return _described(photo, trip, chance)


def _described(photo: Photo, trip: Trip | None, chance: random.Random) -> Photo:
    """Some photos were already worked on in darktable: those have a sidecar."""
    if chance.random() > 0.14:
        return photo
    tags = (
        chance.sample(trip.tags.split("|"), k=chance.randint(1, 2))
        if trip
        else [chance.choice(("Home", "Garden", "Friends"))]
    )
    title = chance.choice(TITLES[photo.motif]) if chance.random() < 0.6 else None
    return replace(photo, rating=chance.choice((2, 3, 4, 4, 5, 5)), tags=tuple(sorted(tags)), title=title)


def _make(photo: Photo, folder: Path) -> None:
    path = folder / photo.path
    path.parent.mkdir(parents=True, exist_ok=True)
    temp = path.with_name(f".{path.name}.part")
    # What is stored is what EXIF's orientation turns upright, so these are the inverses.
    stored = paint(photo.motif, photo.seed, photo.size)
    turn = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }.get(photo.orientation)
    stored = stored.transpose(turn) if turn is not None else stored
    stored.save(temp, "JPEG", quality=86, exif=_exif(photo))
    when = photo.taken.replace(tzinfo=UTC).timestamp()
    os.utime(temp, (when, when))
    temp.replace(path)
    if photo.rating is not None:
        path.with_name(path.name + ".xmp").write_text(_sidecar(photo), encoding="utf-8")


def _exif(photo: Photo) -> Image.Exif:
    chance = random.Random(photo.seed)
    exif = Image.Exif()
    exif[0x010F], exif[0x0110], exif[0x0112] = photo.camera.make, photo.camera.model, photo.orientation
    exif[0x0132] = f"{photo.taken:%Y:%m:%d %H:%M:%S}"
    if photo.caption:
        exif[0x010E] = photo.caption
    inner = exif.get_ifd(0x8769)
    inner[0x9003] = inner[0x9004] = f"{photo.taken:%Y:%m:%d %H:%M:%S}"
    inner[0x9291] = f"{photo.taken.microsecond // 1000:03}"
    if photo.offset:
        inner[0x9010] = inner[0x9011] = inner[0x9012] = photo.offset
    dark = photo.motif in ("night", "city")
    inner[0x829A] = IFDRational(
        *((10, 1) if photo.motif == "night" else (1, chance.choice((30, 60, 125, 250, 500, 1000))))
    )
    inner[0x829D] = IFDRational(chance.choice((18, 20, 28, 40, 56, 80, 110)), 10)
    inner[0x8827] = chance.choice((1600, 3200, 6400)) if dark else chance.choice((100, 100, 200, 400))
    inner[0x920A] = IFDRational(round(photo.lens[1] * 100), 100)
    inner[0xA434] = photo.lens[0]
    if photo.gps:
        lat, lon, alt = photo.gps
        place = exif.get_ifd(0x8825)
        place[1], place[2] = "N" if lat >= 0 else "S", _degrees(abs(lat))
        place[3], place[4] = "E" if lon >= 0 else "W", _degrees(abs(lon))
        place[5], place[6] = b"\0", IFDRational(round(alt * 10), 10)
    return exif


def _degrees(value: float) -> tuple[IFDRational, IFDRational, IFDRational]:
    seconds = round(value * 360_000)
    return (
        IFDRational(seconds // 360_000),
        IFDRational(seconds // 6_000 % 60),
        IFDRational(seconds % 6_000, 100),
    )


def _sidecar(photo: Photo) -> str:
    """An XMP as darktable leaves it: beside the file, its own properties among the standard ones."""
    names = "".join(f"     <rdf:li>{escape(tag.rpartition('/')[2])}</rdf:li>\n" for tag in photo.tags)
    paths = "".join(f"     <rdf:li>{escape(tag.replace('/', '|'))}</rdf:li>\n" for tag in photo.tags)
    title = (
        f"""   <dc:title>
    <rdf:Alt>
     <rdf:li xml:lang="x-default">{escape(photo.title)}</rdf:li>
    </rdf:Alt>
   </dc:title>
"""
        if photo.title
        else ""
    )
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="XMP Core 4.4.0-Exiv2">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about=""
    xmlns:xmp="http://ns.adobe.com/xap/1.0/"
    xmlns:xmpMM="http://ns.adobe.com/xap/1.0/mm/"
    xmlns:darktable="http://darktable.sf.net/"
    xmlns:dc="http://purl.org/dc/elements/1.1/"
    xmlns:lr="http://ns.adobe.com/lightroom/1.0/"
   xmp:Rating="{photo.rating}"
   xmpMM:DerivedFrom="{escape(Path(photo.path).name)}"
   darktable:xmp_version="5"
   darktable:raw_params="0"
   darktable:auto_presets_applied="1">
{title}   <dc:subject>
    <rdf:Seq>
{names}    </rdf:Seq>
   </dc:subject>
   <lr:hierarchicalSubject>
    <rdf:Seq>
{paths}    </rdf:Seq>
   </lr:hierarchicalSubject>
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
"""


if __name__ == "__main__":
    sys.exit(main())
