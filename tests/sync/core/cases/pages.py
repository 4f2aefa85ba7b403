"""A page that was opened long ago replaces only what it showed (R7)."""

from tests.sync.core.cases.acts import alice, clicks, looks
from tests.sync.core.cases.row import row
from tests.sync.core.cases.values import LAKE, SEA, SEE
from tests.sync.core.cases.writers import exiftool, file

PAGES = (
    row(
        "page-01",
        "a page replaces what it showed",
        file(title=LAKE),
        looks(),
        clicks(title=SEE),
        value={"title": SEE},
    ),
    row(
        "page-02",
        "what came in between stays beside it",
        alice(title=LAKE),
        looks(),
        exiftool(title=SEE),
        clicks(title=SEA),
        candidates={"title": {SEE, SEA}},
        value={"title": SEA},
    ),
    row(
        "page-03",
        "what came in between on another field",
        alice(title=LAKE),
        looks(),
        exiftool(rating=2),
        clicks(title=SEA),
        value={"title": SEA, "rating": 2},
    ),
    row(
        "page-04",
        "ratings in between are nobody's question",
        alice(rating=1),
        looks(),
        exiftool(rating=2),
        clicks(rating=3),
        value={"rating": 3},
    ),
)
