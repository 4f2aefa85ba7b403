"""Answers to what pages and the terminal ask."""

from __future__ import annotations

from kphotos import db
from kphotos.index import Index, projection, query
from kphotos.index.rows import Facts, ProblemRow
from kphotos.index.scope import EVERYTHING, Scope
from kphotos.index.tables import Asset
from tests.kphotos.index.rows import VOLUME, asset_id, photo

ALICE = Scope(user="alice", volumes=frozenset({VOLUME}))


def test_an_asset_is_found_by_id_and_by_path(bound: Index) -> None:
    problem = ProblemRow(
        VOLUME, "a.jpg", "original-changed", "It is another picture now.", "The ledger is kept."
    )
    projection.apply(
        [
            photo("a", "2021-06-01", fields={"title": "Lake"}, favourites=frozenset({"alice"}), trashed=True),
            problem,
        ]
    )
    found = query.asset(ALICE, asset_id("a"))
    assert found == query.asset_at(ALICE, VOLUME, "a.jpg")
    assert (found.favourite, found.trashed, found.has_thumb) == (True, True, False)
    assert found.problems == (problem,)
    assert found.document["fields"]["title"] == {"value": "Lake"}
    assert not query.asset(EVERYTHING, asset_id("a")).favourite


def test_tags_are_offered_by_any_of_their_parts_most_used_first(bound: Index) -> None:
    projection.put(
        [
            photo("a", fields={"tags": ["Places/Paris", "Ärger", "paragliding"]}),
            photo("b", fields={"tags": ["Places/Paris", "People/Parker"]}),
            photo("c", fields={"tags": ["100%", "a_b", "Places/Roma"]}),
            photo("d", fields={"tags": ["Places/Paris"]}, trashed=True),
            photo("e", fields={"tags": ["Secret/Paradise"]}, volume="v2"),
        ]
    )
    assert query.tags(ALICE, "par") == [("Places/Paris", 2), ("People/Parker", 1), ("paragliding", 1)]
    assert query.tags(ALICE, "PLACES/p") == [("Places/Paris", 2)]
    assert query.tags(ALICE, "a\u0308r") == [("Ärger", 1)]
    assert query.tags(ALICE, "%") == []
    assert query.tags(ALICE, "1") == [("100%", 1)]
    assert query.tags(ALICE, "_") == []
    assert query.tags(ALICE, "'; DROP TABLE asset; --") == []
    assert len(query.tags(ALICE)) == 7
    assert query.tags(ALICE, limit=2) == [("Places/Paris", 2), ("100%", 1)]
    assert ("Secret/Paradise", 1) in query.tags(EVERYTHING, "para")


def test_tags_of_others_do_not_push_the_viewers_own_off_the_list(bound: Index) -> None:
    projection.put(
        [
            photo("theirs", volume="v2", fields={"tags": [f"a{i:03}" for i in range(450)]}),
            photo("mine", fields={"tags": ["z", "azure"]}),
        ]
    )
    assert query.tags(ALICE, "a") == [("azure", 1)]


def test_counts_are_of_what_the_viewer_sees(bound: Index) -> None:
    content = "sha256:" + "0" * 64
    projection.apply(
        [
            photo("a", hash=content, conflicts=1),
            photo("b", kind="raw"),
            photo("c", kind="video"),
            photo("d", trashed=True),
            photo("e", volume="v2"),
            Facts(content, has_thumb=True),
            ProblemRow("v2", "x", "foreign", "r.", "k."),
        ]
    )
    expected = {"photo": 1, "raw": 1, "video": 1, "assets": 3, "trashed": 1}
    assert query.counts(ALICE) == expected | {"conflicts": 1, "thumbnails": 1, "problems": 0}
    assert query.counts(EVERYTHING)["assets"] == 4
    assert query.counts(EVERYTHING)["problems"] == 1


def test_what_has_no_thumbnail_is_listed_page_by_page(bound: Index) -> None:
    projection.put([photo(f"p{i}") for i in range(7)])
    first = query.without_thumbnail(limit=4)
    rest = query.without_thumbnail(limit=4, after=first[-1][0])
    assert sorted(row[0] for row in first + rest) == sorted(asset_id(f"p{i}") for i in range(7))


def test_what_waits_for_a_person_is_grouped_by_what_it_waits_for(bound: Index) -> None:
    projection.put(
        [
            photo("b", conflicts=1, review="title"),
            photo("a", conflicts=1, review="title"),
            photo("c", review="~rating"),
            photo("fine"),
            photo("gone", review="title", trashed=True),
            photo("secret", review="title", volume="v2"),
        ]
    )
    assert query.reviews(ALICE) == [("title", 2), ("~rating", 1)]
    assert query.review_count(ALICE) == 3
    assert [one.name for one in query.reviewed(ALICE, "title")] == ["a.jpg", "b.jpg"]
    assert [one.name for one in query.reviewed(ALICE, "title", start=1, limit=1)] == ["b.jpg"]
    assert query.review_ids(ALICE) == [asset_id(name) for name in "abc"]
    assert query.review_count(EVERYTHING) == 4
    projection.put([photo("a")])
    assert query.reviews(ALICE) == [("title", 1), ("~rating", 1)]


def test_what_waits_is_counted_without_a_look_at_what_does_not(bound: Index) -> None:
    if not isinstance(bound.database, db.SqliteFile):
        return  # Postgres plans by statistics: of a handful of rows it reads all.
    for scope in (EVERYTHING, ALICE):
        sql, values = Asset.select().where(query._waits(scope)).sql()
        plan = " ".join(
            str(row[3]) for row in bound.database.execute_sql(f"EXPLAIN QUERY PLAN {sql}", values)
        )
        assert "asset_review" in plan, plan


def test_a_picture_has_a_source_for_those_alone_who_see_it(bound: Index) -> None:
    projection.put([photo("a"), photo("s", volume="v2")])
    found = query.source(ALICE, asset_id("a"))
    assert found is not None
    assert (found[0], found[1]) == (asset_id("a"), VOLUME)
    assert query.source(EVERYTHING, asset_id("s")) is not None
    assert query.source(ALICE, asset_id("s")) is None
    assert query.source(ALICE, asset_id("nobody")) is None
