"""The laws of join, over ledgers that replicas can really reach (I5)."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from sync.codecs import ledger as codec
from sync.core import absorb as absorbing
from sync.core.edit import edit
from sync.core.merge import join, settle
from sync.core.model import Change, Ledger
from sync.core.show import show
from tests.sync.core.world import ASSET, Xmp, sight_of

VALUES = st.sampled_from(["Lake", "See", "Sea"])
TAGS = st.sampled_from(["a", "b", "Places/Paris"])
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
    st.builds(lambda pos: Change("albums", "add", {"id": "a1", "title": "Italy", "pos": pos}), VALUES),
    st.just(Change("albums", "remove", "a1")),
)
XMPS = st.builds(
    lambda title, rating, tags: Xmp(
        {k: v for k, v in (("title", title), ("rating", rating), ("tags", tags)) if v}
    ),
    VALUES,
    st.integers(0, 5),
    st.lists(TAGS, unique=True).map(sorted),
)
STEPS = st.one_of(
    st.tuples(st.just("edit"), st.integers(0, 2), CHANGES),
    st.tuples(st.just("absorb"), st.integers(0, 2), XMPS),
    st.tuples(st.just("join"), st.integers(0, 2), st.integers(0, 2)),
)


@st.composite
def replicas(draw: st.DrawFn) -> list[Ledger]:
    """Three replicas of one ledger after edits, absorbed files and partial joins."""
    ledgers = [Ledger(ASSET)] * 3
    for number, (kind, index, what) in enumerate(draw(st.lists(STEPS, max_size=12))):
        now, node, held = 1_700_000_000_000 + number, f"n{index}", ledgers[index]
        if kind == "edit":
            ledgers[index] = edit(held, [what], now_ms=now, node=node, by="alice")
        elif kind == "absorb":
            here = {"now_ms": now, "node": node, "site": node}
            ledgers[index] = absorbing.absorb(held, sight_of(what), single=True, **here).ledger
        else:
            ledgers[index] = join(held, ledgers[what])
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
@given(replicas())
def test_a_join_shows_nothing_that_neither_side_held(ledgers: list[Ledger]) -> None:
    a, b, _ = ledgers
    joined, sides = show(join(a, b)), (show(a), show(b))
    for name in joined.fields:
        if name == "tags":
            assert set(joined.value(name)) <= {tag for side in sides for tag in side.value(name) or ()}
        elif joined.value(name) is not None:
            held = [c.v for ledger in (a, b) for c in ledger.fields.get(name, ())]
            assert joined.value(name) in held


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


def test_a_join_that_forgets_what_was_removed_is_caught() -> None:
    """The laws can fail: a join that unites values and asks nobody what was seen brings removals back."""
    added = edit(Ledger(ASSET), [Change("tags", "add", "a")], now_ms=1, node="n0", by="alice")
    removed = edit(added, [Change("tags", "remove", "a")], now_ms=2, node="n0", by="alice")
    assert show(join(added, removed)).value("tags") is None
    assert show(join(removed, added)).value("tags") is None
