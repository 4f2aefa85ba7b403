"""Snapshots and the walk: an unchanged folder costs one comparison, a doubtful one is looked at again."""

from __future__ import annotations

import pytest

from sync.pairing.ignore import parse
from sync.ports import FILE, FOLDER, Entry, NotRegular, TooLarge
from sync.scan import snapshot
from sync.scan.seen import LARGEST_XMP, see_ledger, see_xmp, why
from sync.scan.walk import Listing, rules_for, walk
from tests.sim.memfs import MemFS
from tests.sim.world import FakeClock

NO_RULES = bytes(8)
ENTRIES = [
    Entry("a.jpg", FILE, 1, 2, 3, 4),
    Entry("caf\udce9\n.jpg", FILE, 5, 6, 7, 8),
    Entry("d", FOLDER, 0, 0, 0, 0),
    Entry("old.jpg", FILE, 9, 9, 9, 9),
]


@pytest.fixture
def fs() -> MemFS:
    return MemFS(FakeClock())


def pack_all(listings: list[Listing]) -> dict[str, bytes]:
    return {listing.folder: snapshot.pack(listing.entries, listing.digest) for listing in listings}


def test_a_snapshot_gives_back_what_was_packed() -> None:
    assert snapshot.unpack(snapshot.pack(ENTRIES, NO_RULES)) == ENTRIES
    assert snapshot.unpack(snapshot.pack([], NO_RULES)) == []


def test_a_date_before_1970_can_be_packed() -> None:
    assert snapshot.pack([Entry("a.jpg", FILE, 1, 2, -3, 4)], NO_RULES)


@pytest.mark.parametrize(
    "change", [{"ino": 2}, {"size": 3}, {"mtime_ns": 4}, {"ctime_ns": 5}, {"name": "b.jpg"}]
)
def test_any_change_of_a_file_changes_the_snapshot(change: dict[str, int]) -> None:
    changed = ENTRIES[0]._replace(**change)
    assert snapshot.pack([ENTRIES[0]], NO_RULES) != snapshot.pack([changed], NO_RULES)


def test_a_folders_own_times_do_not_matter() -> None:
    one, other = Entry("d", FOLDER, 1, 2, 3, 4), Entry("d", FOLDER, 5, 6, 7, 8)
    assert snapshot.pack([one], NO_RULES) == snapshot.pack([other], NO_RULES)


@pytest.mark.parametrize("row", [Entry("a", FILE, 1, 2, 100, 3), Entry("a", FILE, 1, 2, 3, 100)])
def test_what_changed_just_now_never_compares_as_unchanged(row: Entry) -> None:
    kept = snapshot.pack([row], NO_RULES, calm_before_ns=100)
    assert kept != snapshot.pack([row], NO_RULES)
    assert snapshot.pack([row], NO_RULES, calm_before_ns=101) == snapshot.pack([row], NO_RULES)
    assert [entry.name for entry in snapshot.unpack(kept)] == ["a"]


@pytest.mark.parametrize("blob", [b"", b"x", b"k" + b"\0" * 20, snapshot.pack(ENTRIES, NO_RULES)[:-60]])
def test_a_damaged_snapshot_is_one_that_was_never_made(blob: bytes) -> None:
    assert snapshot.unpack(blob) == []


def test_what_was_left_out_is_compared_and_not_given_back() -> None:
    name = ENTRIES[0].name
    packed, kept = snapshot.pack(ENTRIES, NO_RULES), snapshot.pack(ENTRIES, NO_RULES, left_out=[name])
    assert snapshot.is_same(packed, packed)
    assert snapshot.is_same(packed, kept)
    assert not snapshot.is_same(packed, packed + b"x")
    assert not snapshot.is_same(snapshot.pack(ENTRIES[1:], NO_RULES), kept)
    assert snapshot.unpack(kept) == ENTRIES[1:]


def test_an_unreadable_folder_keeps_what_was_known_of_it() -> None:
    known = snapshot.pack(ENTRIES, NO_RULES)
    marked = snapshot.unreadable(known)
    assert snapshot.is_unreadable(marked)
    assert snapshot.unpack(marked) == ENTRIES
    assert snapshot.unreadable(marked) == marked
    assert snapshot.unpack(snapshot.unreadable(None)) == []


