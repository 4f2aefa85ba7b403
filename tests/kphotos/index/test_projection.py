"""What goes in at the one door, and what then stands in the tables."""

from __future__ import annotations

import json
import threading
import time
from dataclasses import replace
from typing import Any

import pytest

from kphotos import db, index
from kphotos.config import Settings
from kphotos.index import Index, projection, query, records
from kphotos.index.digest import digest
from kphotos.index.rows import Change, Cleared, Facts, Gone, ProblemRow, RecordRow
from kphotos.index.scope import EVERYTHING, Scope
from kphotos.index.tables import Asset, AssetPerson, AssetTag, Favourite, Meta, Record
from kphotos.runtime import rebuilds
from tests.kphotos.index.rows import VOLUME, asset_id, photo

CONTENT = "sha256:" + "ab" * 32
FULL = photo(
    "IMG_1",
    kind="raw",
    hash=CONTENT,
    duration=3,
    taken_source="exif",
    make="Canon",
    model="EOS R5",
    lens="RF 50",
    exposure_time=0.004,
    f_number=1.8,
    iso=200,
    focal_length=50.0,
    path="2021/Lake/IMG_1.CR3",
    favourites=frozenset({"alice", "bob"}),
    conflicts=2,
    review="creator title ~rating",
    has_ledger=True,
    pending=True,
    fields={
        "title": "Lake",
        "description": "Cold",
        "rating": 4,
        "label": "Red",
        "pick": 1,
        "taken": {"local": "2021-06-01T12:34:56.121", "offset": "+02:00"},
        "gps": {"lat": 48.858222, "lon": 2.2945, "alt": 35.1},
        "tags": ["Places/Paris", "Lake"],
        "people": ["Ana", "Łukasz"],
        "creator": ["Alice", "Bob"],
        "copyright": "CC0",
        "orientation": 6,
        "place": {"city": "Paris"},
    },
)


def cells(name: str = "IMG_1") -> dict[str, Any]:
    (found,) = Asset.select().where(Asset.id == asset_id(name)).dicts()
    return dict(found)


def names_of(model: type, column: str) -> list[tuple[str, str]]:
    return sorted(db.rows(model.select(getattr(model, column), model.asset)))  # type: ignore[attr-defined]


def test_every_value_of_a_row_has_its_column(bound: Index) -> None:
    projection.put([FULL])
    found = cells()
    del found["document"]
    assert found == {
        "id": asset_id("IMG_1"),
        "volume": VOLUME,
        "path": "2021/Lake/IMG_1.CR3",
        "folder": "2021/Lake",
        "name": "IMG_1.CR3",
        "kind": "raw",
        "size": 1_000,
        "mtime_ns": 1_600_000_000_000_000_000,
        "hash": CONTENT,
        "width": 3_000,
        "height": 2_000,
        "duration": 3,
        "ratio": 100,
        "day": 18_779,
        "clock": 45_296_121,
        "taken_local": "2021-06-01T12:34:56.121",
        "taken_offset": "+02:00",
        "taken_source": "exif",
        "make": "Canon",
        "model": "EOS R5",
        "lens": "RF 50",
        "exposure_time": 0.004,
        "f_number": 1.8,
        "iso": 200,
        "focal_length": 50.0,
        "title": "Lake",
        "description": "Cold",
        "rating": 4,
        "label": "Red",
        "pick": 1,
        "lat": 48.858222,
        "lon": 2.2945,
        "alt": 35.1,
        "creator": '["Alice","Bob"]',
        "copyright": "CC0",
        "orientation": 6,
        "place": '{"city":"Paris"}',
        "conflicts": 2,
        "review": "creator title ~rating",
        "trashed": 0,
        "has_ledger": 1,
        "pending": 1,
        "thumbhash": None,
        "has_thumb": 0,
    }
    key = asset_id("IMG_1")
    assert names_of(AssetTag, "tag") == [("Lake", key), ("Places/Paris", key)]
    assert names_of(AssetPerson, "person") == [("Ana", key), ("Łukasz", key)]
    assert names_of(Favourite, "user") == [("alice", key), ("bob", key)]


def test_putting_the_same_again_changes_nothing_but_the_version(bound: Index) -> None:
    projection.put([FULL])
    before = digest()
    projection.put([FULL])
    assert digest() == before


def test_a_later_row_replaces_everything_of_the_earlier(bound: Index) -> None:
    projection.put([FULL, photo("other", fields={"tags": ["Lake"]})])
    projection.put([replace(FULL, fields={"tags": ["New"]}, favourites=frozenset({"bob"}), make=None)])
    found = cells()
    assert (found["title"], found["make"], found["day"]) == (None, None, -(2**31))
    assert names_of(AssetTag, "tag") == [("Lake", asset_id("other")), ("New", asset_id("IMG_1"))]
    assert names_of(AssetPerson, "person") == []
    assert names_of(Favourite, "user") == [("bob", asset_id("IMG_1"))]


