"""Makes the libraries that scripts/bench measures: small JPEGs with distinct EXIF, half with sidecars.

Small on purpose: the figures are then the cost per file, not the speed of a disk. A few JPEG bodies are
encoded once; each file is one of them with its own date and position written into the EXIF at known places.
"""

import os
import random
import struct
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from io import BytesIO
from pathlib import Path

from bench_sidecars import PLACES, pair
from PIL import Image

DATE = "1999:12:31 23:59:59"
CAMERAS = (("Canon", "Canon EOS R6"), ("FUJIFILM", "X-T4"), ("SONY", "ILCE-7M4"), ("Apple", "iPhone 13"))
BEGIN = datetime(2004, 1, 1, tzinfo=UTC)
MARK = (11, 1, 22, 1, 3333, 100)
_PART = 2_500


@dataclass(frozen=True, slots=True)
class Made:
    """What was made: numbers of photos, XMPs, ledgers and folders, and the bytes in all."""

    photos: int
    xmps: int
    ledgers: int
    folders: int
    size: int


def make(root: Path, photos: int, *, seed: int = 20_261_122) -> Made:
    """A tree of `photos` JPEGs in folders of very different sizes; the same seed gives the same bytes."""
    chance = random.Random(seed)
    bodies = [body(chance, camera) for camera in CAMERAS for _ in range(3)]
    names = folders(photos)
    xmps = size = 0
    for number in range(photos):
        folder = root / names[number]
        folder.mkdir(parents=True, exist_ok=True)
        taken = BEGIN + timedelta(seconds=chance.randrange(20 * 365 * 86_400))
        data = stamped(chance.choice(bodies), taken, chance)
        photo = folder / f"IMG_{number:05}.JPG"
        photo.write_bytes(data)
        size += len(data)
        if number % 2:
            text = SIDECARS[number % len(SIDECARS)](chance, photo.name)
            (folder / f"{photo.name}.xmp").write_text(text, encoding="utf-8")
            xmps += 1
    return Made(photos, xmps, 0, len(set(names)), size)


