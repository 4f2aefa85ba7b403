"""Conflict copies of a sync tool: joined or absorbed once, then gone, whenever they turn up again."""

from tests.sync.core.cases.acts import adds, alice, bob, removes
from tests.sync.core.cases.disk import copy_of, keeps, puts_back, rests, several
from tests.sync.core.cases.row import among, row
from tests.sync.core.cases.values import LAKE, PARIS, SEA, SEE
from tests.sync.core.cases.writers import exiftool

COPIES = (
    row(
        "copy-01",
        "a ledger copy that adds nothing only goes",
        several(alice(title=LAKE), keeps("old")),
        copy_of("old", "ledger"),
        value={"title": LAKE},
    ),
    row(
        "copy-02",
        "an older ledger as a copy brings nothing back",
        several(alice(title=LAKE), keeps("old"), alice(title=SEE)),
        copy_of("old", "ledger"),
        value={"title": SEE},
    ),
    row(
        "copy-03",
        "a removed tag does not come back with an older ledger",
        several(adds(PARIS, "x"), keeps("old"), removes(PARIS)),
        copy_of("old", "ledger"),
        value={"tags": ("x",)},
    ),
    row(
        "copy-04",
        "an XMP copy of what K-Photos wrote before is nothing new",
        several(alice(title=LAKE), rests, keeps("old"), alice(title=SEE)),
        copy_of("old"),
        value={"title": SEE},
    ),
    row(
        "copy-05",
        "a program's edit in an XMP copy is taken against its own mark, not against the newest",
        several(
            alice(title=LAKE, rating=1),
            rests,
            keeps("ours"),
            exiftool(rating=2),
            keeps("theirs"),
            puts_back("ours"),
            alice(title=SEE),
        ),
        copy_of("theirs"),
        value={"title": SEE, "rating": 2},
    ),
    row(
        "copy-06",
        "a copy that comes back after it was taken in and overruled changes nothing",
        several(
            alice(title=LAKE, rating=1),
            rests,
            keeps("ours"),
            exiftool(title=SEE),
            keeps("theirs"),
            puts_back("ours"),
        ),
        copy_of("theirs"),
        several(rests, alice(title=SEA)),
        copy_of("theirs"),
        value={"title": SEA, "rating": 1},
    ),
    row(
        "copy-07",
        "the same field in a copy and in K-Photos: a question",
        several(
            alice(title=LAKE, rating=1),
            rests,
            keeps("ours"),
            exiftool(title=SEE),
            keeps("theirs"),
            puts_back("ours", xmp=True),
            alice(title=SEA),
        ),
        copy_of("theirs"),
        value={"rating": 1},
        candidates={"title": {SEE, SEA}},
    ),
    among(
        "copy-08",
        "the same copy on both machines is one edit",
        several(
            alice(title=LAKE, rating=1),
            rests,
            keeps("ours"),
            exiftool(title=SEE),
            keeps("theirs"),
            puts_back("ours", xmp=True),
        ),
        copy_of("theirs"),
        value={"title": SEE, "rating": 1},
    ),
    among(
        "copy-09",
        "copies of ledger and XMP together, with edits on both machines",
        alice(title=LAKE, rating=1),
        several(alice(title=SEE), exiftool(label="Red")),
        several(bob(rating=5), exiftool("NAS", label="Blue")),
        value={"title": SEE, "rating": 5, "label": "Blue"},
    ),
)
