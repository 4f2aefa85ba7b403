"""Clearing a field: an explicit clear, and who wins where somebody else says a value."""

from tests.sync.core.cases.acts import alice, bob, chooses, unsets
from tests.sync.core.cases.disk import loses_records, rests, scan, several
from tests.sync.core.cases.row import among, row
from tests.sync.core.cases.values import LAKE, SEA, SEE
from tests.sync.core.cases.writers import exiftool, file

CLEARS = (
    among(
        "clear-01",
        "a value beats a clear that had not seen it",
        alice(title=LAKE),
        alice(title=SEE),
        bob(title=None),
        value={"title": SEE},
    ),
    among(
        "clear-02",
        "a later value beats a clear too",
        alice(title=LAKE),
        alice(title=None),
        bob(title=SEE),
        value={"title": SEE},
    ),
    among(
        "clear-03",
        "two clears are a clear",
        alice(title=LAKE),
        alice(title=None),
        bob(title=None),
        value={"title": None},
    ),
    among(
        "clear-04",
        "a rating beats a clear",
        alice(rating=3),
        alice(rating=1),
        bob(rating=None),
        value={"rating": 1},
    ),
    among(
        "clear-05",
        "exiftool clears on the laptop what Bob says anew on the NAS: Bob's value",
        alice(title=LAKE, rating=3),
        exiftool(title=None),
        bob(title=SEE),
        value={"title": SEE, "rating": 3},
    ),
    row(
        "clear-06",
        "exiftool clears, and Alice's clear after it changes nothing",
        alice(title=LAKE, rating=3),
        exiftool(title=None),
        scan,
        alice(title=None),
        value={"title": None, "rating": 3},
    ),
    row(
        "clear-07",
        "undecidable: after a clear by a program the other value of an open question is shown",
        several(alice(title=LAKE, rating=3), exiftool(title=SEE), loses_records, scan),
        exiftool(title=None),
        scan,
        value={"title": LAKE, "rating": 3},
    ),
    row(
        "clear-08",
        "a person's clear hides what the file said, and the file is cleared as well",
        file(title=LAKE, rating=3),
        alice(title=None),
        rests,
        value={"title": None, "rating": 3},
    ),
    row(
        "clear-09",
        "taking K-Photos' word back is not clearing: nothing hides what is beneath",
        alice(title=LAKE, rating=3),
        unsets("title"),
        value={"rating": 3},
    ),
    among(
        "clear-10",
        "an open question may be answered with nothing at all",
        alice(title=LAKE),
        alice(title=SEE),
        bob(title=SEA),
        rests,
        chooses("title", None),
        value={"title": None},
    ),
    row(
        "clear-11",
        "an empty list of tags is a clear",
        file(tags=["a"]),
        alice(tags=[]),
        rests,
        value={"tags": None},
    ),
    among(
        "clear-12",
        "a clear that has met the value wins on both machines",
        alice(title=LAKE),
        bob(title=SEE),
        rests,
        alice(title=None),
        value={"title": None},
    ),
)
