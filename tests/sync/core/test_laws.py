"""The laws of join, over ledgers that replicas can really reach (I5)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from sync.codecs import ledger as codec
from sync.core import absorb as absorbing
from sync.core.edit import edit
from sync.core.merge import join, settle
from sync.core.model import ASIDE, Change, Fingerprint, Ledger, Sight
from sync.core.show import show
from tests.sync.core.cases.house import ASSET, FILE
from tests.sync.core.cases.sidecars import Xmp, composed

VALUES = st.sampled_from(["Lake", "See", "Sea"])
TAGS = st.sampled_from(["a", "b", "Places/Paris"])
PLACES = st.sampled_from(["h", "hV", "m"])
JOINS = st.builds(
    lambda album, title, pos: Change("albums", "add", {"id": album, "title": title, "pos": pos}),
    st.sampled_from(["a1", "a2"]),
    VALUES,
    st.none() | PLACES,
)
LEAVES = st.just(Change("albums", "remove", "a1"))
CHANGES = st.one_of(
    st.builds(lambda value: Change("title", "set", value), VALUES),
    st.just(Change("title", "clear")),
    st.just(Change("title", "remove")),
    st.builds(lambda value: Change("rating", "set", value), st.integers(-1, 5)),
    st.builds(lambda value: Change("tags", "add", value), TAGS),
    st.builds(lambda value: Change("tags", "remove", value), TAGS),
    st.builds(lambda value: Change("favourites", "add", value), st.sampled_from(["alice", "bob"])),
    st.just(Change("trash", "set", "trashed")),
    st.just(Change("trash", "clear")),
    JOINS,
    LEAVES,
)
FACES = st.lists(
    st.builds(
        lambda name, x: {"name": name, "area": [x, 0.5, 0.2, 0.2]},
        st.sampled_from(["Ann", "Ben", ""]),
        st.sampled_from([0.3, 0.35, 0.7]),
    ),
    max_size=2,
)
CONTENTS = st.builds(
    lambda title, rating, tags, faces: composed(
        {"title": title, "rating": rating or None, "tags": tags or None, "regions": faces or None}
    ),
    VALUES,
    st.integers(0, 5),
    st.lists(TAGS, unique=True).map(sorted),
    FACES,
)
FINGERPRINTS = st.builds(
    Fingerprint, st.none() | st.sampled_from(["sha256:" + digit * 64 for digit in "ab"]), st.integers(5, 6)
)
STEPS = st.one_of(
    st.tuples(st.just("edit"), st.integers(0, 2), CHANGES),
    st.tuples(st.just("edit"), st.integers(0, 2), JOINS | LEAVES),
    st.tuples(st.just("name"), st.integers(0, 2), VALUES),
    st.tuples(st.just("absorb"), st.integers(0, 2), CONTENTS),
    st.tuples(st.just("copy"), st.integers(0, 2), CONTENTS),
    st.tuples(st.just("stale"), st.integers(0, 2), CONTENTS),
    st.tuples(st.just("mirror"), st.integers(0, 2), st.none()),
    st.tuples(st.just("fingerprint"), st.integers(0, 2), FINGERPRINTS),
    st.tuples(st.just("join"), st.integers(0, 2), st.integers(0, 2)),
)


def reached(held: Ledger, kind: str, what: Any, now: int, node: str) -> Ledger:
    """A replica after one step."""
    here = {"now_ms": now, "node": node, "site": node}
    if kind == "edit":
        return edit(held, [what], now_ms=now, node=node, by="alice")
    if kind == "fingerprint":
        return replace(held, asset=what)
    if kind == "name":
        standing = sorted(name for name, region in held.regions.items() if region.at)
        changes = [Change(f"regions/{name}/name", "set", what) for name in standing[:1]]
        return edit(held, changes, now_ms=now, node=node, by="bob")
    if kind == "mirror":
        record = absorbing.mirror(held, None, file=FILE, single=False, **here)
        if record is None:
            return held
        found = composed(show(held).content())
        return absorbing.seal(held, record, found, Xmp(found, record.id).sum)
    # A program that has read the oldest mirror there is and may have a library older than that.
    mark = min((record.mark for record in held.xmp if record.by == "us" and record.mark), default=None)
    sight = Sight(
        FILE if kind != "copy" else FILE + ASIDE,
        "copy" if kind == "copy" else "main",
        mark if kind != "absorb" else None,
        what,
        Xmp(what, mark, "tool", now).sum,
        5,
        "tool",
    )
    return absorbing.absorb(held, sight, single=kind == "absorb", waited=True, **here).ledger


@st.composite
def replicas(draw: st.DrawFn) -> list[Ledger]:
    """Three replicas of one ledger after edits, mirrors, absorbed files and partial joins."""
    ledgers = [Ledger(ASSET)] * 3
    for number, (kind, index, what) in enumerate(draw(st.lists(STEPS, max_size=14))):
        now, held = 1_700_000_000_000 + number, ledgers[index]
        if kind == "join":
            ledgers[index] = join(held, ledgers[what])
        else:
            ledgers[index] = reached(held, kind, what, now, f"n{index}")
    return ledgers


LAWS = settings(max_examples=120, deadline=None)


@LAWS
@given(replicas())
def test_join_is_commutative_associative_and_idempotent(ledgers: list[Ledger]) -> None:
    a, b, c = ledgers
    assert join(a, b) == join(b, a)
    assert join(join(a, b), c) == join(a, join(b, c))
    assert join(a, a) == a
    assert join(join(a, b), b) == join(a, b)


@LAWS
@given(replicas())
def test_the_same_state_is_the_same_bytes(ledgers: list[Ledger]) -> None:
    a, b, c = ledgers
    one, other = codec.write(join(join(a, b), c)), codec.write(join(c, join(b, a)))
    assert one == other
    assert codec.write(codec.read(one)) == one
    for ledger in ledgers:
        assert codec.read(codec.write(ledger)) == ledger


@LAWS
@given(replicas(), CHANGES)
def test_an_edit_stands_in_every_join_with_what_had_not_seen_it(
    ledgers: list[Ledger], change: Change
) -> None:
    before, other = ledgers[0], ledgers[1]
    after = edit(before, [change], now_ms=1_800_000_000_000, node="n9", by="bob")
    new = after.seen - before.seen
    joined = join(after, other)
    live = {c.at for held in joined.fields.values() for c in held}
    assert {c.at for held in after.fields.values() for c in held} & new <= live


@LAWS
@given(replicas(), st.lists(CHANGES, max_size=4) | st.lists(JOINS | LEAVES, min_size=2, max_size=6))
def test_an_edit_is_not_undone_by_what_was_before_it(ledgers: list[Ledger], changes: list[Change]) -> None:
    held = join(ledgers[0], ledgers[1])
    known = [*ledgers[:2], held]
    for number, change in enumerate(changes):
        held = edit(held, [change], now_ms=1_800_000_000_000 + number, node="n9", by="bob")
        assert all(join(held, before) == join(before, held) == held for before in known)
        known.append(held)


@LAWS
@given(replicas())
def test_a_join_shows_nothing_that_neither_side_held(ledgers: list[Ledger]) -> None:
    a, b, _ = ledgers
    joined, sides = show(join(a, b)), (show(a), show(b))
    for name in joined.fields:
        if name == "tags":
            assert set(joined.value(name)) <= {tag for side in sides for tag in side.value(name) or ()}
        elif name != "regions" and joined.value(name) is not None:
            held = [c.v for ledger in (a, b) for c in ledger.fields.get(name, ())]
            assert joined.value(name) in held


@LAWS
@given(replicas())
def test_a_join_knows_the_originals_hash_if_either_side_does(ledgers: list[Ledger]) -> None:
    a, b, _ = ledgers
    known = [side.asset.hash for side in (a, b) if side.asset and side.asset.hash]
    joined = join(a, b).asset
    assert (joined.hash in known) if joined and known else not known


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=2),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from("ab"), inner, max_size=2),
    max_leaves=6,
)


@LAWS
@given(JSON, JSON, JSON)
def test_unknown_members_settle_by_the_same_laws(a: object, b: object, c: object) -> None:
    assert settle(a, b) == settle(b, a)
    assert settle(settle(a, b), c) == settle(a, settle(b, c))
    assert settle(a, a) == a


@LAWS
@given(replicas())
def test_records_of_contents_are_bounded_and_the_same_however_joined(ledgers: list[Ledger]) -> None:
    a, b, c = ledgers
    one, other = join(join(a, b), c), join(a, join(c, b))
    assert (one.xmp, one.stale, one.trash) == (other.xmp, other.stale, other.trash)
    for by, most in (("us", 12), ("tool", 4)):
        for file in {record.file for record in one.xmp}:
            assert sum(record.by == by and record.file == file for record in one.xmp) <= most


def test_a_join_that_forgets_what_was_removed_is_caught() -> None:
    """The laws can fail: a join that unites values and asks nobody what was seen brings removals back."""
    added = edit(Ledger(ASSET), [Change("tags", "add", "a")], now_ms=1, node="n0", by="alice")
    removed = edit(added, [Change("tags", "remove", "a")], now_ms=2, node="n0", by="alice")
    assert show(join(added, removed)).value("tags") is None
    assert show(join(removed, added)).value("tags") is None
