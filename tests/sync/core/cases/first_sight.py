"""A file that K-Photos meets for the first time, and what becomes of it at the first edit."""

from tests.sync.core.cases.acts import alice
from tests.sync.core.cases.disk import scan
from tests.sync.core.cases.row import nothing, row
from tests.sync.core.cases.values import LAKE, PARIS, SEE
from tests.sync.core.cases.writers import exiftool, file

FIRST_SIGHT = (
    row(
        "first-01",
        "a file alone is shown as it is",
        file(title=LAKE, rating=3),
        value={"title": LAKE, "rating": 3},
        has_ledger=False,
    ),
    row(
        "first-02",
        "a file alone is shown after each change",
        file(title=LAKE),
        scan,
        exiftool(title=SEE),
        value={"title": SEE},
        has_ledger=False,
    ),
    row(
        "first-03",
        "nothing at all shows nothing",
        nothing,
        scan,
        has_ledger=False,
    ),
    row(
        "first-04",
        "a removed tag of a file without ledger is gone",
        file(tags=[PARIS]),
        scan,
        exiftool(tags=None),
        has_ledger=False,
    ),
    row(
        "first-05",
        "an edit keeps what the file said of other fields",
        file(title=LAKE, rating=3),
        alice(rating=5),
        value={"title": LAKE, "rating": 5},
    ),
    row(
        "first-06",
        "an edit replaces what the file said",
        file(title=LAKE),
        alice(title=SEE),
        value={"title": SEE},
    ),
    row(
        "first-07",
        "an edit without a file makes one",
        alice(title=LAKE),
        value={"title": LAKE},
    ),
    row(
        "first-08",
        "a clear stays a clear",
        file(title=LAKE),
        alice(title=None),
        value={"title": None},
    ),
    row(
        "first-09",
        "a clear of nothing hides what the original itself says",
        alice(title=None),
        value={"title": None},
    ),
    row(
        "first-10",
        "the empty text is a clear",
        file(title=LAKE),
        alice(title="  "),
        value={"title": None},
    ),
)
