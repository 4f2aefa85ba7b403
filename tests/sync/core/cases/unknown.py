"""What cannot be told: a mark nobody knows, records lost, a copy without a mark. Then nothing is replaced."""

from tests.sync.core.cases.acts import adds, alice, bob
from tests.sync.core.cases.disk import copy_of, forgets, keeps, loses_records, puts_back, rests, several
from tests.sync.core.cases.row import among, row
from tests.sync.core.cases.values import LAKE, PARIS, SEA, SEE
from tests.sync.core.cases.writers import exiftool, plain

UNKNOWN = (
    row(
        "unknown-01",
        "records lost: a tag that the file lacks is not removed",
        adds(PARIS, "x"),
        exiftool(tags=[PARIS]),
        loses_records,
        value={"tags": (PARIS, "x")},
    ),
    row(
        "unknown-02",
        "records lost: a tag that it has more is added",
        adds(PARIS),
        exiftool(tags=[PARIS, "x"]),
        loses_records,
        value={"tags": (PARIS, "x")},
    ),
    row(
        "unknown-03",
        "one machine, a mark of a ledger that was rolled back: the XMP is later, and counts",
        several(alice(title=LAKE), rests, keeps("old"), alice(title=SEE, rating=4)),
        forgets,
        puts_back("old"),
        value={"title": SEE, "rating": 4},
    ),
    among(
        "unknown-04",
        "several machines, and a program drops our mark: its value stands beside ours",
        alice(title=LAKE),
        plain(title=SEE),
        value={"title": SEE},
        candidates={"title": {LAKE, SEE}},
    ),
    among(
        "unknown-05",
        "several machines, and a program drops our mark: what it left out stays",
        alice(title=LAKE, rating=3),
        plain(rating=None),
        value={"title": LAKE, "rating": 3},
    ),
    among(
        "unknown-06",
        "several machines, our mark dropped and nothing else",
        alice(title=LAKE),
        plain(),
        value={"title": LAKE},
    ),
    row(
        "unknown-07",
        "a conflict copy without our mark adds and takes nothing away",
        several(
            alice(title=LAKE, rating=2),
            rests,
            keeps("ours"),
            plain(title=SEE, rating=None),
            keeps("theirs"),
            puts_back("ours", xmp=True),
            alice(title=SEA),
        ),
        copy_of("theirs"),
        value={"title": SEE, "rating": 2},
        candidates={"title": {SEA, SEE}},
    ),
    among(
        "unknown-08",
        "Bob has said something else by then: all three are asked about",
        alice(title=LAKE),
        plain(title=SEE),
        bob(title=SEA),
        candidates={"title": {SEE, SEA}},
        value={"title": SEE},
    ),
)