def test_a_moved_asset_leaves_its_old_path(bound: Index) -> None:
    projection.put([FULL])
    projection.apply([replace(FULL, path="elsewhere.CR3"), Gone(VOLUME, FULL.path)])
    assert [row[0] for row in db.rows(Asset.select(Asset.path))] == ["elsewhere.CR3"]


def test_another_asset_at_the_same_path_takes_its_place(bound: Index) -> None:
    projection.put([FULL])
    projection.put([replace(FULL, id=asset_id("new"), fields={}, favourites=frozenset())])
    assert [row[0] for row in db.rows(Asset.select(Asset.id))] == [asset_id("new")]
    assert names_of(AssetTag, "tag") == []
    assert names_of(Favourite, "user") == []


def test_two_assets_that_swap_their_paths_both_stay(bound: Index) -> None:
    projection.put([photo("a"), photo("b")])
    projection.put([photo("a", path="b.jpg"), photo("b", path="a.jpg")])
    assert dict(db.rows(Asset.select(Asset.id, Asset.path))) in (
        {asset_id("a"): "b.jpg", asset_id("b"): "a.jpg"},
        {asset_id("b"): "a.jpg"},
    )


def test_one_path_in_two_volumes_is_two_assets(bound: Index) -> None:
    projection.put([photo("a"), photo("b", volume="v2", path="a.jpg")])
    assert Asset.select().count() == 2
    projection.apply([Gone("v2", "a.jpg")])
    assert [row[0] for row in db.rows(Asset.select(Asset.id))] == [asset_id("a")]


def test_changes_of_one_batch_apply_in_their_order(bound: Index) -> None:
    projection.apply(
        [
            photo("a", fields={"title": "1"}),
            photo("a", fields={"title": "2"}),
            Gone(VOLUME, "a.jpg"),
            photo("a", fields={"title": "3"}),
            ProblemRow(VOLUME, "a.jpg", "unreadable", "No.", "All."),
            Cleared(VOLUME, "a.jpg"),
            ProblemRow(VOLUME, "a.jpg", "foreign", "Yes.", "All."),
        ]
    )
    assert cells("a")["title"] == "3"
    assert [problem.kind for problem in query.problems(EVERYTHING)] == ["foreign"]


def test_gone_takes_everything_with_it_and_a_second_gone_nothing(bound: Index) -> None:
    empty = digest()
    projection.put([FULL])
    projection.apply([Gone(VOLUME, FULL.path), Gone(VOLUME, FULL.path), Gone(VOLUME, "never there")])
    assert digest() == empty


def test_a_problem_is_said_once_per_kind_until_it_is_cleared(bound: Index) -> None:
    first = ProblemRow(VOLUME, "a.xmp", "unreadable", "It is empty.", "The file is kept.")
    second = replace(first, kind="foreign", reason="Two differ.")
    projection.apply([first, second, replace(first, reason="It is cut off.")])
    assert query.problems(EVERYTHING) == [second, replace(first, reason="It is cut off.")]
    projection.apply([Cleared(VOLUME, "a.xmp", "foreign")])
    assert [problem.kind for problem in query.problems(EVERYTHING)] == ["unreadable"]
    projection.apply([Cleared("v2", "a.xmp"), Cleared(VOLUME, "a.xmp")])
    assert query.problems(EVERYTHING) == []


def test_facts_show_on_every_asset_with_that_content_now_and_later(bound: Index) -> None:
    projection.put([replace(FULL, width=None, height=None), photo("twin", hash=CONTENT), photo("stranger")])
    projection.apply([Facts(CONTENT, width=100, height=200, thumbhash=b"\0\xff", phash="0f", has_thumb=True)])
    projection.put([photo("late", hash=CONTENT), replace(FULL, width=None, height=None)])
    for name in ("IMG_1", "twin", "late"):
        assert (cells(name)["has_thumb"], bytes(cells(name)["thumbhash"])) == (1, b"\0\xff")
    assert cells("IMG_1")["ratio"] == 176
    assert cells("twin")["ratio"] == 156
    assert cells("stranger")["has_thumb"] == 0
    assert query.counts(EVERYTHING)["thumbnails"] == 3


def test_values_no_database_can_hold_do_not_stop_the_others(bound: Index) -> None:
    projection.put(
        [
            photo(
                "odd",
                iso=2**70,
                f_number=float("nan"),
                make="Can\0on",
                model="\udcff",
                fields={"title": "a\0b\ud800", "rating": 10**30, "gps": {"lat": float("inf"), "lon": 1}},
                document={"value": float("nan"), "text": "\0\udc80"},
            ),
            photo("fine"),
        ]
    )
    found = cells("odd")
    assert (found["iso"], found["f_number"], found["rating"], found["lat"], found["lon"]) == (None,) * 4 + (
        1.0,
    )
    assert (found["make"], found["title"]) == ("Canon", "ab?")
    assert query.asset(EVERYTHING, asset_id("odd")).document == {"value": None, "text": "\0?"}
    assert cells("fine")["path"] == "fine.jpg"


