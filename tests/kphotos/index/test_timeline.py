"""The bytes of the timeline, decoded as the browser does, and the order of what is in them."""

from __future__ import annotations

import struct
from datetime import date

import pytest

from kphotos.errors import Invalid, StaleVersion
from kphotos.index import Index, projection, timeline
from kphotos.index.rows import Facts, Gone, ProblemRow
from kphotos.index.scope import EVERYTHING, Scope
from tests.kphotos.index.rows import VOLUME, asset_id, photo

ALICE = Scope(user="alice", volumes=None)
BOB = Scope(user="bob", volumes=frozenset({VOLUME}))
CHARLIE = Scope(user="charlie", volumes=frozenset())


def days(data: bytes) -> tuple[int, list[tuple[date, int]], int]:
    """What the browser reads from L0: number of assets, (day, count) newest first, undated."""
    assert data[:4] == b"KPI1"
    numbers = varints(data[4:])
    total, dated = numbers[:2]
    rest = numbers[2:]
    if not dated:
        assert len(rest) == 1
        return total, [], rest[0]
    first = rest[0] >> 1 if not rest[0] & 1 else -(rest[0] >> 1) - 1
    found = [first]
    for delta in rest[1:dated]:
        found.append(found[-1] - delta)
    counts = rest[dated : 2 * dated]
    assert len(rest) == 2 * dated + 1
    epoch = date(1970, 1, 1).toordinal()
    return total, [(date.fromordinal(epoch + day), n) for day, n in zip(found, counts, strict=True)], rest[-1]


def varints(data: bytes) -> list[int]:
    numbers, number, shift = [], 0, 0
    for byte in data:
        number |= (byte & 0x7F) << shift
        shift += 7
        if not byte & 0x80:
            numbers.append(number)
            number, shift = 0, 0
    return numbers


def block(data: bytes) -> list[dict[str, object]]:
    """What the browser reads from a block."""
    assert data[:4] == b"KPB1"
    count, at = 0, 4
    for place, byte in enumerate(data[4:]):
        count |= (byte & 0x7F) << 7 * place
        at += 1
        if not byte & 0x80:
            break
    columns = {}
    for name, size in (
        ("id", 16),
        ("sec", 4),
        ("duration", 2),
        ("flags", 1),
        ("ratio", 1),
        ("key", 8),
        ("len", 1),
    ):
        columns[name] = [data[at + i * size : at + (i + 1) * size] for i in range(count)]
        at += count * size
    rows = []
    for i in range(count):
        size = columns["len"][i][0]
        rows.append(
            {
                "id": columns["id"][i].hex(),
                "sec": struct.unpack("<I", columns["sec"][i])[0],
                "duration": struct.unpack("<H", columns["duration"][i])[0],
                "flags": columns["flags"][i][0],
                "ratio": columns["ratio"][i][0],
                "key": columns["key"][i].hex(),
                "thumbhash": data[at : at + size],
            }
        )
        at += size
    assert at == len(data)
    return rows


def ids(scope: Scope, view: str = "library") -> list[str]:
    version = timeline.version(scope, view)
    return [str(row["id"]) for row in block(timeline.block(scope, view, version, 0, 512))]


def names(*found: str) -> list[str]:
    return [asset_id(name) for name in found]


def test_an_empty_library_has_no_days(bound: Index) -> None:
    version = timeline.version(ALICE)
    assert timeline.l0(ALICE, "library", version) == b"KPI1\0\0\0"
    assert timeline.ratios(ALICE, "library", version) == b""
    assert timeline.block(ALICE, "library", version, 0, 512) == b"KPB1\0"
    assert timeline.count(ALICE) == 0


