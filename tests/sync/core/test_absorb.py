"""Absorbing, case by case: what a person and programs did to one photo, and what must be shown then.

The cast: Alice edits through K-Photos; `tool` is a program that reads the file before it writes; `opens` and
`saves` are one with a database of its own, which may be old; titles are Lake, See and Sea.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from sync.core.model import Change
from sync.core.show import open_candidates
from tests.sync.core.world import Crash, Program, World, Xmp

LAKE, SEE, SEA, POND = "Lake", "See", "Sea", "Pond"
PARIS, ROME, FLAT = "Places/Paris", "Places/Rome", "beach"
NOON = {"local": "2021-06-01T12:00:00.5", "offset": "+02:00"}
NOON_WITHOUT = {"local": "2021-06-01T12:00:00.5", "offset": None}
ONE = {"local": "2021-06-01T13:00:00", "offset": None}

Step = Callable[[World, dict[str, Any]], None]


def file(**content: Any) -> Step:
    """A program makes the file anew, without our mark."""
    return lambda world, _: setattr(world, "xmp", Xmp(content, None, "tool"))


def alice(**values: Any) -> Step:
    return lambda world, _: world.edit(
        *(Change(n, "clear" if v is None else "set", v) for n, v in values.items())
    )


def adds(*tags: str) -> Step:
    return lambda world, _: world.edit(Change("tags", "add", list(tags)))


def removes(*tags: str) -> Step:
    return lambda world, _: world.edit(Change("tags", "remove", list(tags)))


def trashes() -> Step:
    return lambda world, _: world.edit(Change("trash", "set", "trashed"))


def restores() -> Step:
    return lambda world, _: world.edit(Change("trash", "clear"))


def crashing(step: str, **values: Any) -> Step:
    """Alice's edit, and the process dies: "between" is after the ledger and before the XMP."""

    def run(world: World, cast: dict[str, Any]) -> None:
        world.crash = lambda where: where == step
        with pytest.raises(Crash):
            alice(**values)(world, cast)
        world.crash = lambda where: False
        world.restart()

    return run


def tool(**edits: Any) -> Step:
    """A program reads the file, writes it with its edits, keeps our mark."""
    return _written(edits, drops=False)


def dropping(**edits: Any) -> Step:
    """The same by a program that keeps nothing it does not know."""
    return _written(edits, drops=True)


def _written(edits: Mapping[str, Any], *, drops: bool) -> Step:
    def run(world: World, _: dict[str, Any]) -> None:
        program = Program(drops_mark=drops)
        program.read(world)
        program.write(world, **edits)

    return run


def opens() -> Step:
    def run(world: World, cast: dict[str, Any]) -> None:
        cast["program"] = Program()
        cast["program"].read(world)

    return run


def saves(**edits: Any) -> Step:
    return lambda world, cast: cast["program"].write(world, **edits)


def looks() -> Step:
    """A page is opened, on which a later `clicks` is made."""
    return lambda world, cast: cast.update(page=world.page())


def clicks(**values: Any) -> Step:
    def run(world: World, cast: dict[str, Any]) -> None:
        page = cast["page"]
        seen = {
            name: frozenset(page.fields[name].dots) if name in page.fields else frozenset() for name in values
        }
        world.edit(*(Change(name, "set", value, seen[name]) for name, value in values.items()))

    return run


def scan(world: World, _: dict[str, Any]) -> None:
    world.scan()


def forgets(world: World, _: dict[str, Any]) -> None:
    """The index is deleted, and with it what was last seen."""
    world.hint = None


def deletes(world: World, _: dict[str, Any]) -> None:
    world.xmp = None


def loses_records(world: World, _: dict[str, Any]) -> None:
    from dataclasses import replace

    assert world.ledger
    world.ledger = replace(world.ledger, xmp=())


@dataclass
class Case:
    what: str
    steps: tuple[Step, ...]
    shows: Mapping[str, Any] = field(default_factory=dict)
    open: Mapping[str, set[Any]] = field(default_factory=dict)  # fields with several candidates
    stale: Mapping[str, set[Any]] = field(default_factory=dict)
    trashed: bool = False
    ledger: bool = True


