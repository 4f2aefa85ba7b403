"""A program that keeps nothing it does not know: on one machine the newest content is the base."""

from tests.sync.core.cases.acts import adds, alice
from tests.sync.core.cases.disk import forgets, scan
from tests.sync.core.cases.row import row
from tests.sync.core.cases.values import LAKE, PARIS, ROME, SEA, SEE
from tests.sync.core.cases.writers import exiftool, plain

MARKS = (
    row(
        "mark-01",
        "without a mark the newest is the base",
        alice(title=LAKE),
        plain(title=SEE),
        scan,
        value={"title": SEE},
    ),
    row(
        "mark-02",
        "without a mark a removal counts",
        adds(PARIS, ROME),
        alice(title=LAKE),
        exiftool(),
        scan,
        plain(tags=[ROME]),
        scan,
        value={"tags": (ROME,), "title": LAKE},
    ),
    row(
        "mark-03",
        "without a mark twice",
        alice(title=LAKE),
        plain(title=SEE),
        scan,
        plain(title=SEA),
        scan,
        value={"title": SEA},
    ),
    row(
        "mark-04",
        "without a mark nothing changed",
        alice(title=LAKE),
        plain(),
        scan,
        value={"title": LAKE},
    ),
    row(
        "mark-05",
        "without a mark, index gone",
        alice(title=LAKE),
        exiftool(),
        scan,
        forgets,
        plain(title=SEE),
        scan,
        value={"title": SEE},
    ),
    row(
        "mark-06",
        "a mark comes back after our next edit",
        alice(title=LAKE),
        plain(title=SEE),
        scan,
        alice(rating=1),
        exiftool(title=SEA),
        scan,
        value={"title": SEA, "rating": 1},
    ),
)
