"""A folder copied with its sidecars: one id at two live originals, of which one gets an id of its own."""

from tests.sync.core.cases.acts import adds, alice, bob, joins
from tests.sync.core.cases.disk import copies_folder, rests, several
from tests.sync.core.cases.house import DUPLICATE
from tests.sync.core.cases.row import row
from tests.sync.core.cases.values import LAKE, PARIS, SEA, SEE
from tests.sync.core.cases.writers import exiftool

FOLDERS = (
    row(
        "folder-01",
        "the copy shows what the original shows",
        several(alice(title=LAKE), rests),
        copies_folder,
        value={"title": LAKE},
        of_copy={"title": LAKE},
    ),
    row(
        "folder-02",
        "an edit of the copy leaves the original alone",
        several(alice(title=LAKE), rests),
        copies_folder,
        alice(DUPLICATE, title=SEE),
        value={"title": LAKE},
        of_copy={"title": SEE},
    ),
    row(
        "folder-03",
        "an edit of the original leaves the copy alone",
        several(alice(title=LAKE), rests),
        copies_folder,
        alice(title=SEE),
        value={"title": SEE},
        of_copy={"title": LAKE},
    ),
    row(
        "folder-04",
        "both are edited",
        several(alice(title=LAKE), adds(PARIS), rests),
        copies_folder,
        alice(title=SEE),
        bob(DUPLICATE, title=SEA),
        value={"title": SEE, "tags": (PARIS,)},
        of_copy={"title": SEA, "tags": (PARIS,)},
    ),
    row(
        "folder-05",
        "a program's edit of the copy is the copy's",
        several(alice(title=LAKE), rests),
        copies_folder,
        exiftool(DUPLICATE, title=SEE),
        value={"title": LAKE},
        of_copy={"title": SEE},
    ),
    row(
        "folder-06",
        "the copy is in the same album, as a photo of its own",
        several(alice(title=LAKE), joins("a1", "h"), rests),
        copies_folder,
        alice(DUPLICATE, rating=2),
        value={"title": LAKE},
        of_copy={"title": LAKE, "rating": 2},
        albums={"a1": ("Italy", "h")},
    ),
)
