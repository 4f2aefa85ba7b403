"""What an old library put back, decided by a person: taken, or dismissed; either closes it for good."""

from tests.sync.core.cases.acts import adds, alice, bob, chooses, dismisses, removes
from tests.sync.core.cases.disk import rests, scan, several
from tests.sync.core.cases.house import NAS
from tests.sync.core.cases.row import among, row
from tests.sync.core.cases.values import LAKE, PARIS, ROME, SEA, SEE
from tests.sync.core.cases.writers import file, opens, saves

_TITLE = several(file(title=LAKE), opens(), alice(title=SEE), saves(rating=2), scan)
_TAG = several(file(tags=[PARIS]), opens(), removes(PARIS), saves(rating=2), scan)
_LACK = several(file(tags=[PARIS], title=LAKE), opens(), adds(ROME), saves(title=SEE), scan)

DECISIONS = (
    row(
        "decide-01",
        "the title that was put back is taken",
        _TITLE,
        chooses("title", LAKE),
        value={"title": LAKE, "rating": 2},
    ),
    row(
        "decide-02",
        "it is dismissed: ours stays",
        _TITLE,
        chooses("title", SEE),
        value={"title": SEE, "rating": 2},
    ),
    row("decide-03", "neither: a third", _TITLE, chooses("title", SEA), value={"title": SEA, "rating": 2}),
    row(
        "decide-04",
        "the old library saves once more after that: the same is listed anew",
        _TITLE,
        chooses("title", SEE),
        saves(label="Red"),
        value={"title": SEE, "rating": 2, "label": "Red"},
        stale={"title": {LAKE}},
    ),
    row(
        "decide-05",
        "the tag that was put back is taken",
        _TAG,
        dismisses(PARIS, takes=True),
        value={"tags": (PARIS,), "rating": 2},
    ),
    row(
        "decide-06", "it is dismissed", _TAG, dismisses(PARIS, takes=False), value={"tags": None, "rating": 2}
    ),
    row(
        "decide-07",
        "the tag that it lacked stays",
        _LACK,
        dismisses(ROME, takes=True),
        value={"tags": (PARIS, ROME), "title": SEE},
    ),
    row(
        "decide-08",
        "the tag that it lacked goes",
        _LACK,
        dismisses(ROME, takes=False),
        value={"tags": (PARIS,), "title": SEE},
    ),
    among(
        "decide-09",
        "a decision on the laptop closes it on the NAS too",
        several(alice(title=LAKE, rating=3), rests, opens(NAS)),
        several(alice(title=SEE), rests, saves(NAS, rating=5), rests),
        chooses("title", SEE),
        bob(label="Red"),
        value={"title": SEE, "rating": 5, "label": "Red"},
    ),
)