def test_days_are_counted_newest_first_and_undated_at_the_end(bound: Index) -> None:
    projection.put(
        [
            photo("a", "2021-06-01T12:00:00"),
            photo("b", "2021-06-01T09:00:00"),
            photo("c", "1969-12-30"),
            photo("d"),
            photo("e", "2024-02-29T23:59:59.999"),
            photo("f", "0000-00-00T00:00:00"),
        ]
    )
    version = timeline.version(ALICE)
    assert days(timeline.l0(ALICE, "library", version)) == (
        6,
        [(date(2024, 2, 29), 1), (date(2021, 6, 1), 2), (date(1969, 12, 30), 1)],
        2,
    )


def test_only_undated_photos_make_no_dated_section(bound: Index) -> None:
    projection.put([photo("a"), photo("b")])
    assert days(timeline.l0(ALICE, "library", timeline.version(ALICE))) == (2, [], 2)


def test_within_a_day_later_comes_first_then_the_higher_id_and_a_bare_date_last(bound: Index) -> None:
    twins = sorted(["x", "y", "z"], key=asset_id, reverse=True)
    projection.put(
        [photo("date-only", "2021-06-01"), photo("noon", "2021-06-01T12:00:00.5")]
        + [photo(name, "2021-06-01T12:00:00") for name in twins]
    )
    assert ids(ALICE) == names("noon", *twins, "date-only")


def test_a_block_tells_what_the_grid_needs(bound: Index) -> None:
    content = "sha256:" + "0123456789abcdef" * 4
    projection.apply(
        [
            photo("raw", "2021-06-02T01:02:03.9", kind="raw", conflicts=1, favourites=frozenset({"alice"})),
            photo(
                "film", "2021-06-01", kind="video", duration=100_000, width=1920, height=1080, hash=content
            ),
            Facts(content, thumbhash=b"\1\2\3", has_thumb=True),
            ProblemRow(VOLUME, "film.jpg", "unreadable", "It is cut off.", "It is shown as it is."),
        ]
    )
    raw, film = block(timeline.block(ALICE, "library", timeline.version(ALICE), 0, 2))
    assert raw == {
        "id": asset_id("raw"),
        "sec": 3723,
        "duration": 0,
        "flags": 1 | 4 | 32,
        "ratio": 156,
        "key": "0" * 16,
        "thumbhash": b"",
    }
    assert film == {
        "id": asset_id("film"),
        "sec": 0xFFFFFFFF,
        "duration": 65_535,
        "flags": 2 | 64 | 128,
        "ratio": 168,
        "key": "0123456789abcdef",
        "thumbhash": b"\1\2\3",
    }


def test_a_favourite_is_shown_to_the_person_it_is_of(bound: Index) -> None:
    projection.put([photo("a", favourites=frozenset({"alice"})), photo("b", favourites=frozenset({"bob"}))])
    assert ids(ALICE, "favourites") == names("a")
    assert ids(BOB, "favourites") == names("b")
    assert ids(EVERYTHING, "favourites") == []


def test_blocks_from_any_ordinal_are_the_same_sequence(bound: Index) -> None:
    projection.put(
        [
            photo(f"p{i}", f"2021-0{i % 7 + 1}-0{i % 3 + 1}T0{i % 5}:00:00" if i % 11 else None)
            for i in range(120)
        ]
    )
    version = timeline.version(ALICE)
    whole = block(timeline.block(ALICE, "library", version, 0, 512))
    assert len(whole) == 120
    for start in (0, 1, 17, 64, 110, 119, 120, 5_000):
        for number in (1, 13, 512):
            assert (
                block(timeline.block(ALICE, "library", version, start, number))
                == whole[start : start + number]
            )
    assert timeline.ratios(ALICE, "library", version) == bytes(int(str(row["ratio"])) for row in whole)


def test_orientation_turns_the_ratio(bound: Index) -> None:
    projection.put(
        [photo("a", fields={"orientation": 6}), photo("b", width=None), photo("c", width=10_000, height=1)]
    )
    shown = {
        row["id"]: row["ratio"]
        for row in block(timeline.block(ALICE, "library", timeline.version(ALICE), 0, 9))
    }
    assert [shown[key] for key in names("a", "b", "c")] == [100, 156, 224]


