"""One photo on one or two machines in small: ledgers, sidecars, what each machine remembers, a sync tool."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sync.codecs import ledger as codec
from sync.codecs import xmp as xmps
from sync.core.absorb import seal
from sync.core.edit import inverse
from sync.core.model import ASIDE, Change, Content, Document, Ledger, Sight
from sync.core.plan import Copy, File, Group, Here, Plan, RemoveCopy, WriteLedger, WriteMirror, plan
from tests.sync.core.cases.sidecars import Xmp, composed

FILE, ASSET = "IMG_1.JPG.xmp", "0" * 32
LAPTOP, NAS, DUPLICATE = "laptop", "NAS", "copied folder"
_MINUTE = 60_000
_CALM = 15 * _MINUTE  # longer than a mark whose ledger has not come is waited for


class Crash(Exception):
    """The process died here."""


@dataclass
class Place:
    """One machine's disk and memory, as far as this photo goes."""

    name: str
    house: House
    node: str
    ledger: Ledger | None = None
    xmp: Xmp | None = None
    copies: dict[str, Ledger | Xmp] = field(default_factory=dict)
    hint: dict[str, str] | None = None
    remembered: Ledger | None = None
    crash: str = ""
    own_id: str | None = None  # where another original that lives has the ledger's id
    writes: int = 0
    stamps: dict[str, int] = field(default_factory=dict)

    def group(self) -> Group:
        """What the plan is told of this disk."""
        ledgers = [one for one in (self.ledger, *self.copies.values()) if isinstance(one, Ledger)]
        waited = self.house.is_calm
        xmps = [Copy(name, self._sight(one, "copy"), waited=waited) for name, one in self._copied()]
        spent = [Copy(name) for name, one in self.copies.items() if isinstance(one, Ledger)]
        file = File(FILE, is_there=False)
        if self.xmp is not None:
            sight, hint = self._sight(self.xmp, "main"), self.hint
            file = File(FILE, sight, hint=hint, waited=waited, agrees=self._agrees)
        return Group(
            ASSET,
            ledgers,
            self.remembered,
            [file],
            copies=[*xmps, *spent],
            has_own=self.ledger is not None,
        )

    def decide(self, changes: Sequence[Change] = (), by: str | None = None) -> Plan:
        """What is to be done now."""
        here = Here(not self.house.is_replicated, self.house.tick(), self.node, self.name)
        made = plan(self.group(), here, changes=changes, by=by)
        if self.own_id is not None and self.ledger is not None:
            made = replace(made, ledger=replace(made.ledger, id=self.own_id))
        return made

    def page(self) -> Document:
        """What is shown; nothing is written."""
        return self.decide().document

    def scan(self) -> None:
        """One round."""
        self._carry_out(self.decide())

    def edit(self, changes: Sequence[Change], by: str) -> list[Change]:
        """A person's edit; what takes it back."""
        before = self.decide().ledger
        made = self.decide(changes, by)
        self._carry_out(made)
        return inverse(before, made.ledger, changes)

    def restart(self) -> None:
        """Another process."""
        self.node = self.node[:-1] + chr((ord(self.node[-1]) - 97 + 1) % 26 + 97)

    def touched(self, what: str) -> None:
        """Somebody wrote this file just now."""
        self.stamps[what] = self.house.tick()

    def _carry_out(self, made: Plan) -> None:
        ledger, new = made.ledger, self.xmp
        for step in made.steps:
            if isinstance(step, WriteMirror):
                found = composed(step.content, self.xmp.sources if self.xmp else None)
                new = Xmp(found, step.record.id)
                ledger = seal(ledger, step.record, new.sources, new.sum)
        if made.absorbed and self.xmp is not None:
            self.hint = dict(made.absorbed[0].has)
        self._die("before")
        if WriteLedger() in made.steps and ledger != self.ledger:
            self.ledger = codec.read(codec.write(ledger))
            self.writes += 1
            self.touched("ledger")
        self.remembered = self.ledger
        self._die("between")
        if new is not self.xmp:
            self.xmp = new
            self.hint = dict(next(r.has for r in ledger.xmp if new and r.id == new.mark))
            self.writes += 1
            self.touched("xmp")
        for step in made.steps:
            if isinstance(step, RemoveCopy):
                del self.copies[step.path]
                self.writes += 1
        self._die("after")

    def _die(self, where: str) -> None:
        if self.crash == where:
            raise Crash(where)

    def _copied(self) -> Iterator[tuple[str, Xmp]]:
        yield from ((name, one) for name, one in self.copies.items() if isinstance(one, Xmp))

    def _agrees(self, content: Content) -> bool:
        return self.xmp is not None and xmps.agrees(xmps.Xmp(self.xmp.sources), content)

    def _sight(self, xmp: Xmp, kind: Any) -> Sight:
        name = FILE + ASIDE if kind == "copy" else FILE
        found, total = xmp.sources, xmp.sum
        return Sight(name, kind, xmp.mark, found, total, self.house.now, xmp.tool, (), xmp.illegible)


