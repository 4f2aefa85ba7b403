"""What must hold of a house at rest, by the names that the design gives it: I1 to I10."""

from __future__ import annotations

import copy

from sync.apply.temps import parse_temp, tag_of
from sync.codecs import ledger as ledgers
from sync.core.merge import join
from sync.engine import Engine, Seen, Site
from sync.ports import LEDGER_SUFFIX
from sync.scan.snapshot import RACY_NS
from tests.sim.histories import Scene
from tests.sim.histories_programs import NOTE, is_whole
from tests.sim.histories_values import Facts, facts
from tests.sim.memfs import MemFS
from tests.sim.oracles import raised
from tests.sim.tools import content_of
from tests.sim.world import MemLock, MemMemory

COPY = ".sync-conflict-"


def check_rest(scene: Scene, *, has_copies: bool = False) -> int:
    """Raise AssertionError if anything promised does not hold; else the number of false candidates.

    `has_copies`: conflict copies may stay if a person is told of what they alone say.
    """
    check_originals(scene)
    check_files(scene)
    check_echo(scene, has_copies=has_copies)
    check_rebuild(scene)
    return sum(check_book(scene, path) for path in scene.originals)


def check_originals(scene: Scene) -> None:
    """I1: the bytes of originals."""
    for path, data in scene.originals.items():
        assert scene.machine.hands.read(path) == data, f"I1: {path}"


def check_files(scene: Scene) -> None:
    """I4, I5, I9: whole and canonical files, other programs' properties in place, no temps."""
    for path, data in scene.fs.contents().items():
        name = path.rpartition("/")[2]
        temp = parse_temp(name)
        # A power cut may bring a temp back after its photo was moved away: nobody can tell whose it is.
        owners = [
            other
            for other in scene.machine.hands.names(path.rpartition("/")[0])
            if temp and tag_of(other) == temp.tag
        ]
        assert owners == [], f"a temp is left: {path}"
        if name.endswith(LEDGER_SUFFIX):
            held = ledgers.read(data)
            assert ledgers.write(held) == data, f"I5: {path} is not canonical"
            assert join(held, held) == held, f"I5: {path} is not its own join"
        elif name.endswith(".xmp"):
            assert is_whole(data), f"I9: {path} is torn"
            note = scene.notes.get(path)
            found = NOTE.search(data)
            assert note is None or (found and b">%d<" % note in found[0]), f"I4: {path}"


def check_echo(scene: Scene, *, has_copies: bool) -> None:
    """I7: at rest nothing is written and nothing looked at anew; each mirror says what is shown."""
    scene.machine.pass_time(4)
    before = list(scene.fs.writes)
    events = list(scene.engine.scan())
    looked = sum(isinstance(event, Seen) for event in events)
    calm = scene.machine.site.clock.now_ns() - RACY_NS
    if all(max(node.ctime_ns, node.mtime_ns) < calm for node in scene.fs.nodes.values()):
        assert looked == 0, f"I7: a rescan at rest looked at {looked} photos"
    list(scene.engine.touch([path + ".xmp" for path in scene.originals]))
    shown = {
        event.asset.path: event.asset
        for event in scene.engine.scan(everything=True)
        if isinstance(event, Seen)
    }
    assert scene.fs.writes == before, f"I7: {scene.fs.writes[len(before) :]}"
    found = {path: facts(asset) for path, asset in shown.items()}
    assert found == scene.index, f"I2: shown against index: {difference(found, scene.index)}"
    for path, asset in shown.items():
        told = [problem for problem in asset.problems if not (has_copies and problem.kind == "foreign")]
        assert (told, asset.pending) == ([], False), f"{path}: {asset.problems}"
        copies = {name for name in scene.fs.nodes if COPY in name and name.startswith(path)}
        assert copies <= {problem.path for problem in asset.problems}, f"I8: copies are left: {copies}"
        content = dict(asset.document.content())
        xmp = path + ".xmp"
        if xmp in scene.fs.nodes:
            assert content_of(scene.fs.nodes[xmp].data) == content, f"{path}: the mirror differs"
        else:
            assert content == {}, f"{path}: there is no mirror"


def check_rebuild(scene: Scene) -> None:
    """I2, I6: whoever has only the disk comes to the same index, conflicts among it, and writes nothing."""
    fs = copy_of(scene.fs)
    old = scene.machine.site
    site = Site(old.id, "another", MemMemory(), MemLock(), old.clock, old.rng)
    machine = scene.machine.volume
    engine = Engine(type(machine)(machine.id, fs), site)
    rebuilt: dict[str, Facts] = {
        event.asset.path: facts(event.asset)
        for event in engine.scan(everything=True)
        if isinstance(event, Seen)
    }
    assert rebuilt == scene.index, f"I2: {difference(rebuilt, scene.index)}"
    assert fs.writes == [], f"I2: a rebuild wrote {fs.writes}"


def check_book(scene: Scene, path: str) -> int:
    """I3: what nobody replaced is there, and what was replaced and gone does not come back."""
    ledger = scene.engine.look(path).ledger
    book, picture = scene.books[path], scene.pictures[scene.originals[path]]
    false = book.judge(ledger, scene.excused[path])
    risen = raised(book, picture.buried, ledger)
    assert scene.setting.stale or not risen, f"came back, though nobody wrote it again: {risen}"
    return false


def copy_of(fs: MemFS) -> MemFS:
    """A disk with the same files; the clock goes on without being moved."""
    twin = MemFS(fs.clock, exchanges=fs.exchanges, granularity_ns=fs.granularity_ns)
    twin.nodes = copy.deepcopy(fs.nodes)
    twin.durable_nodes = dict(twin.nodes)
    return twin


def difference(one: dict[str, Facts], other: dict[str, Facts]) -> str:
    """Where two indexes differ, in words."""
    paths = sorted(path for path in {*one, *other} if one.get(path) != other.get(path))
    return "; ".join(f"{path}: {one.get(path)} is not {other.get(path)}" for path in paths)