def case(what: str, *steps: Step, **expected: Any) -> Case:
    return Case(what, steps, **expected)


CASES = [
    # First sight and no ledger
    case(
        "a file alone is shown as it is",
        file(title=LAKE, rating=3),
        shows={"title": LAKE, "rating": 3},
        ledger=False,
    ),
    case(
        "a file alone is shown after each change",
        file(title=LAKE),
        scan,
        tool(title=SEE),
        shows={"title": SEE},
        ledger=False,
    ),
    case("nothing at all shows nothing", scan, ledger=False),
    case(
        "a removed tag of a file without ledger is gone",
        file(tags=[PARIS]),
        scan,
        tool(tags=None),
        ledger=False,
    ),
    case(
        "an edit keeps what the file said of other fields",
        file(title=LAKE, rating=3),
        alice(rating=5),
        shows={"title": LAKE, "rating": 5},
    ),
    case("an edit replaces what the file said", file(title=LAKE), alice(title=SEE), shows={"title": SEE}),
    case("an edit without a file makes one", alice(title=LAKE), shows={"title": LAKE}),
    case("a clear stays a clear", file(title=LAKE), alice(title=None), shows={"title": None}),
    case("a clear of nothing hides what the original itself says", alice(title=None), shows={"title": None}),
    case("the empty text is a clear", file(title=LAKE), alice(title="  "), shows={"title": None}),
    # A fresh program
    case(
        "a program's title replaces the one it saw",
        alice(title=LAKE),
        tool(title=SEE),
        scan,
        shows={"title": SEE},
    ),
    case(
        "a program's title comes in without a scan between",
        alice(title=LAKE),
        tool(title=SEE),
        shows={"title": SEE},
    ),
    case(
        "a program's other field leaves ours",
        alice(title=LAKE),
        tool(rating=2),
        scan,
        shows={"title": LAKE, "rating": 2},
    ),
    case(
        "a program's clear is honoured",
        alice(title=LAKE, rating=3),
        tool(title=None),
        scan,
        shows={"title": None, "rating": 3},
    ),
    case(
        "a program's clear and ours later",
        alice(title=LAKE),
        tool(rating=3),
        scan,
        tool(title=None),
        scan,
        alice(title=SEE),
        shows={"title": SEE},
    ),
    case("a program adds a tag", adds(PARIS), tool(tags=[PARIS, ROME]), scan, shows={"tags": (PARIS, ROME)}),
    case("a program removes a tag", adds(PARIS, ROME), tool(tags=[ROME]), scan, shows={"tags": (ROME,)}),
    case(
        "a program replaces a tag",
        adds(PARIS),
        tool(rating=1),
        scan,
        tool(tags=[ROME]),
        scan,
        shows={"tags": (ROME,)},
    ),
    case(
        "a program removes every tag it had read",
        adds(PARIS),
        tool(rating=1),
        scan,
        tool(tags=None),
        scan,
        shows={"tags": None},
    ),
    case(
        "a value returns to an earlier one",
        alice(rating=1),
        tool(rating=2),
        scan,
        tool(rating=1),
        scan,
        shows={"rating": 1},
    ),
    case(
        "and again",
        alice(rating=1),
        tool(rating=2),
        scan,
        tool(rating=1),
        scan,
        tool(rating=2),
        scan,
        shows={"rating": 2},
    ),
    case(
        "a program undoes itself",
        alice(rating=1),
        tool(rating=2),
        scan,
        tool(rating=1),
        scan,
        tool(rating=1),
        scan,
        shows={"rating": 1},
    ),
    case(
        "ours, theirs, ours", alice(title=LAKE), tool(title=SEE), scan, alice(title=SEA), shows={"title": SEA}
    ),
    case(
        "theirs, ours, theirs",
        file(title=LAKE),
        alice(title=SEE),
        tool(title=SEA),
        scan,
        shows={"title": SEA},
    ),
    case(
        "two writes between two looks",
        alice(title=LAKE),
        tool(title=SEE),
        tool(title=SEA),
        scan,
        shows={"title": SEA},
    ),
    case(
        "a rewrite with all our values changes nothing",
        alice(title=LAKE, rating=3),
        tool(),
        scan,
        shows={"title": LAKE, "rating": 3},
    ),
    case(
        "a read is remembered: then a return is an edit",
        file(title=LAKE),
        alice(title=SEE),
        tool(),
        scan,
        tool(title=LAKE),
        scan,
        shows={"title": LAKE},
    ),
    case(
        "a program sets what we set meanwhile",
        alice(title=LAKE),
        tool(title=LAKE),
        scan,
        shows={"title": LAKE},
    ),
    case("a label goes both ways", alice(label="Red"), tool(label="Green"), scan, shows={"label": "Green"}),
    case("a date goes both ways", alice(taken=NOON), tool(taken=ONE), scan, shows={"taken": ONE}),
    # Poorer echoes
    case("a lost zone is no edit", alice(taken=NOON), tool(taken=NOON_WITHOUT), scan, shows={"taken": NOON}),
    case(
        "a lost zone beside a real edit",
        alice(taken=NOON),
        tool(taken=NOON_WITHOUT, rating=2),
        scan,
        shows={"taken": NOON, "rating": 2},
    ),
    case(
        "a lost fraction is no edit",
        alice(taken=NOON),
        tool(taken={"local": "2021-06-01T12:00:00", "offset": "+02:00"}),
        scan,
        shows={"taken": NOON},
    ),
    case(
        "lost zone and fraction are no edit",
        alice(taken=NOON),
        tool(taken={"local": "2021-06-01T12:00:00", "offset": None}),
        scan,
        shows={"taken": NOON},
    ),
    case(
        "another zone is an edit",
        alice(taken=NOON),
        tool(taken={**NOON, "offset": "+01:00"}),
        scan,
        shows={"taken": {**NOON, "offset": "+01:00"}},
    ),
    case(
        "a filled-up date is no edit",
        alice(taken={"local": "2021-06-01", "offset": None}),
        tool(taken={"local": "2021-06-01T00:00:00", "offset": None}),
        scan,
        shows={"taken": {"local": "2021-06-01", "offset": None}},
    ),
    case(
        "after a lost zone an edit still counts",
        alice(taken=NOON),
        tool(taken=NOON_WITHOUT),
        scan,
        tool(taken=ONE),
        scan,
        shows={"taken": ONE},
    ),
    # An old database
    case(
        "an old title that is put back is stale",
        file(title=LAKE),
        opens(),
        alice(title=SEE),
        saves(rating=2),
        scan,
        shows={"title": SEE, "rating": 2},
        stale={"title": {LAKE}},
    ),
    case(
        "an old title of a file we made is stale",
        alice(title=LAKE),
        tool(),
        scan,
        opens(),
        alice(title=SEE),
        saves(rating=2),
        scan,
        shows={"title": SEE, "rating": 2},
        stale={"title": {LAKE}},
    ),
    case(
        "an old tag that is put back is stale",
        file(tags=[PARIS]),
        opens(),
        removes(PARIS),
        saves(rating=2),
        scan,
        shows={"tags": None, "rating": 2},
        stale={f"tags/{PARIS}": {True}},
    ),
    case(
        "a tag that an old database lacks stays",
        file(tags=[PARIS], title=LAKE),
        opens(),
        adds(ROME),
        saves(title=SEE),
        scan,
        shows={"tags": (PARIS, ROME), "title": SEE},
        stale={f"tags/{ROME}": {None}},
    ),
    case(
        "a field that an old database lacks stays",
        file(title=LAKE),
        opens(),
        alice(rating=4),
        saves(title=SEE),
        scan,
        shows={"rating": 4, "title": SEE},
        stale={"rating": {None}},
    ),
    case(
        "an old database twice is listed once",
        file(title=LAKE),
        opens(),
        alice(title=SEE),
        saves(rating=2),
        scan,
        saves(rating=3),
        scan,
        shows={"title": SEE, "rating": 3},
        stale={"title": {LAKE}},
    ),
    case(
        "several of our edits against one old database",
        file(title=LAKE, rating=1),
        opens(),
        alice(title=SEE),
        alice(rating=5),
        saves(label="Red"),
        scan,
        shows={"title": SEE, "rating": 5, "label": "Red"},
        stale={"title": {LAKE}, "rating": {1}},
    ),
    case(
        "a program that read the first of our edits",
        file(title=LAKE, rating=1),
        alice(title=SEE),
        opens(),
        alice(rating=5),
        saves(label="Red"),
        scan,
        shows={"title": SEE, "rating": 5, "label": "Red"},
        stale={"rating": {1}},
    ),
    case(
        "an edit of what was stale closes it",
        file(title=LAKE),
        opens(),
        alice(title=SEE),
        saves(rating=2),
        scan,
        alice(title=SEA),
        shows={"title": SEA, "rating": 2},
    ),
    case(
        "a fresh edit of what was stale closes it",
        file(title=LAKE),
        opens(),
        alice(title=SEE),
        saves(rating=2),
        scan,
        tool(title=SEA),
        scan,
        shows={"title": SEA, "rating": 2},
    ),
    case(
        "undecidable: all that we changed is taken back",
        file(title=LAKE),
        alice(title=SEE),
        tool(title=LAKE),
        scan,
        shows={"title": SEE},
        stale={"title": {LAKE}},
    ),
    case(
        "undecidable: a third value on the one field we changed",
        file(title=LAKE),
        opens(),
        alice(title=SEE),
        saves(title=SEA),
        scan,
        shows={"title": SEA},
    ),
    # The mark dropped
    case(
        "without a mark the newest is the base",
        alice(title=LAKE),
        dropping(title=SEE),
        scan,
        shows={"title": SEE},
    ),
    case(
        "without a mark a removal counts",
        adds(PARIS, ROME),
        alice(title=LAKE),
        tool(),
        scan,
        dropping(tags=[ROME]),
        scan,
        shows={"tags": (ROME,), "title": LAKE},
    ),
    case(
        "without a mark twice",
        alice(title=LAKE),
        dropping(title=SEE),
        scan,
        dropping(title=SEA),
        scan,
        shows={"title": SEA},
    ),
    case("without a mark nothing changed", alice(title=LAKE), dropping(), scan, shows={"title": LAKE}),
    case(
        "without a mark, index gone",
        alice(title=LAKE),
        tool(),
        scan,
        forgets,
        dropping(title=SEE),
        scan,
        shows={"title": SEE},
    ),
    case(
        "a mark comes back after our next edit",
        alice(title=LAKE),
        dropping(title=SEE),
        scan,
        alice(rating=1),
        tool(title=SEA),
        scan,
        shows={"title": SEA, "rating": 1},
    ),
    # Crashes
    case(
        "a crash before the ledger loses the edit whole",
        file(title=LAKE),
        crashing("before", title=SEE),
        scan,
        shows={"title": LAKE},
        ledger=False,
    ),
    case(
        "a crash after the ledger is made good",
        file(title=LAKE),
        crashing("between", title=SEE),
        scan,
        shows={"title": SEE},
    ),
    case(
        "a crash at the end is nothing",
        file(title=LAKE),
        crashing("after", title=SEE),
        scan,
        shows={"title": SEE},
    ),
    case("a crash with no file before", crashing("between", title=SEE), scan, shows={"title": SEE}),
    case(
        "an edit of another field after a crash",
        file(title=LAKE),
        alice(rating=1),
        crashing("between", title=SEE),
        tool(rating=2),
        scan,
        shows={"title": SEE, "rating": 2},
    ),
    case(
        "the same field after a crash: both stand",
        file(title=LAKE),
        alice(rating=1),
        crashing("between", title=SEE),
        tool(title=SEA),
        scan,
        open={"title": {SEE, SEA}},
        shows={"title": SEA},
    ),
    case(
        "the same field after a crash, mark dropped: both stand",
        file(title=LAKE),
        alice(rating=1),
        crashing("between", title=SEE),
        dropping(title=SEA),
        scan,
        open={"title": {SEE, SEA}},
        shows={"title": SEA},
    ),
    case(
        "and with the index gone",
        file(title=LAKE),
        alice(rating=1),
        crashing("between", title=SEE),
        forgets,
        dropping(title=SEA),
        scan,
        open={"title": {SEE, SEA}},
        shows={"title": SEA},
    ),
    case(
        "a removal in doubt is listed",
        file(title=LAKE),
        alice(rating=1),
        crashing("between", title=SEE),
        dropping(title=None),
        scan,
        shows={"title": SEE},
        stale={"title": {None}},
    ),
    case(
        "pending and untouched is written",
        file(title=LAKE),
        crashing("between", title=SEE),
        scan,
        scan,
        shows={"title": SEE},
    ),
    case(
        "a click closes what a crash left open",
        file(title=LAKE),
        alice(rating=1),
        crashing("between", title=SEE),
        tool(title=SEA),
        scan,
        alice(title=SEE),
        shows={"title": SEE},
    ),
    # Pages, rule R7
    case(
        "a page replaces what it showed", file(title=LAKE), looks(), clicks(title=SEE), shows={"title": SEE}
    ),
    case(
        "what came in between stays beside it",
        alice(title=LAKE),
        looks(),
        tool(title=SEE),
        clicks(title=SEA),
        open={"title": {SEE, SEA}},
        shows={"title": SEA},
    ),
    case(
        "what came in between on another field",
        alice(title=LAKE),
        looks(),
        tool(rating=2),
        clicks(title=SEA),
        shows={"title": SEA, "rating": 2},
    ),
    case(
        "ratings in between are nobody's question",
        alice(rating=1),
        looks(),
        tool(rating=2),
        clicks(rating=3),
        shows={"rating": 3},
    ),
    # The file away, or strange
    case("a deleted file is written again", alice(title=LAKE), deletes, scan, shows={"title": LAKE}),
    case(
        "a file deleted and made anew by a program",
        alice(title=LAKE),
        deletes,
        scan,
        tool(rating=2),
        scan,
        shows={"title": LAKE, "rating": 2},
    ),
    case(
        "records lost: what is new stands beside ours",
        alice(title=LAKE),
        tool(title=SEE),
        loses_records,
        scan,
        open={"title": {LAKE, SEE}},
        shows={"title": SEE},
    ),
    case(
        "records lost: absence means nothing",
        alice(title=LAKE, rating=2),
        tool(rating=None),
        loses_records,
        scan,
        shows={"title": LAKE, "rating": 2},
    ),
    case(
        "records lost: the same value is nothing new",
        alice(title=LAKE),
        loses_records,
        scan,
        shows={"title": LAKE},
    ),
    # The trash, rule R10
    case("trashed is trashed", alice(title=LAKE), trashes(), trashed=True, shows={"title": LAKE}),
    case("restored is kept", alice(title=LAKE), trashes(), restores(), shows={"title": LAKE}),
    case(
        "a program's edit takes it out of the trash",
        alice(title=LAKE),
        trashes(),
        tool(title=SEE),
        scan,
        shows={"title": SEE},
    ),
    case(
        "Alice's edit in the trash leaves it there",
        alice(title=LAKE),
        trashes(),
        alice(title=SEE),
        trashed=True,
        shows={"title": SEE},
    ),
    case(
        "trashed again after a program's edit",
        alice(title=LAKE),
        trashes(),
        tool(title=SEE),
        scan,
        trashes(),
        trashed=True,
        shows={"title": SEE},
    ),
]


@pytest.mark.parametrize("what", CASES, ids=[held.what for held in CASES])
def test_absorbing(what: Case) -> None:
    world, cast = World(), {}
    for step in what.steps:
        step(world, cast)
    page = world.page()
    assert {name: page.value(name) for name in what.shows} == what.shows
    assert what.shows or not page.content()
    assert (world.ledger is not None) == what.ledger
    fields = world.ledger.fields if world.ledger else {}
    several = {name: {c.v for c in open_candidates(name, held)} for name, held in fields.items()}
    assert {name: values for name, values in several.items() if values} == what.open
    stale = {
        key: set(entries.values()) for key, entries in (world.ledger.stale if world.ledger else {}).items()
    }
    assert stale == what.stale
    assert page.trashed == what.trashed
    world.scan()
    before = world.writes
    world.scan()
    assert world.writes == before, "a further scan wrote"