def make_edited(root: Path, photos: int, volume: str) -> Made:
    """A tree of `photos` JPEGs of 4 KB in a volume; every other one has a ledger and an XMP of K-Photos'."""
    parts = [(root, volume, photos, start) for start in range(0, photos, _PART)]
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        made = list(pool.map(_edited_part, parts))
    names = folders(photos)
    return Made(photos, photos // 2, photos // 2, len(set(names)), sum(made))


def _edited_part(part: tuple[Path, str, int, int]) -> int:
    root, volume, photos, start = part
    chance, names, size = random.Random(start), folders(photos), 0
    bodies = [body(random.Random(number), camera, (120, 80)) for number, camera in enumerate(CAMERAS)]
    for number in range(start, min(start + _PART, photos)):
        path = f"{names[number]}/IMG_{number:06}.JPG"
        photo = root / path
        photo.parent.mkdir(parents=True, exist_ok=True)
        taken = BEGIN + timedelta(seconds=chance.randrange(20 * 365 * 86_400))
        files = {"": stamped(chance.choice(bodies), taken, chance)}
        if number % 2:
            files[".kphotos.json"], files[".xmp"] = pair(volume, path, files[""], chance)
        for suffix, data in files.items():
            photo.with_name(photo.name + suffix).write_bytes(data)
            size += len(data)
    return size


def folders(photos: int) -> list[str]:
    """For each photo its folder: one holds a quarter of them, the others between 3 and some hundred."""
    names = ["2012/everything"] * (photos // 4)
    number = 0
    while len(names) < photos:
        number += 1
        names += [f"{2004 + number % 20}/{number:03}"] * (3 + number * 37 % 300)
    return names[:photos]


def large(root: Path, files: int, megabytes: int) -> None:
    """Photos as large as a RAW: a JPEG and a tail of zeros: nothing for the disk, all to read for a hash."""
    root.mkdir(parents=True, exist_ok=True)
    chance = random.Random(files)
    original = body(chance, CAMERAS[0])
    for number in range(files):
        with (root / f"BIG_{number:03}.JPG").open("wb") as file:
            file.write(stamped(original, BEGIN + timedelta(days=number), chance))
            file.truncate(megabytes * 1024 * 1024)


def body(chance: random.Random, camera: tuple[str, str], size: tuple[int, int] = (336, 224)) -> bytes:
    """A JPEG of about 16 KB: soft shapes with a little grain, and EXIF with marks to write over."""
    grain = (size[0] * 2 // 7, size[1] * 2 // 7)
    noise = Image.frombytes("L", grain, chance.randbytes(grain[0] * grain[1])).resize(
        size, Image.Resampling.BICUBIC
    )
    picture = Image.merge("RGB", [noise, noise.rotate(180), noise.transpose(Image.Transpose.FLIP_LEFT_RIGHT)])
    exif = Image.Exif()
    exif.update({0x010F: camera[0], 0x0110: camera[1], 0x0112: chance.choice((1, 1, 1, 6, 8))})
    lens = {
        0x829A: (1, 250),
        0x829D: (28, 10),
        0x8827: 400,
        0x920A: (35, 1),
        0xA434: f"{camera[0]} 35mm F1.8",
    }
    exif.get_ifd(0x8769).update({0x9003: DATE, 0x9004: DATE, 0x9011: "+01:00", **lens})
    position = tuple(map(Fraction, MARK[::2], MARK[1::2]))
    exif.get_ifd(0x8825).update({1: "N", 2: position, 3: "E", 4: position})
    out = BytesIO()
    picture.save(out, "JPEG", quality=55, exif=exif)
    return out.getvalue()


def stamped(data: bytes, taken: datetime, chance: random.Random) -> bytes:
    """The body with its own date and position: other bytes, the same length."""
    data = data.replace(DATE.encode(), taken.strftime("%Y:%m:%d %H:%M:%S").encode())
    for order in ("<", ">"):
        own = (chance.randrange(60), 1, chance.randrange(60), 1, chance.randrange(6000), 100)
        data = data.replace(struct.pack(f"{order}6I", *MARK), struct.pack(f"{order}6I", *own))
    return data


def _packet(inside: str) -> str:
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n<x:xmpmeta xmlns:x="adobe:ns:meta/">\n'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">\n'
        f'{inside}\n</rdf:RDF>\n</x:xmpmeta>\n<?xpacket end="w"?>\n'
    )


def _as_attributes(chance: random.Random, name: str) -> str:
    words = "".join(f"<rdf:li>{place}</rdf:li>" for place in chance.sample(PLACES, 2))
    return _packet(
        '<rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/"'
        f' xmp:Rating="{chance.randrange(6)}" xmp:Label="Green" xmp:CreatorTool="Lightroom Classic 12.3"'
        f' xmp:ModifyDate="2024-02-03T10:11:12+01:00"><dc:subject><rdf:Bag>{words}</rdf:Bag></dc:subject>'
        "</rdf:Description>"
    )


def _as_elements(chance: random.Random, name: str) -> str:
    place = chance.choice(PLACES)
    return _packet(
        '<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title><rdf:Alt>'
        f'<rdf:li xml:lang="x-default">{place} {name}</rdf:li></rdf:Alt></dc:title></rdf:Description>\n'
        '<rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/">'
        f"<xmp:Rating>{chance.randrange(6)}</xmp:Rating></rdf:Description>"
    )


def _as_darktable(chance: random.Random, name: str) -> str:
    place = chance.choice(PLACES)
    return _packet(
        '<rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/"'
        ' xmlns:darktable="http://darktable.sf.net/" xmlns:lr="http://ns.adobe.com/lightroom/1.0/"'
        f' xmp:Rating="{chance.randrange(6)}" darktable:xmp_version="5" darktable:raw_params="0"'
        ' darktable:history_end="1"><darktable:history><rdf:Seq>'
        '<rdf:li darktable:num="0" darktable:operation="exposure" darktable:enabled="1"'
        f' darktable:params="{chance.randbytes(16).hex()}"/></rdf:Seq></darktable:history>'
        f"<dc:subject><rdf:Bag><rdf:li>{place}</rdf:li></rdf:Bag></dc:subject><lr:hierarchicalSubject><rdf:Bag>"
        f"<rdf:li>Places|{place}</rdf:li></rdf:Bag></lr:hierarchicalSubject></rdf:Description>"
    )


SIDECARS = (_as_attributes, _as_elements, _as_darktable)
