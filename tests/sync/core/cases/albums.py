"""Albums: a photo is in one or not, and has a place in it that is text between two others."""

from tests.sync.core.cases.acts import alice, bob, joins, leaves, undoes
from tests.sync.core.cases.disk import rests, several
from tests.sync.core.cases.house import NAS
from tests.sync.core.cases.row import among, nothing, row
from tests.sync.core.cases.values import LAKE
from tests.sync.core.cases.writers import exiftool

ALBUMS = (
    among(
        "album-01",
        "into an album on both machines",
        nothing,
        joins("a1", "h"),
        joins("a1", "h", at=NAS),
        albums={"a1": ("Italy", "h")},
    ),
    among(
        "album-02",
        "into two albums",
        nothing,
        joins("a1", "h"),
        joins("a2", "c", "Summer", at=NAS),
        albums={"a1": ("Italy", "h"), "a2": ("Summer", "c")},
    ),
    among("album-03", "out of an album", joins("a1", "h"), leaves("a1")),
    among(
        "album-04",
        "out here, moved within it there: it is in",
        joins("a1", "h"),
        leaves("a1"),
        joins("a1", "m", at=NAS),
        albums={"a1": ("Italy", "m")},
    ),
    among(
        "album-05",
        "moved to two places at once: the newer one, and nobody is asked",
        joins("a1", "h"),
        joins("a1", "c"),
        joins("a1", "x", at=NAS),
        albums={"a1": ("Italy", "x")},
    ),
    among(
        "album-06",
        "moved there by one who has seen the other's move",
        joins("a1", "h"),
        joins("a1", "x"),
        rests,
        joins("a1", "hm", at=NAS),
        albums={"a1": ("Italy", "hm")},
    ),
    row(
        "album-07",
        "a place between two others is text between theirs",
        joins("a1", "h"),
        joins("a1", "hV"),
        albums={"a1": ("Italy", "hV")},
    ),
    row(
        "album-08",
        "an album's photo may be of no place yet",
        nothing,
        joins("a1"),
        albums={"a1": ("Italy", None)},
    ),
    among(
        "album-09",
        "a new title of the album comes with its photos",
        joins("a1", "h"),
        joins("a1", "h", "Italy 2021"),
        bob(title=LAKE),
        value={"title": LAKE},
        albums={"a1": ("Italy 2021", "h")},
    ),
    row(
        "album-10",
        "leaving and coming back without a place: of no place yet",
        joins("a1", "h"),
        leaves("a1"),
        joins("a1"),
        albums={"a1": ("Italy", None)},
    ),
    row(
        "album-11",
        "an undo of leaving brings the place back",
        joins("a1", "h"),
        leaves("a1"),
        undoes(),
        albums={"a1": ("Italy", "h")},
    ),
    row(
        "album-12",
        "no XMP says anything of albums, and a program's edit leaves them",
        several(alice(title=LAKE), joins("a1", "h")),
        exiftool(rating=2),
        value={"title": LAKE, "rating": 2},
        albums={"a1": ("Italy", "h")},
    ),
    among("album-13", "out on both machines", joins("a1", "h"), leaves("a1"), leaves("a1", at=NAS)),
)