@dataclass
class House:
    """One site, or two on one shared folder between which a sync tool carries files.

    `is_calm`: what belongs together has had the time to arrive.
    """

    is_replicated: bool = False
    now: int = 1_700_000_000_000
    places: dict[str, Place] = field(init=False)
    cast: dict[str, Any] = field(default_factory=dict)
    is_calm: bool = True
    _carried: dict[str, tuple[Any, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        names = (LAPTOP, NAS) if self.is_replicated else (LAPTOP,)
        self.places = {name: Place(name, self, f"{name[:1].lower()}aaa") for name in names}

    def tick(self, ms: int = 1_000) -> int:
        """Time goes on."""
        self.now += ms
        return self.now

    def rest(self) -> int:
        """Scan and carry until nothing is written any more; the rounds it took."""
        for rounds in range(1, 13):
            before = sum(place.writes for place in self.places.values())
            self.tick(_CALM)
            for place in self.places.values():
                place.scan()
            moved = self.carry()
            if not moved and before == sum(place.writes for place in self.places.values()):
                return rounds
        raise AssertionError("no rest after 12 rounds")

    def carry(self) -> bool:
        """The sync tool: what only one side changed goes over; of two, the older becomes a conflict copy."""
        if not self.is_replicated:
            return False
        moved = [self._carry(what) for what in ("ledger", "xmp", "copies")]
        return any(moved)

    def _carry(self, what: str) -> bool:
        one, other = self.places[LAPTOP], self.places[NAS]
        mine, theirs = getattr(one, what), getattr(other, what)
        last = self._carried.get(what, ({} if what == "copies" else None,))[0]
        self._carried[what] = (dict(mine) if what == "copies" else mine,)
        if mine == theirs:
            return False
        if what == "copies":
            gone = {name for name in last if name not in mine or name not in theirs}
            both = {name: held for name, held in {**mine, **theirs}.items() if name not in gone}
            one.copies, other.copies = dict(both), dict(both)
            self._carried[what] = (dict(both),)
            return True
        if last not in (mine, theirs):
            newer, older = sorted((one, other), key=lambda place: place.stamps.get(what, 0), reverse=True)
            self._conflict(what, newer, older)
        else:
            newer, older = (one, other) if last == theirs else (other, one)
        setattr(older, what, getattr(newer, what))
        older.stamps[what] = newer.stamps.get(what, 0)
        self._carried[what] = (getattr(newer, what),)
        return True

    def _conflict(self, what: str, newer: Place, older: Place) -> None:
        lost = getattr(older, what)
        if lost is not None:
            name = f"{what}.sync-conflict-{self.tick()}"
            newer.copies[name] = older.copies[name] = lost


Step = Callable[[House], None]


def forgetful(place: Place) -> Place:
    """Whoever has nothing but this disk."""
    twin = replace(place, hint=None, remembered=None, copies=dict(place.copies), stamps={}, crash="")
    twin.restart()
    return twin


def values_of(document: Document, names: Mapping[str, Any]) -> dict[str, Any]:
    """What a page shows of these fields."""
    return {name: document.value(name) for name in names}
