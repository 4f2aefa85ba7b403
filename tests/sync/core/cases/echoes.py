"""A poorer form of a date, in which some program leaves it, is no edit."""

from sync.core.tools import ZONE
from tests.sync.core.cases.acts import alice
from tests.sync.core.cases.disk import scan
from tests.sync.core.cases.row import row
from tests.sync.core.cases.values import NOON, NOON_WITHOUT, ONE
from tests.sync.core.cases.writers import exiftool

ECHOES = (
    row(
        "echo-01",
        "a lost zone is no edit",
        alice(taken=NOON),
        exiftool(taken=NOON_WITHOUT),
        scan,
        value={"taken": NOON},
        notes={ZONE.note},
    ),
    row(
        "echo-02",
        "a lost zone beside a real edit",
        alice(taken=NOON),
        exiftool(taken=NOON_WITHOUT, rating=2),
        scan,
        value={"taken": NOON, "rating": 2},
        notes={ZONE.note},
    ),
    row(
        "echo-03",
        "a lost fraction is no edit",
        alice(taken=NOON),
        exiftool(taken={"local": "2021-06-01T12:00:00", "offset": "+02:00"}),
        scan,
        value={"taken": NOON},
        notes={ZONE.note},
    ),
    row(
        "echo-04",
        "lost zone and fraction are no edit",
        alice(taken=NOON),
        exiftool(taken={"local": "2021-06-01T12:00:00", "offset": None}),
        scan,
        value={"taken": NOON},
        notes={ZONE.note},
    ),
    row(
        "echo-05",
        "another zone is an edit",
        alice(taken=NOON),
        exiftool(taken={**NOON, "offset": "+01:00"}),
        scan,
        value={"taken": {**NOON, "offset": "+01:00"}},
    ),
    row(
        "echo-06",
        "a filled-up date is no edit",
        alice(taken={"local": "2021-06-01", "offset": None}),
        exiftool(taken={"local": "2021-06-01T00:00:00", "offset": None}),
        scan,
        value={"taken": {"local": "2021-06-01", "offset": None}},
        notes={ZONE.note},
    ),
    row(
        "echo-07",
        "after a lost zone an edit still counts",
        alice(taken=NOON),
        exiftool(taken=NOON_WITHOUT),
        scan,
        exiftool(taken=ONE),
        scan,
        value={"taken": ONE},
        notes={ZONE.note},
    ),
)
