"""What the demo library is about: cameras, trips, everyday motifs, titles."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

FIRST_DAY, DAYS = datetime(2014, 6, 1), 4_500  # noqa: DTZ001 - local times, as cameras keep them


@dataclass(frozen=True)
class Camera:
    make: str
    model: str
    lenses: tuple[tuple[str, float], ...]  # (name, focal length in mm)
    pattern: str  # of its file names
    has_zone: bool
    has_gps: bool
    bought: int  # year


@dataclass(frozen=True)
class Trip:
    """A folder named like an album, and what is photographed there."""

    folder: str
    start: str
    days: int
    share: float  # of the library, in per cent
    offset: str
    lat: float
    lon: float
    motifs: str
    tags: str


CAMERAS = (
    Camera(
        "Canon",
        "Canon EOS 6D",
        (("EF24-105mm f/4L IS USM", 35), ("EF50mm f/1.8 STM", 50)),
        "IMG_{:04}.JPG",
        False,
        False,
        2014,
    ),
    Camera(
        "Apple",
        "iPhone 6s",
        (("iPhone 6s back camera 4.15mm f/2.2", 4.15),),
        "IMG_{:04}.JPG",
        True,
        True,
        2016,
    ),
    Camera(
        "SONY",
        "ILCE-7M3",
        (("FE 24-70mm F2.8 GM", 28), ("FE 85mm F1.8", 85)),
        "DSC{:05}.JPG",
        True,
        False,
        2018,
    ),
    Camera(
        "FUJIFILM",
        "X-T4",
        (("XF16-55mmF2.8 R LM WR", 23), ("XF35mmF1.4 R", 35)),
        "DSCF{:04}.JPG",
        True,
        False,
        2020,
    ),
    Camera("Google", "Pixel 8", (("Pixel 8 back camera 6.9mm f/1.68", 6.9),), "PXL_{}.jpg", True, True, 2023),
)
TRIPS = (
    Trip(
        "2014 Lofoten",
        "2014-09-12",
        9,
        7,
        "+02:00",
        68.15,
        13.61,
        "night sea lake alps night mountains",
        "Places/Norway|Travel|Northern lights",
    ),
    Trip(
        "2015 Provence",
        "2015-07-03",
        6,
        5,
        "+02:00",
        43.92,
        5.60,
        "meadow flowers meadow coffee portrait",
        "Places/France|Travel|Lavender",
    ),
    Trip(
        "2016 Sardinia with the Kellers",
        "2016-08-06",
        10,
        7,
        "+02:00",
        41.21,
        9.41,
        "beach sea beach people sea",
        "Places/Italy|Travel|Family",
    ),
    Trip(
        "2017 Dolomites, hut to hut",
        "2017-09-02",
        7,
        7,
        "+02:00",
        46.54,
        12.13,
        "alps mountains lake alps forest portrait",
        "Places/Italy|Hiking",
    ),
    Trip(
        "2018 Kyōto in autumn",
        "2018-11-09",
        8,
        5,
        "+09:00",
        35.01,
        135.77,
        "forest lake flowers coffee city",
        "Places/Japan|Travel",
    ),
    Trip(
        "2019 Cappadocia",
        "2019-05-21",
        4,
        5,
        "+03:00",
        38.64,
        34.83,
        "balloons balloons dunes people",
        "Places/Türkiye|Travel|Balloons",
    ),
    Trip(
        "2019 Ana and Luís",
        "2019-06-15",
        1,
        6,
        "+01:00",
        38.71,
        -9.14,
        "people portrait flowers sea city",
        "Events/Wedding|Friends",
    ),
    Trip(
        "2021 Namibia",
        "2021-08-10",
        12,
        8,
        "+02:00",
        -24.73,
        15.30,
        "dunes dunes night people mountains",
        "Places/Namibia|Travel",
    ),
    Trip(
        "2022 Patagonia",
        "2022-02-14",
        11,
        7,
        "-03:00",
        -50.94,
        -72.99,
        "alps lake mountains forest night",
        "Places/Chile|Hiking|Travel",
    ),
    Trip(
        "2023 New York",
        "2023-04-20",
        5,
        5,
        "-04:00",
        40.71,
        -74.01,
        "city city coffee portrait people",
        "Places/USA|City",
    ),
    Trip(
        "2024 Sailing",
        "2024-07-13",
        7,
        6,
        "+03:00",
        37.02,
        27.43,
        "sea beach sea people coffee",
        "Places/Türkiye|Friends|Sailing",
    ),
    Trip(
        "2025 Black Forest",
        "2025-10-18",
        3,
        5,
        "+02:00",
        47.87,
        8.12,
        "forest mountains lake flowers",
        "Places/Germany|Hiking",
    ),
)
EVERYDAY = (
    "flowers",
    "coffee",
    "lake",
    "forest",
    "meadow",
    "city",
    "portrait",
    "people",
    "sea",
    "mountains",
    "night",
)
TITLES = {
    "night": ("The sky after midnight", "So many stars"),
    "alps": ("First snow", "The north face", "Morning at the hut"),
    "mountains": ("Ridge behind ridge", "The long way down"),
    "lake": ("Not a breath of wind", "Mirror"),
    "sea": ("Last light", "Leaving harbour", "Evening swell"),
    "beach": ("From above", "Parasols"),
    "forest": ("Fog in the firs", "Before the others woke"),
    "dunes": ("Wind, sand", "Dune 45"),
    "city": ("Across the river", "Lights on"),
    "flowers": ("In the garden", "After the rain"),
    "meadow": ("Rows", "The scent of it"),
    "balloons": ("Up at five", "All of them at once"),
    "people": ("The last evening", "Waiting for the sun"),
    "portrait": ("Looking out", "Ana"),
    "coffee": ("Sunday", "A good start"),
}
SHAPES = (
    ((1440, 960), 10),
    ((1440, 1080), 5),
    ((1440, 810), 3),
    ((960, 1440), 5),
    ((1080, 1440), 3),
    ((1200, 1200), 2),
)
WIDE = ("mountains", "sea", "lake", "alps", "city", "dunes")
