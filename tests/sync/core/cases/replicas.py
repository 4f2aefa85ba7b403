"""Two machines on one shared folder: files travel in any order, and a program writes in between."""

from tests.sync.core.cases.acts import adds, alice, bob
from tests.sync.core.cases.disk import carries, forgets, rests, scan, several
from tests.sync.core.cases.house import NAS
from tests.sync.core.cases.row import among, nothing
from tests.sync.core.cases.values import FLAT, LAKE, PARIS, SEA, SEE
from tests.sync.core.cases.writers import exiftool, opens, saves

REPLICAS = (
    among(
        "many-01",
        "what is merely received causes no write",
        alice(title=LAKE),
        carries,
        scan,
        value={"title": LAKE},
    ),
    among(
        "many-02",
        "a program's edit on the laptop is on the NAS",
        alice(title=LAKE),
        exiftool(title=SEE),
        value={"title": SEE},
    ),
    among(
        "many-03",
        "and one on the NAS on the laptop",
        alice(title=LAKE),
        exiftool(NAS, title=SEE),
        value={"title": SEE},
    ),
    among(
        "many-04",
        "a program's file that travels before anybody has seen it is one edit and not two",
        alice(title=LAKE),
        exiftool(title=SEE),
        carries,
        scan,
        value={"title": SEE},
    ),
    among(
        "many-05",
        "a program edits the title on the laptop while Bob does on the NAS",
        alice(title=LAKE, rating=3),
        exiftool(title=SEE),
        bob(title=SEA),
        value={"rating": 3},
        candidates={"title": {SEE, SEA}},
    ),
    among(
        "many-06",
        "a program edits another field than Bob",
        alice(title=LAKE, rating=3),
        exiftool(rating=5),
        bob(title=SEA),
        value={"title": SEA, "rating": 5},
    ),
    among(
        "many-07",
        "programs on both machines edit the title: a question",
        alice(title=LAKE, rating=3),
        exiftool(title=SEE),
        exiftool(NAS, title=SEA),
        value={"rating": 3},
        candidates={"title": {SEE, SEA}},
    ),
    among(
        "many-08",
        "programs on both machines edit two fields",
        alice(title=LAKE, rating=3),
        exiftool(title=SEE),
        exiftool(NAS, rating=5),
        value={"title": SEE, "rating": 5},
    ),
    among(
        "many-09",
        "programs on both machines add a tag each",
        adds(PARIS),
        exiftool(tags=[PARIS, "x"]),
        exiftool(NAS, tags=[PARIS, FLAT]),
        value={"tags": (PARIS, FLAT, "x")},
    ),
    among(
        "many-10",
        "an edit of each, before any file has travelled at all",
        nothing,
        alice(title=LAKE),
        bob(rating=4),
        value={"title": LAKE, "rating": 4},
    ),
    among(
        "many-11",
        "an old library on the NAS puts back what Alice changed on the laptop",
        several(alice(title=LAKE, rating=3), rests, opens(NAS)),
        several(alice(title=SEE), rests),
        saves(NAS, rating=5),
        value={"title": SEE, "rating": 5},
        stale={"title": {LAKE}},
    ),
    among(
        "many-12",
        "both indexes are deleted: the disk says it all",
        alice(title=LAKE),
        several(alice(title=SEE), bob(title=SEA), rests),
        forgets,
        value={"title": SEA},
        candidates={"title": {SEE, SEA}},
    ),
    among(
        "many-13",
        "a program's value returns to an earlier one after K-Photos has marked the file again",
        alice(rating=1),
        several(exiftool(rating=2), rests, exiftool(rating=1), rests),
        value={"rating": 1},
    ),
    among(
        "many-14",
        "edits to and fro, one at a time, are no question",
        nothing,
        several(alice(title=LAKE), rests, bob(title=SEE), rests, alice(title=SEA), rests),
        value={"title": SEA},
    ),
)
