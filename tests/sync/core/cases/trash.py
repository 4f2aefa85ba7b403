"""The trash, rule R10."""

from tests.sync.core.cases.acts import LAKE, SEE, alice, exiftool, restores, scan, trashes
from tests.sync.core.cases.row import row

TRASH = (
    row(
        "trash-01",
        "trashed is trashed",
        alice(title=LAKE),
        trashes(),
        trashed=True,
        value={"title": LAKE},
    ),
    row(
        "trash-02",
        "restored is kept",
        alice(title=LAKE),
        trashes(),
        restores(),
        value={"title": LAKE},
    ),
    row(
        "trash-03",
        "a program's edit takes it out of the trash",
        alice(title=LAKE),
        trashes(),
        exiftool(title=SEE),
        scan,
        value={"title": SEE},
    ),
    row(
        "trash-04",
        "Alice's edit in the trash leaves it there",
        alice(title=LAKE),
        trashes(),
        alice(title=SEE),
        trashed=True,
        value={"title": SEE},
    ),
    row(
        "trash-05",
        "trashed again after a program's edit",
        alice(title=LAKE),
        trashes(),
        exiftool(title=SEE),
        scan,
        trashes(),
        trashed=True,
        value={"title": SEE},
    ),
)
