"""Each oracle has a fault planted that it must find: who cannot fail proves nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from sync import pairing
from sync.apply import put
from sync.codecs import ledger as ledgers
from sync.codecs import xmp
from sync.codecs.ledger import reader
from sync.core import plan, readpoint, taking
from sync.core.model import Candidate
from sync.engine import attempting, deciding, identity, mirroring, packing, rescan, rounds, writing
from sync.engine.assets import Extra
from tests.sim import memfs
from tests.sim.histories_faults import points, strike
from tests.sim.histories_kinds import STEPS, run
from tests.sim.memfs import MemFS

pytestmark = pytest.mark.slow
Plant = Callable[[pytest.MonkeyPatch], None]
TRIES = 200

_write, _edit, _mirror = xmp.write, plan.edit, plan.mirror
_write_ledger = ledgers.write
_join, _plan, _settled, _stat = plan.join, plan.plan, put.settled, memfs._stat
_taken_out, _clear_away = readpoint._taken_out, writing._clear_away
_make, _compare, _settle = taking.Taking._edit, taking.Taking._compare, rounds.Rounds.settle


def _edits_all(ledger: Any, changes: Any, **where: Any) -> Any:
    return _edit(ledger, [replace(change, seen=None, strict=False) for change in changes], **where)


def _always(ledger: Any, look: Any, **where: Any) -> Any:
    return _mirror(ledger, look, **{**where, "agrees": False})


def _replaces_all(self: Any, key: str, value: Any, kept: tuple[Candidate, ...]) -> None:
    _make(self, key, value, ())


def _sees_no_removal(self: Any, key: str, found: Any, *rest: Any, **named: Any) -> None:
    if found is not None:
        _compare(self, key, found, *rest, **named)


def _writes_originals(self: Any, folder: str, group: Any, *rest: Any, **more: Any) -> Any:
    path = f"{folder}/{group.original}"
    self.volume.fs.hands.put(path, self.volume.fs.hands.read(path))
    self.volume.fs.nodes[path].data += b"!"
    return _settle(self, folder, group, *rest, **more)


def _latest(one: Any, other: Any) -> Any:
    both = _join(one, other)
    fields = {name: (max(held, key=lambda c: c.at),) if held else () for name, held in both.fields.items()}
    return replace(both, fields=fields)


def _capped(ledger: Any) -> bytes:
    return _write_ledger(replace(ledger, seen=_newest(ledger.seen)))


def _newest(dots: Any) -> frozenset[str]:
    return frozenset(sorted(set(dots))[-4:])


def _without_ctime(node: Any) -> Any:
    stat = _stat(node)
    return stat._replace(ctime_ns=stat.mtime_ns)


def _cleared(group: Any, here: Any, **more: Any) -> Any:
    if group.ledgers and not any(file.is_there for file in group.files):
        emptied = tuple(replace(ledger, fields={}, sets={}) for ledger in group.ledgers)
        group = replace(group, ledgers=emptied, remembered=None)
    return _plan(group, here, **more)


def _keeps_copies(fs: Any, look: Any, decided: Any, written: Any) -> None:
    steps = tuple(step for step in decided.steps if not isinstance(step, plan.RemoveCopy))
    _clear_away(fs, look, replace(decided, steps=steps), written)


def _over(fs: Any, pen: Any, prepared: Any, found: Any) -> Any:
    fs.rename(prepared.temp, prepared.path, replace=True)
    return put.Placed()


def _as_it_lay_there(ledger: Any, sight: Any, mirror: Any) -> Any:
    return _taken_out(ledger, replace(sight, mark=None), mirror)


def _blind(fs: Any, prepared: Any, placed: Any) -> Any:
    return replace(_settled(fs, prepared, placed), intruder=None)


def patches(*targets: tuple[Any, str, Any]) -> Plant:
    """A plant of these attributes."""

    def plant(patch: pytest.MonkeyPatch) -> None:
        for owner, name, value in targets:
            patch.setattr(owner, name, value)

    return plant


# What is wrong, which kind of history must find it, and in which words.
FAULTS: dict[str, tuple[Plant, str, str]] = {
    "a page's edit replaces what it did not show": (
        patches((plan, "edit", _edits_all)),
        "calm",
        " of ",
    ),
    "an edit met in a file replaces whatever stands": (
        patches((taking.Taking, "_edit", _replaces_all)),
        "races",
        " of ",
    ),
    "names are never made durable": (
        patches((MemFS, "sync_folder", lambda self, folder: None)),
        "crashes",
        r"I2| of ",
    ),
    "what our own temps hold is not looked at": (
        patches((attempting, "take_temps", lambda *_: Extra())),
        "races",
        "a temp is left",
    ),
    "originals are written": (patches((rounds.Rounds, "settle", _writes_originals)), "calm", "I1"),
    "what is not mapped is dropped": (
        patches((mirroring.xmps, "write", lambda old, content, mark: _write(None, content, mark))),
        "calm",
        "I4",
    ),
    "the mirror is written at every look": (
        patches((plan, "mirror", _always)),
        "calm",
        "no rest",
    ),
    "an empty root is taken for a volume without photos": (
        patches((rescan, "require_root", lambda *_: None), (rounds.Rounds, "enter", lambda self: None)),
        "upheavals",
        "I10",
    ),
    "every program is taken to have read the newest": (
        patches((taking, "read_point", lambda known, has: known.contents[0])),
        "stale",
        "silently won",
    ),
    "what a program wrote on another line than the present one is passed by": (
        patches((readpoint, "_beside", lambda *_: [])),
        "2 sites, stale program",
        " of ",
    ),
    "a new edit is taken for an old value": (
        patches((taking.Taking, "_edit", lambda self, key, value, kept: self._list(key, None))),
        "stale",
        "not taken",
    ),
    "of two ledgers one is dropped": (
        patches((plan, "join", lambda one, other: one)),
        "2 sites",
        " of ",
    ),
    "a copy that was taken in stays": (
        patches((writing, "_clear_away", _keeps_copies)),
        "2 sites",
        "I8",
    ),
    "of two values the later one stays": (patches((plan, "join", _latest)), "2 sites", " of "),
    "what was seen long ago is forgotten": (
        patches((ledgers, "write", _capped), (reader, "_seen", _newest)),
        "all",
        "came back",
    ),
    "a missing sidecar is taken for a cleared one": (
        patches((deciding, "plan", _cleared), (attempting, "plan", _cleared)),
        "calm",
        " of |mirror|listed",
    ),
    "a file is known again by its size and mtime": (
        patches((memfs, "_stat", _without_ctime)),
        "settled",
        "not listed|I7",
    ),
    "what came out of an exchange is not looked at": (
        patches((writing, "settled", _blind), (mirroring, "settled", _blind)),
        "races",
        " of |I4",
    ),
    "nobody asks who has open what came out of it": (
        patches((MemFS, "is_being_written", lambda self, path: False)),
        "files held open",
        " of ",
    ),
    "who writes into what came out is taken to have read it": (
        patches((readpoint, "_taken_out", _as_it_lay_there)),
        "files held open",
        " of ",
    ),
    "names are exchanged one after another": (
        patches((put, "_replace", _over)),
        "shared folder",
        " of |I4",
    ),
    "a removal is no edit": (
        patches((taking.Taking, "_compare", _sees_no_removal)),
        "settled",
        "not listed",
    ),
    "what lies at the new place is taken to know what lay at the old one": (
        patches((packing, "knower", lambda old, new: lambda data: True)),
        "2 sites, photos roam",
        " of b",
    ),
    "nobody is told of sidecars without their photo": (
        patches((pairing, "orphans", lambda *_: [])),
        "2 sites, photos roam",
        " of b",
    ),
    "a copy goes by the id of what it is a copy of": (
        patches((identity.Identities, "of", lambda self, path, asset_id: asset_id)),
        "2 sites, photos roam",
        "I3",
    ),
    "an accepted edit leaves the old value beside it": (
        patches((taking, "_hash", lambda _: "never")),
        "settled",
        "false candidates|not listed",
    ),
}


LONG = {
    "what was seen long ago is forgotten": 60,
    "nobody asks who has open what came out of it": 24,
    "who writes into what came out is taken to have read it": 24,
}


def run_all(kind: str, steps: int) -> None:
    for seed in range(TRIES):
        run(kind, seed, steps)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_found(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    plant, kind, words = FAULTS[fault]
    plant(monkeypatch)
    with pytest.raises(AssertionError, match=words):
        run_all(kind, LONG.get(fault, STEPS))


def test_an_error_that_is_forgotten_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rescan, "_may_pass", lambda asset: False)
    with pytest.raises(AssertionError, match=r"I2|I7"):
        [strike(point) for point in points(1, every=3)]