def test_records_become_rows_and_go_again(bound: Index) -> None:
    alice = {"name": "Älice", "role": "admin", "hash": "$argon2id$…"}
    told = [RecordRow("users", "u1", 3, alice), RecordRow("volumes", "v1", 1, {"name": "Photos"})]
    projection.apply(told)
    assert records.known() == [("users", "u1"), ("volumes", "v1")]
    assert [json.loads(row[0]) for row in db.rows(Record.select(Record.data).where(Record.id == "u1"))] == [
        alice
    ]
    projection.apply([RecordRow("volumes", "v1")])
    assert records.known() == [("users", "u1")]


def test_a_record_of_favourites_and_a_ledger_speak_each_for_themselves(bound: Index) -> None:
    key = asset_id("a")
    hers = RecordRow("favourites", "alice", 1, {"assets": [key, key, "no id", 5, asset_id("not there")]})
    liked = photo("a", favourites=frozenset({"alice"}))
    projection.apply([hers, liked, photo("a")])
    assert {row[0] for row in db.rows(Favourite.select(Favourite.asset))} == {key, asset_id("not there")}
    projection.apply([liked, RecordRow("favourites", "alice")])
    assert db.rows(Favourite.select(Favourite.user, Favourite.asset)) == [("alice", key)]


def counters() -> dict[str, int]:
    return dict(db.rows(Meta.select(Meta.key, Meta.value)))


def test_each_transaction_counts_up_and_one_that_fails_leaves_nothing(bound: Index) -> None:
    projection.put([photo(f"p{i}") for i in range(projection.BATCH + 1)])
    assert counters() == {"changes": 2, "structure": 2}
    with pytest.raises(AttributeError):
        projection.apply([photo("a"), Facts("sha256:00", thumbhash=b"x"), RecordRow("favourites", "u", 1, 5)])  # type: ignore[arg-type]
    assert counters() == {"changes": 2, "structure": 2}
    assert Asset.select().where(Asset.path == "a.jpg").count() == 0


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (photo("a"), (VOLUME, "a.jpg")),
        (Gone(VOLUME, "a.jpg"), (VOLUME, "a.jpg")),
        (ProblemRow(VOLUME, "a.xmp", "k", "r", "k"), (VOLUME, "a.xmp")),
        (Cleared(VOLUME, "a.xmp"), (VOLUME, "a.xmp")),
        (RecordRow("users", "u1"), ("", "records/users/u1.json")),
        (Facts(CONTENT), ("", f"derivatives/{CONTENT}")),
    ],
)
def test_every_change_says_where_to_read_it_again(change: Change, expected: rebuilds.Place) -> None:
    assert projection.place(change) == expected


def test_an_edit_waits_for_a_few_short_transactions_of_a_scan_at_most(ready: Settings) -> None:
    """Counted in transactions and not in seconds: each has at most BATCH changes, 8 to 16 ms of work."""
    stop = threading.Event()

    def scan() -> None:
        turn = 0
        with index.use(ready):
            while not stop.is_set():
                turn += 1
                projection.put([photo(f"{turn}-{i}", "2021-06-01") for i in range(4 * projection.BATCH)])

    def committed() -> int:
        with index.use(ready):
            return counters()["changes"]

    thread = threading.Thread(target=scan)
    thread.start()
    others = []
    for i in range(15):
        before = committed()
        projection.project(ready, [photo(f"edit-{i}")])
        others.append(committed() - before - 1)
        time.sleep(0.01)
    stop.set()
    thread.join()
    assert sum(others) > 0, "nothing was going on meanwhile: the test shows nothing"
    assert sorted(others)[7] <= 4


def test_charlie_finds_no_asset_problem_tag_or_count(bound: Index) -> None:
    projection.apply(
        [FULL, ProblemRow(VOLUME, FULL.path, "unreadable", "It is cut off.", "Nothing was changed.")]
    )
    charlie = Scope(user="charlie", volumes=frozenset({"v2"}))
    for ask in (query.asset, lambda scope, _: query.asset_at(scope, VOLUME, FULL.path)):
        with pytest.raises(query.NotFound):
            ask(charlie, FULL.id)
    assert query.problems(charlie) == []
    assert query.tags(charlie) == []
    assert set(query.counts(charlie).values()) == {0}


def test_what_is_applied_at_once_is_one_transaction_on_sqlite(bound: Index) -> None:
    def count() -> int:
        return int(db.run(bound.database, "SELECT count(*) FROM asset").fetchone()[0])

    with projection.at_once():
        projection.put([photo("a")])
        projection.put([photo("b")])
    assert count() == 2

    def broken() -> None:
        with projection.at_once():
            projection.put([photo("c")])
            raise OSError("the disk is gone")

    with pytest.raises(OSError, match="gone"):
        broken()
    assert count() == (2 if isinstance(bound.database, db.SqliteFile) else 3)