@pytest.mark.parametrize("volume", ["v2", "v3"])
def test_charlie_sees_and_counts_nothing_of_volumes_that_are_not_his(bound: Index, volume: str) -> None:
    projection.put([photo("mine", "2021-06-01"), photo("theirs", "2021-06-01", volume=volume)])
    assert ids(BOB) == names("mine")
    assert days(timeline.l0(BOB, "library", timeline.version(BOB)))[0] == 1
    assert ids(CHARLIE) == []
    assert timeline.ratios(CHARLIE, "library", timeline.version(CHARLIE)) == b""
    assert timeline.count(ALICE) == 2


def test_trash_is_not_in_the_library(bound: Index) -> None:
    projection.put([photo("a"), photo("b", trashed=True)])
    assert ids(ALICE) == names("a")


def test_a_new_title_changes_the_version_but_no_ordinal(bound: Index) -> None:
    projection.put([photo("a", "2021-06-01")])
    before = timeline.version(ALICE)
    projection.put([photo("a", "2021-06-01", fields={"title": "Lake"})])
    assert timeline.version(ALICE) != before
    assert len(block(timeline.block(ALICE, "library", before, 0, 1))) == 1


@pytest.mark.parametrize(
    "change",
    [
        photo("b"),
        photo("a", "2021-06-02"),
        photo("a", "2021-06-01T10:00:00"),
        photo("a", "2021-06-01", width=10),
        photo("a", "2021-06-01", trashed=True),
        photo("a", "2021-06-01", volume="v2"),
        Gone(VOLUME, "a.jpg"),
    ],
    ids=["added", "other day", "other time", "other shape", "trashed", "other volume", "gone"],
)
def test_whatever_moves_an_ordinal_makes_older_versions_stale(bound: Index, change: object) -> None:
    projection.put([photo("a", "2021-06-01")])
    before = timeline.version(ALICE)
    projection.apply([change])  # type: ignore[list-item]
    for ask in (
        lambda: timeline.l0(ALICE, "library", before),
        lambda: timeline.ratios(ALICE, "library", before),
        lambda: timeline.block(ALICE, "library", before, 0, 1),
    ):
        with pytest.raises(StaleVersion) as caught:
            ask()
        assert caught.value.version == timeline.version(ALICE)


def test_a_fact_that_gives_a_shape_moves_ordinals_and_one_that_gives_a_picture_does_not(bound: Index) -> None:
    content = "sha256:" + "ab" * 32
    projection.put([photo("a", width=None, height=None, hash=content)])
    before = timeline.version(ALICE)
    projection.apply([Facts(content, has_thumb=True)])
    assert timeline.ratios(ALICE, "library", before) == bytes([156])
    assert timeline.version(ALICE) != before
    projection.apply([Facts(content, width=1000, height=1000, has_thumb=True)])
    with pytest.raises(StaleVersion):
        timeline.ratios(ALICE, "library", before)
    assert timeline.ratios(ALICE, "library", timeline.version(ALICE)) == bytes([128])


@pytest.mark.parametrize("version", ["", "x", "g.1.2", "0.0.0", "../../etc"])
def test_a_version_that_never_was_is_stale(bound: Index, version: str) -> None:
    with pytest.raises(StaleVersion):
        timeline.block(ALICE, "library", version, 0, 1)


@pytest.mark.parametrize(("start", "number"), [(-1, 1), (2**63, 1), (0, 0), (0, 513), (0, -1)])
def test_numbers_out_of_range_are_refused(bound: Index, start: int, number: int) -> None:
    with pytest.raises(Invalid):
        timeline.block(ALICE, "library", timeline.version(ALICE), start, number)


def test_an_unknown_view_is_refused(bound: Index) -> None:
    with pytest.raises(Invalid):
        timeline.version(ALICE, "everything'; DROP TABLE asset")
