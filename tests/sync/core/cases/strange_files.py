"""The sidecar is deleted, or the ledger no longer knows what it wrote there."""

from tests.sync.core.cases.acts import alice
from tests.sync.core.cases.disk import deletes, loses_records, scan
from tests.sync.core.cases.row import row
from tests.sync.core.cases.values import LAKE, SEE
from tests.sync.core.cases.writers import exiftool

STRANGE = (
    row(
        "strange-01",
        "a deleted file is written again",
        alice(title=LAKE),
        deletes,
        scan,
        value={"title": LAKE},
    ),
    row(
        "strange-02",
        "a file deleted and made anew by a program",
        alice(title=LAKE),
        deletes,
        scan,
        exiftool(rating=2),
        scan,
        value={"title": LAKE, "rating": 2},
    ),
    row(
        "strange-03",
        "records lost: what is new stands beside ours",
        alice(title=LAKE),
        exiftool(title=SEE),
        loses_records,
        scan,
        candidates={"title": {LAKE, SEE}},
        value={"title": SEE},
    ),
    row(
        "strange-04",
        "records lost: absence means nothing",
        alice(title=LAKE, rating=2),
        exiftool(rating=None),
        loses_records,
        scan,
        value={"title": LAKE, "rating": 2},
    ),
    row(
        "strange-05",
        "records lost: the same value is nothing new",
        alice(title=LAKE),
        loses_records,
        scan,
        value={"title": LAKE},
    ),
)
