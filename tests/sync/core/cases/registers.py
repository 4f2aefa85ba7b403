"""Two people edit one register at once, on machines that have not met: a question, or the newest."""

from typing import Any

from tests.sync.core.cases.acts import alice, bob, chooses, unsets
from tests.sync.core.cases.disk import carries, clock, rests, several
from tests.sync.core.cases.row import Row, among, nothing
from tests.sync.core.cases.values import LAKE, NOON, ONE, PIER, POND, PORT, SEA, SEE

_ROME = {"city": "Rome", "country": "Italy"}
_PARIS = {"city": "Paris", "country": "France"}


def _asks(id_: str, name: str, one: Any, other: Any, *, key: Any = None) -> Row:
    """Alice says one, Bob the other a moment later: both stand, Bob's is shown, a person is asked."""
    story = f"two values of {name} at once are a question"
    found = {key(one), key(other)} if key else {one, other}
    happens = alice(**{name: one}), bob(**{name: other})
    return among(id_, story, nothing, *happens, value={name: other}, candidates={name: found})


def _newest(id_: str, name: str, one: Any, other: Any) -> Row:
    """The same of a field about which nobody is asked."""
    story = f"two values of {name} at once: the newest, and nobody is asked"
    happens = alice(**{name: one}), bob(**{name: other})
    return among(id_, story, nothing, *happens, value={name: other}, beside={name: [one, other]})


def _struct(value: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(sorted(value.items()))


REGISTERS = (
    among("reg-01", "nobody did anything", alice(title=LAKE), value={"title": LAKE}),
    among("reg-02", "only Alice edits", alice(title=LAKE), alice(title=SEE), value={"title": SEE}),
    among("reg-03", "only Bob edits", alice(title=LAKE), bob(title=SEE), value={"title": SEE}),
    among(
        "reg-04",
        "different fields never meet",
        alice(title=LAKE),
        alice(title=SEE),
        bob(rating=3),
        value={"title": SEE, "rating": 3},
    ),
    among(
        "reg-05",
        "two titles over a third are a question about the two",
        alice(title=LAKE),
        alice(title=SEE),
        bob(title=SEA),
        value={"title": SEA},
        candidates={"title": {SEE, SEA}},
    ),
    among(
        "reg-06",
        "the same title said twice is none",
        alice(title=LAKE),
        alice(title=SEE),
        bob(title=SEE),
        value={"title": SEE},
    ),
    _asks("reg-07", "title", SEE, SEA),
    _asks("reg-08", "description", SEE, SEA),
    _asks("reg-09", "taken", NOON, ONE, key=_struct),
    _asks("reg-10", "gps", PORT, PIER, key=_struct),
    _asks("reg-11", "orientation", 6, 8),
    _asks("reg-12", "creator", ["Ana"], ["Beto"], key=tuple),
    _asks("reg-13", "copyright", SEE, SEA),
    _asks("reg-14", "place", _ROME, _PARIS, key=_struct),
    _newest("reg-15", "rating", 4, 2),
    _newest("reg-16", "label", "Red", "Blue"),
    _newest("reg-17", "pick", 1, -1),
    among(
        "reg-18",
        "a choice made on one machine closes the question on both",
        nothing,
        alice(title=SEE),
        bob(title=SEA),
        rests,
        chooses("title", SEE),
        value={"title": SEE},
    ),
    among(
        "reg-19",
        "a choice closes only what its page showed",
        alice(title=LAKE),
        alice(title=SEE),
        bob(title=SEA),
        alice(title=POND),
        value={"title": POND},
        candidates={"title": {SEA, POND}},
    ),
    among(
        "reg-20",
        "a clock that is years ahead chooses what is shown and nothing else",
        alice(title=LAKE),
        several(alice(title=SEE), clock(-10), bob(title=SEA), clock(10)),
        candidates={"title": {SEE, SEA}},
        value={"title": SEE},
    ),
    among(
        "reg-21",
        "an edit after both have met replaces both, whatever the clock says",
        alice(title=LAKE),
        several(alice(title=SEE), bob(title=SEA), rests, clock(-20), alice(title=POND)),
        value={"title": POND},
    ),
    among(
        "reg-22",
        "what Alice says and takes back is no rival of Bob's",
        alice(title=LAKE),
        alice(title=SEE),
        unsets("title"),
        bob(title=SEA),
        value={"title": SEA},
    ),
    among(
        "reg-23",
        "three values of two machines are one question",
        nothing,
        alice(title=LAKE),
        bob(title=SEE),
        carries,
        rests,
        several(alice(title=SEA), bob(title=POND)),
        value={"title": POND},
        candidates={"title": {SEA, POND}},
    ),
    among(
        "reg-24",
        "a question about one field leaves the edits of others alone",
        alice(title=LAKE, rating=1),
        alice(title=SEE, rating=4),
        bob(title=SEA, label="Red"),
        value={"title": SEA, "rating": 4, "label": "Red"},
        candidates={"title": {SEE, SEA}},
    ),
)