def test_an_unchanged_tree_is_the_same_everywhere(fs: MemFS) -> None:
    for path in ("a.jpg", "d/b.jpg", "d/e/c.jpg"):
        fs.hands.put(path, b"1")
    known = pack_all(list(walk(fs, {})))
    assert [(listing.folder, listing.same) for listing in walk(fs, known)] == [
        ("", True),
        ("d", True),
        ("d/e", True),
    ]
    fs.hands.put("d/b.jpg", b"2")
    assert [listing.folder for listing in walk(fs, known) if not listing.same] == ["d"]


def test_a_changed_ignore_file_makes_the_folders_below_it_different(fs: MemFS) -> None:
    fs.hands.put("d/b.jpg", b"1")
    known = pack_all(list(walk(fs, {})))
    fs.hands.put(".kphotosignore", b"*.png")
    assert [listing.folder for listing in walk(fs, known) if not listing.same] == ["", "d"]


def test_the_walk_enters_no_link_no_ignored_and_no_nomedia_folder(fs: MemFS) -> None:
    for path in (".kphotosignore", "@eaDir/a.jpg", "x/a.jpg", "n/.nomedia", "n/deep/a.jpg", "d/a.jpg"):
        fs.hands.put(path, b"x/\n")
    fs.hands.special("link", link=True)
    listings = {listing.folder: listing for listing in walk(fs, {})}
    assert list(listings) == ["", "d", "n"]
    assert listings["n"].wanted() == []


def test_a_folder_that_vanishes_on_the_way_is_left_out_and_a_locked_one_told(fs: MemFS) -> None:
    for path in ("a/x.jpg", "b/x.jpg", "c/x.jpg"):
        fs.hands.put(path, b"1")
    fs.hands.chmod("b", 0)
    fs.before = lambda number, operation, path: fs.hands.remove("c") if path == "a" else None
    found = [(listing.folder, listing.error is not None) for listing in walk(fs, {})]
    assert found == [("", False), ("a", False), ("b", True)]


def test_a_walk_from_a_folder_that_is_not_there_says_so(fs: MemFS) -> None:
    with pytest.raises(FileNotFoundError):
        list(walk(fs, {}, "gone"))


def test_a_bottomless_tree_has_an_end(fs: MemFS) -> None:
    fs.hands.put("/".join(["d"] * 300) + "/a.jpg", b"1")
    assert len(list(walk(fs, {}))) == 202


def test_rules_of_a_folder_are_those_of_all_above_it_or_none_when_it_is_left_out(fs: MemFS) -> None:
    fs.hands.put(".kphotosignore", b"*.png\nsecret/\n")
    fs.hands.put("d/.kphotosignore", b"!a.png")
    fs.hands.put("n/.nomedia", b"")
    fs.hands.put("n/e/a.jpg", b"")
    fs.hands.folder("m/.nomedia")
    assert rules_for(fs, "m") is None
    assert rules_for(fs, "d") == parse("*.png\nsecret/\n", "") + parse("!a.png", "d")
    assert rules_for(fs, "secret") is None
    assert rules_for(fs, "d/secret/x") is None
    assert rules_for(fs, "n") is None
    assert rules_for(fs, "n/e") is None
    assert rules_for(fs, "d/@eaDir") is None


def test_a_sidecar_is_told_apart_as_missing_illegible_or_refused(fs: MemFS) -> None:
    fs.hands.put("torn.xmp", b"<x:xmpmeta")
    fs.hands.put("huge.xmp", b" " * (LARGEST_XMP + 1))
    fs.hands.put("locked.xmp", b"x")
    fs.hands.chmod("locked.xmp", 0)
    fs.hands.special("pipe.xmp")
    assert see_xmp(fs, "", "none.xmp").is_legible
    for name in ("torn.xmp", "huge.xmp", "locked.xmp", "pipe.xmp"):
        seen = see_xmp(fs, "", name)
        assert not seen.is_legible
        assert seen.problem is not None
        assert (seen.problem.path, seen.problem.kind) == (name, "unreadable")


def test_a_ledger_is_told_apart_as_missing_or_unusable(fs: MemFS) -> None:
    fs.hands.put("bad.kphotos.json", b"[]")
    fs.hands.special("pipe.kphotos.json")
    assert see_ledger(fs, "none.kphotos.json").error is None
    assert see_ledger(fs, "bad.kphotos.json").error is not None
    assert see_ledger(fs, "pipe.kphotos.json").error is not None


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (NotRegular("x"), "link"),
        (TooLarge("x"), "larger"),
        (PermissionError(13, "Permission denied"), "denied"),
    ],
)
def test_a_disks_error_becomes_words(error: OSError, words: str) -> None:
    assert words in why(error)
