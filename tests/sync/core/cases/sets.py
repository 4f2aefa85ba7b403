"""Tags, people and favourites: add wins, element by element."""

from tests.sync.core.cases.acts import adds, alice, bob, clicks, likes, looks, removes, unlikes
from tests.sync.core.cases.disk import carries, rests, several
from tests.sync.core.cases.house import NAS
from tests.sync.core.cases.row import among, nothing, row
from tests.sync.core.cases.values import FLAT, LAKE, PARIS, ROME
from tests.sync.core.cases.writers import exiftool

SETS = (
    among(
        "set-01", "both add a tag", nothing, adds(PARIS), adds(ROME, at=NAS), value={"tags": (PARIS, ROME)}
    ),
    among(
        "set-02", "both add the same tag", nothing, adds(PARIS), adds(PARIS, at=NAS), value={"tags": (PARIS,)}
    ),
    among(
        "set-03",
        "one adds a tag, the other removes another",
        adds(PARIS),
        adds(ROME),
        removes(PARIS, at=NAS),
        value={"tags": (ROME,)},
    ),
    among(
        "set-04",
        "both remove a tag",
        adds(PARIS),
        removes(PARIS),
        removes(PARIS, at=NAS),
        value={"tags": None},
    ),
    among(
        "set-05",
        "removed here, removed and added anew there: it stands",
        adds(PARIS),
        removes(PARIS),
        several(removes(PARIS, at=NAS), adds(PARIS, at=NAS)),
        value={"tags": (PARIS,)},
    ),
    among(
        "set-06",
        "a removal knows only the adding that it saw",
        nothing,
        adds(PARIS),
        several(adds(PARIS, at=NAS), removes(PARIS, at=NAS)),
        value={"tags": (PARIS,)},
    ),
    among(
        "set-07",
        "a whole new list here and one more tag there",
        adds(PARIS, FLAT),
        alice(tags=[ROME, FLAT]),
        adds("sun", at=NAS),
        value={"tags": (ROME, FLAT, "sun")},
    ),
    among(
        "set-08",
        "people are a set",
        nothing,
        alice(people=["Ana"]),
        bob(people=["Beto"]),
        value={"people": ("Ana", "Beto")},
    ),
    among(
        "set-09",
        "favourites are each person's own",
        alice(title=LAKE),
        likes("alice"),
        likes("bob", at=NAS),
        value={"title": LAKE},
        favourites={"alice", "bob"},
    ),
    among(
        "set-10",
        "taking back one's own favourite leaves another's",
        several(alice(title=LAKE), likes("alice"), likes("bob")),
        unlikes("alice"),
        bob(rating=2),
        value={"title": LAKE, "rating": 2},
        favourites={"bob"},
    ),
    row(
        "set-11",
        "an old page removes only what it showed",
        adds(PARIS),
        looks(),
        several(removes(PARIS), adds(PARIS)),
        clicks(tags=[PARIS]),
        value={"tags": (PARIS,)},
    ),
    among(
        "set-12",
        "exiftool adds a tag on the laptop, Bob another on the NAS",
        adds(PARIS),
        exiftool(tags=[PARIS, FLAT]),
        adds(ROME, at=NAS),
        value={"tags": (PARIS, ROME, FLAT)},
    ),
    among(
        "set-13",
        "exiftool removes a tag on the laptop while Bob adds another on the NAS",
        adds(PARIS, FLAT),
        exiftool(tags=[FLAT]),
        adds(ROME, at=NAS),
        value={"tags": (ROME, FLAT)},
    ),
    among(
        "set-14",
        "a tag removed on one machine does not come back with the other's sidecar",
        adds(PARIS, FLAT),
        removes(PARIS),
        bob(title=LAKE),
        carries,
        rests,
        value={"tags": (FLAT,), "title": LAKE},
    ),
    among(
        "set-15",
        "a tag that comes and goes and comes is there",
        adds(PARIS),
        several(removes(PARIS), rests, adds(PARIS, at=NAS)),
        value={"tags": (PARIS,)},
    ),
)
