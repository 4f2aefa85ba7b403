"""Two replicas that had not seen each other, case by case: what both show after they have met."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from sync.core.draft import Draft
from sync.core.edit import edit
from sync.core.merge import join
from sync.core.model import Candidate, Change, Fingerprint, Ledger, Record, Region
from sync.core.show import open_candidates, show

ASSET = "0" * 32
LAKE, SEE, SEA = "Lake", "See", "Sea"
PARIS, ROME = "Places/Paris", "Places/Rome"
NOON = {"local": "2021-06-01T12:00:00", "offset": "+02:00"}
ONE = {"local": "2021-06-01T13:00:00", "offset": None}
HERE, THERE = {"lat": 1.0, "lon": 2.0, "alt": None}, {"lat": 1.0, "lon": 2.5, "alt": None}
ALBUM = {"id": "a1", "title": "Italy", "pos": "h"}


def put(**values: Any) -> list[Change]:
    return [Change(name, "clear" if value is None else "set", value) for name, value in values.items()]


def add(*tags: str) -> list[Change]:
    return [Change("tags", "add", list(tags))]


def remove(*tags: str) -> list[Change]:
    return [Change("tags", "remove", list(tags))]


TRASH, RESTORE = [Change("trash", "set", "trashed")], [Change("trash", "clear")]
INTO, OUT = [Change("albums", "add", ALBUM)], [Change("albums", "remove", "a1")]


@dataclass
class Case:
    what: str
    base: list[Change]
    alice: list[Change]
    bob: list[Change]
    shows: Mapping[str, Any] = field(default_factory=dict)
    conflicts: tuple[str, ...] = ()
    trashed: bool = False
    albums: tuple[str, ...] = ()


CASES = [
    Case("nobody did anything", put(title=LAKE), [], [], {"title": LAKE}),
    Case("only Alice edited", put(title=LAKE), put(title=SEE), [], {"title": SEE}),
    Case("only Bob edited", put(title=LAKE), [], put(title=SEE), {"title": SEE}),
    Case(
        "different fields never meet",
        put(title=LAKE),
        put(title=SEE),
        put(rating=3),
        {"title": SEE, "rating": 3},
    ),
    Case("two titles ask", put(title=LAKE), put(title=SEE), put(title=SEA), {"title": SEA}, ("title",)),
    Case("the same title does not", put(title=LAKE), put(title=SEE), put(title=SEE), {"title": SEE}),
    Case("two first titles ask", [], put(title=SEE), put(title=SEA), {"title": SEA}, ("title",)),
    Case(
        "two descriptions ask",
        [],
        put(description=SEE),
        put(description=SEA),
        {"description": SEA},
        ("description",),
    ),
    Case(
        "two dates ask",
        put(taken=NOON),
        put(taken=ONE),
        put(taken={**NOON, "offset": "+01:00"}),
        {},
        ("taken",),
    ),
    Case("two positions ask", [], put(gps=HERE), put(gps=THERE), {"gps": THERE}, ("gps",)),
    Case(
        "two orientations ask",
        [],
        put(orientation=6),
        put(orientation=8),
        {"orientation": 8},
        ("orientation",),
    ),
    Case(
        "two creators ask",
        [],
        put(creator=["Ana"]),
        put(creator=["Beto"]),
        {"creator": ["Beto"]},
        ("creator",),
    ),
    Case(
        "two copyrights ask", [], put(copyright=SEE), put(copyright=SEA), {"copyright": SEA}, ("copyright",)
    ),
    Case("two ratings do not ask: the newest", put(rating=1), put(rating=4), put(rating=2), {"rating": 2}),
    Case("two labels do not ask", [], put(label="Red"), put(label="Blue"), {"label": "Blue"}),
    Case("two picks do not ask", [], put(pick=1), put(pick=-1), {"pick": -1}),
    Case("a value beats a clear", put(title=LAKE), put(title=SEE), put(title=None), {"title": SEE}),
    Case("and a later clear", put(title=LAKE), put(title=None), put(title=SEE), {"title": SEE}),
    Case("two clears are a clear", put(title=LAKE), put(title=None), put(title=None), {"title": None}),
    Case("a rating beats a clear", put(rating=3), put(rating=1), put(rating=None), {"rating": 1}),
    Case("both add a tag", [], add(PARIS), add(ROME), {"tags": (PARIS, ROME)}),
    Case("both add the same tag", [], add(PARIS), add(PARIS), {"tags": (PARIS,)}),
    Case("one adds, one removes another", add(PARIS), add(ROME), remove(PARIS), {"tags": (ROME,)}),
    Case("both remove", add(PARIS), remove(PARIS), remove(PARIS), {"tags": None}),
    Case(
        "removed and added anew: added",
        add(PARIS),
        remove(PARIS),
        [*remove(PARIS), *add(PARIS)],
        {"tags": (PARIS,)},
    ),
    Case("a removal knows only what it saw", [], add(PARIS), remove(PARIS), {"tags": (PARIS,)}),
    Case("a whole new list", add(PARIS, "x"), put(tags=[ROME, "x"]), add("y"), {"tags": (ROME, "x", "y")}),
    Case("people are a set", [], put(people=["Ana"]), put(people=["Beto"]), {"people": ("Ana", "Beto")}),
    Case(
        "favourites are each person's",
        [],
        [Change("favourites", "add", "alice")],
        put(title=SEE),
        {"title": SEE},
    ),
    Case("trashed here, nothing there", put(title=LAKE), TRASH, [], {}, trashed=True),
    Case("trashed here, edited there: kept", put(title=LAKE), TRASH, put(title=SEE), {"title": SEE}),
    Case("trashed on both sides", put(title=LAKE), TRASH, TRASH, {}, trashed=True),
    Case("trashed before, restored there", [*put(title=LAKE), *TRASH], [], RESTORE, {}),
    Case("restored there, trashed again here: kept", put(title=LAKE), TRASH, [*TRASH, *RESTORE], {}),
    Case(
        "edited inside the trash on both sides",
        [*put(title=LAKE), *TRASH],
        put(rating=1),
        put(label="Red"),
        {"rating": 1},
        trashed=True,
    ),
    Case("into an album on both sides", [], INTO, INTO, albums=("a1",)),
    Case("out of an album here", INTO, OUT, [], albums=()),
    Case(
        "out here, moved within there: in",
        INTO,
        OUT,
        [Change("albums", "add", {**ALBUM, "pos": "m"})],
        albums=("a1",),
    ),
    Case(
        "undone here, nothing there",
        [*put(title=LAKE)],
        [*put(title=SEE), *put(title=LAKE)],
        [],
        {"title": LAKE},
    ),
]


def _made(ledger: Ledger, changes: list[Change], node: str, now: int) -> Ledger:
    for step, change in enumerate(changes):
        ledger = edit(ledger, [change], now_ms=now + step, node=node, by=node)
    return ledger


@pytest.mark.parametrize("what", CASES, ids=[held.what for held in CASES])
def test_joining(what: Case) -> None:
    base = _made(Ledger(ASSET), what.base, "base", 1_000)
    alice = _made(base, what.alice, "alice", 2_000_000)
    bob = _made(base, what.bob, "bob", 3_000_000)
    joined = join(alice, bob)
    assert joined == join(bob, alice)
    page = show(joined)
    assert {name: page.value(name) for name in what.shows} == what.shows
    assert page.conflicts == what.conflicts
    assert page.trashed == what.trashed
    assert tuple(joined.albums) == what.albums


def test_a_conflict_is_closed_by_who_has_seen_it_and_by_nobody_else() -> None:
    base = _made(Ledger(ASSET), put(title=LAKE), "base", 1)
    alice, bob = (
        _made(base, put(title=SEE), "alice", 2_000_000),
        _made(base, put(title=SEA), "bob", 3_000_000),
    )
    blind = _made(alice, put(title="Pond"), "alice", 4_000_000)
    assert show(join(blind, bob)).conflicts == ("title",)
    resolved = _made(join(alice, bob), put(title=SEE), "alice", 5_000_000)
    assert show(resolved).conflicts == ()
    assert show(join(resolved, bob)).value("title") == SEE
    assert show(join(resolved, bob)).conflicts == ()


def test_a_clock_that_is_wrong_by_years_only_chooses_what_is_shown() -> None:
    base = _made(Ledger(ASSET), put(title=LAKE), "base", 1_700_000_000_000)
    early = _made(base, put(title=SEE), "alice", 1_000)
    late = _made(base, put(title=SEA), "bob", 4_000_000_000_000)
    page = show(join(early, late))
    assert page.conflicts == ("title",)
    assert {c.v for c in page.fields["title"].candidates} == {SEE, SEA}
    after = _made(join(early, late), put(title=LAKE), "alice", 5_000)
    assert show(after).value("title") == LAKE


def _with_region(ledger: Ledger, at: str, **members: Any) -> Ledger:
    draft = Draft(ledger)
    draft.dots.add(at)
    draft.put("regions/r1", [Candidate(True, at)])
    for name, value in members.items():
        draft.put(f"regions/r1/{name}", [Candidate(value, at)])
    return draft.freeze()


def _without_region(ledger: Ledger, at: str) -> Ledger:
    draft = Draft(ledger)
    draft.dots.add(at)
    draft.put("regions/r1", [])
    return draft.freeze()


FACE = _with_region(Ledger(ASSET), "00000000100-base", area=[0.5, 0.5, 0.1, 0.1], name="Ann")


def test_two_names_of_one_face_ask_and_two_boxes_do_not() -> None:
    alice = _with_region(FACE, "00000000200-a", area=[0.5, 0.5, 0.2, 0.2], name="Ana")
    bob = _with_region(FACE, "00000000300-b", area=[0.5, 0.5, 0.3, 0.3], name="Anna")
    page = show(join(alice, bob))
    assert page.conflicts == ("regions/r1/name",)
    assert page.value("regions")[0]["area"] == [0.5, 0.5, 0.3, 0.3]


def test_a_face_removed_here_and_named_there_stays() -> None:
    removed = _without_region(FACE, "00000000200-a")
    named = _with_region(FACE, "00000000300-b", name="Ana")
    assert [face["name"] for face in show(join(removed, named)).value("regions")] == ["Ana"]
    assert show(join(removed, FACE)).value("regions") is None


def test_records_keep_the_newest_of_each_file_and_kind() -> None:
    def record(number: int, file: str, by: str) -> Record:
        return Record(f"000000{number:03}00-{by}", file, None, {}, by=by)  # type: ignore[arg-type]

    one = replace(Ledger(ASSET), xmp=tuple(record(n, "a.xmp", "us") for n in range(0, 30, 2)))
    other = replace(Ledger(ASSET), xmp=tuple(record(n, "a.xmp", "us") for n in range(1, 30, 2)))
    tools = replace(Ledger(ASSET), xmp=tuple(record(n, "b.xmp", "tool") for n in range(9)))
    held = join(join(one, other), tools).xmp
    assert [r.id[6:9] for r in held if r.by == "us"] == [f"{n:03}" for n in range(18, 30)]
    assert [r.id[6:9] for r in held if r.by == "tool"] == ["005", "006", "007", "008"]


def test_first_sight_ranks_below_people_without_asking() -> None:
    adopted = replace(
        Ledger(ASSET),
        seen=frozenset({"00000000000-x"}),
        fields={"title": (Candidate(LAKE, "00000000000-x"),)},
    )
    person = _made(Ledger(ASSET), put(title=SEE), "alice", 1)
    page = show(join(adopted, person))
    assert page.value("title") == SEE
    assert page.conflicts == ()


def test_the_original_is_known_by_the_side_that_has_hashed_it() -> None:
    one, other = replace(Ledger(ASSET), asset=Fingerprint("sha256:" + "a" * 64, 5)), Ledger(ASSET)
    assert join(one, other).asset == join(other, one).asset == one.asset


def test_unknown_members_of_both_sides_are_kept() -> None:
    one = replace(
        Ledger(ASSET), extra={"new": {"a": 1}}, regions={"r": Region(("00000000100-x",), {}, {"u": 1})}
    )
    other = replace(Ledger(ASSET), extra={"new": {"b": 2}, "more": [1]})
    assert join(one, other).extra == {"new": {"a": 1, "b": 2}, "more": [1]}
    assert join(one, other).regions["r"].extra == {"u": 1}


def test_equal_values_are_one_for_people_and_two_for_the_join() -> None:
    """Dropping one dot of an equal value made join non-associative."""
    alice, bob = (_made(Ledger(ASSET), put(title=SEE), node, now) for node, now in (("alice", 1), ("bob", 2)))
    joined = join(alice, bob)
    assert len(joined.fields["title"]) == 2
    assert open_candidates("title", joined.fields["title"]) == ()
