"""Faces: boxes in files have no ids, so which is which is told by overlap (IoU) and name."""

from typing import Any

from sync.core.regions import identify
from tests.sync.core.cases.acts import alice, names_face, trashes, undoes
from tests.sync.core.cases.disk import rests, scan, several
from tests.sync.core.cases.house import NAS, Step
from tests.sync.core.cases.row import among, row
from tests.sync.core.cases.values import LAKE
from tests.sync.core.cases.writers import opens, reads, saves, writes, writes_late

BOX, NEAR, MOVED, FAR = (
    [0.5, 0.5, 0.2, 0.2],
    [0.505, 0.5, 0.2, 0.2],
    [0.55, 0.5, 0.2, 0.2],
    [0.1, 0.1, 0.2, 0.2],
)


def face(name: str, area: list[float], **more: Any) -> dict[str, Any]:
    """One face as a file says it: the centre of its box, width and height, as shares of the picture."""
    return {"name": name, "type": "Face", "area": area, **more}


def draws(*faces: dict[str, Any], **where: str) -> Step:
    """DigiKam, which reads sidecars, writes these faces."""
    return writes("digiKam", {"mwg-rs:Regions": list(faces)}, **where)


ANN = next(iter(identify([face("Ann", BOX)], None)))
KNOWN = several(alice(title=LAKE), draws(face("Ann", BOX)), rests)
TWO = several(alice(title=LAKE), draws(face("Ann", BOX), face("Ben", FAR)), rests)
_LAKE = {"title": LAKE}

REGIONS = (
    row(
        "face-01",
        "faces that a program drew are there",
        alice(title=LAKE),
        draws(face("Ann", BOX)),
        value=_LAKE,
        faces=[("Ann", BOX)],
    ),
    row(
        "face-02",
        "a box drawn anew over half of itself is the same face",
        KNOWN,
        draws(face("Ann", MOVED)),
        value=_LAKE,
        faces=[("Ann", MOVED)],
    ),
    row(
        "face-03",
        "a box that stays where it is and gets another name is the same face",
        KNOWN,
        draws(face("Anna", NEAR)),
        value=_LAKE,
        faces=[("Anna", NEAR)],
    ),
    row(
        "face-04",
        "the same name elsewhere is another face",
        KNOWN,
        draws(face("Ann", BOX), face("Ann", FAR)),
        value=_LAKE,
        faces=[("Ann", BOX), ("Ann", FAR)],
    ),
    row(
        "face-05",
        "a face that a program removes is gone, the other stays",
        TWO,
        draws(face("Ben", FAR)),
        value=_LAKE,
        faces=[("Ben", FAR)],
    ),
    row(
        "face-06",
        "the last face removed",
        KNOWN,
        writes("digiKam", {}, "mwg-rs:Regions"),
        value=_LAKE,
        faces=[],
    ),
    row(
        "face-07",
        "the structure that changed wins, and what it cannot say is as it was",
        KNOWN,
        writes("digiKam", {"MP:RegionInfo": [{"name": "Ann", "area": MOVED}]}),
        value=_LAKE,
        faces=[("Ann", MOVED)],
    ),
    row(
        "face-08",
        "Alice names a face that nobody knew",
        several(alice(title=LAKE), draws(face("", BOX)), rests),
        names_face("Ann"),
        value=_LAKE,
        faces=[("Ann", BOX)],
    ),
    among(
        "face-09",
        "two names for one face at once are a question",
        KNOWN,
        names_face("Anna"),
        names_face("Anne", at=NAS),
        value=_LAKE,
        faces=[("Anne", BOX)],
        candidates={f"regions/{ANN}/name": {"Anna", "Anne"}},
    ),
    among(
        "face-10",
        "the same name twice is none",
        KNOWN,
        names_face("Anna"),
        names_face("Anna", at=NAS),
        value=_LAKE,
        faces=[("Anna", BOX)],
    ),
    among(
        "face-11",
        "a face removed here and named there stays",
        TWO,
        draws(face("Ben", FAR)),
        names_face("Anna", at=NAS),
        value=_LAKE,
        faces=[("Anna", BOX), ("Ben", FAR)],
    ),
    among(
        "face-12",
        "a box drawn anew here, a name there: both",
        KNOWN,
        draws(face("Ann", MOVED)),
        names_face("Anna", at=NAS),
        value=_LAKE,
        faces=[("Anna", MOVED)],
    ),
    among(
        "face-13",
        "one box drawn anew on both machines: the newer, and nobody is asked",
        KNOWN,
        draws(face("Ann", MOVED)),
        draws(face("Ann", NEAR), at=NAS),
        value=_LAKE,
        faces=[("Ann", NEAR)],
    ),
    among(
        "face-14",
        "a face more on each machine",
        KNOWN,
        draws(face("Ann", BOX), face("Ben", FAR)),
        draws(face("Ann", BOX), face("Cleo", [0.9, 0.9, 0.1, 0.1]), at=NAS),
        value=_LAKE,
        faces=[("Ann", BOX), ("Ben", FAR), ("Cleo", [0.9, 0.9, 0.1, 0.1])],
    ),
    row(
        "face-15", "an undo of a name", KNOWN, names_face("Anna"), undoes(), value=_LAKE, faces=[("Ann", BOX)]
    ),
    row(
        "face-16",
        "the same faces in other bytes are nothing new",
        KNOWN,
        draws(face("Ann", BOX)),
        scan,
        value=_LAKE,
        faces=[("Ann", BOX)],
    ),
    row(
        "face-17",
        "naming a face in the trash leaves the photo there",
        several(KNOWN, trashes()),
        names_face("Anna"),
        value=_LAKE,
        faces=[("Anna", BOX)],
        trashed=True,
    ),
    row(
        "face-18",
        "undecidable: the old library of a second program lacks a face, which looks like removing it",
        several(alice(title=LAKE, rating=2), scan, opens(), draws(face("Ann", BOX)), scan),
        saves(label="Red"),
        value={"title": LAKE, "rating": 2, "label": "Red"},
        faces=[],
    ),
    row(
        "face-19",
        "a face that Alice has named meanwhile outlives a removal by who had read the old name",
        several(KNOWN, reads()),
        names_face("Anna"),
        rests,
        writes_late("digiKam", {}, "mwg-rs:Regions"),
        value=_LAKE,
        faces=[("Anna", BOX)],
        stale={f"regions/{ANN}": {None}},
    ),
    row(
        "face-20",
        "one that nobody has touched meanwhile does not",
        several(TWO, reads()),
        alice(rating=2),
        rests,
        writes_late("digiKam", {"mwg-rs:Regions": [face("Ben", FAR)]}),
        value={"title": LAKE, "rating": 2},
        faces=[("Ben", FAR)],
    ),
)
