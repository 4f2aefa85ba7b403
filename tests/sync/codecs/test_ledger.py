"""The ledger's file: one form for one state, nothing lost, nothing guessed (I5, I13)."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from sync.codecs import ledger as codec
from sync.core.edit import edit
from sync.core.merge import join
from sync.core.model import (
    Candidate,
    Change,
    Fingerprint,
    Ledger,
    Membership,
    Past,
    Record,
    Region,
)
from sync.core.plan import File, Group, Here, WriteMirror, plan
from sync.core.show import show
from sync.errors import NewerSchema, Refused, Unreadable

ASSET = "0123456789abcdef" * 2
DOT, LATER = "0mb3k9q2f00-k7q2", "0mb3kd81z00-m3xd"

FULL = Ledger(
    ASSET,
    asset=Fingerprint("sha256:" + "9f" * 32, 24_117_248),
    seen=frozenset({DOT, LATER}),
    fields={
        "rating": (Candidate(4, DOT, 3, "user:1"),),
        "title": (Candidate("Lake", DOT), Candidate("Sée", LATER, via="darktable")),
        "visibility": (Candidate("hidden", DOT),),
    },
    sets={"tags": {"Places/Paris": (DOT,)}, "favourites": {"user:1": (DOT, LATER)}},
    albums={"a1": Membership((DOT,), "Italy", (Candidate("h7", DOT),))},
    regions={
        "r1": Region(
            (DOT,), {"area": (Candidate([0.4, 0.3, 0.1, 0.1], DOT),), "name": (Candidate("Ann", DOT),)}
        )
    },
    trash=(Candidate("keep", DOT),),
    stale={"rating": {DOT: 2}},
    xmp=(
        Record(DOT, "IMG_1.CR3.xmp", DOT, {"rating": "ab"}, {"xmp:Rating": "ab~cd"}, LATER, "us", "s", "ef"),
    ),
    history=(Past(DOT, "rating", 3, 4, "user:1", None, "why"),),
)


def _json(**members: Any) -> bytes:
    return json.dumps({"kphotos": 1, "id": ASSET, **members}).encode()


def test_what_nobody_could_read_again_is_refused_before_it_is_written() -> None:
    assert codec.readable(FULL) == codec.write(FULL)
    with pytest.raises(Refused, match=r"could not be read again: .*xmp"):
        codec.readable(replace(FULL, xmp=FULL.xmp * 2))
    with pytest.raises(Refused, match="16 MiB"):
        codec.readable(replace(FULL, fields={"title": (Candidate("x" * codec.LARGEST, DOT),)}))


def test_all_parts_survive() -> None:
    assert codec.read(codec.write(FULL)) == FULL


def test_the_form_is_canonical() -> None:
    data = codec.write(FULL)
    assert data.endswith(b"}\n")
    assert b"\r" not in data
    assert "Sée".encode() in data
    top = json.loads(data)
    assert data.decode() == json.dumps(top, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    assert top["fields"]["title"][1] == {"v": "Sée", "at": LATER, "via": "darktable"}
    assert top["xmp"][0]["from"] == LATER


def test_any_order_and_spacing_reads_as_the_same() -> None:
    top = json.loads(codec.write(FULL))
    shuffled = json.dumps(dict(reversed(top.items())), indent=7).encode()
    assert codec.read(shuffled) == FULL
    assert codec.write(codec.read(shuffled)) == codec.write(FULL)


def test_two_repairs_of_one_field_in_one_write_have_one_order() -> None:
    lines = (Past(DOT, "title", via="darktable", note="b"), Past(DOT, "title", via="darktable", note="a"))
    one, other = (codec.read(codec.write(replace(FULL, history=held))) for held in (lines, lines[::-1]))
    assert one.history == other.history == lines[::-1]
    assert join(replace(FULL, history=lines[:1]), replace(FULL, history=lines[1:])).history == one.history


def test_members_nobody_knows_are_kept_where_they_stood() -> None:
    top = json.loads(codec.write(FULL))
    top["suggested"], top["stack"] = {"title": ["x"]}, None
    for part in (
        top["asset"],
        top["fields"]["title"][0],
        top["albums"]["a1"],
        top["albums"]["a1"]["pos"][0],
        top["regions"]["r1"],
        top["regions"]["r1"]["name"][0],
        top["trash"][0],
        top["xmp"][0],
        top["history"][0],
    ):
        part["later"] = {"deep": [1, 2.5, None, "x"]}
    data = json.dumps(top).encode()
    assert json.loads(codec.write(codec.read(data))) == top


def test_an_edit_keeps_what_it_does_not_know() -> None:
    top = json.loads(codec.write(FULL))
    top["fields"]["rating"][0]["later"] = 1
    top["suggested"] = {"title": ["x"]}
    held = codec.read(json.dumps(top).encode())
    after = json.loads(
        codec.write(edit(held, [Change("label", "set", "Red")], now_ms=1, node="n", by="alice"))
    )
    assert after["suggested"] == {"title": ["x"]}
    assert after["fields"]["rating"][0]["later"] == 1


def test_a_newer_schema_is_not_read() -> None:
    with pytest.raises(NewerSchema) as refused:
        codec.read(_json(kphotos=2, seen="quite another form"))
    assert refused.value.schema == 2


def test_of_an_albums_titles_those_are_read_that_have_a_dot() -> None:
    said = {DOT: {"v": "Rome", "at": DOT}, "0mb3kd81z00-gone": {"v": "Alps", "at": DOT}}
    held = codec.read(_json(albums={"a": {"at": [DOT, LATER], "title": "Italy", "titles": said}}))
    assert held.albums["a"] == Membership((DOT, LATER), "Italy", titles={DOT: Candidate("Rome", DOT)})
    assert codec.read(codec.write(held)) == held


def test_an_album_of_an_older_ledger_is_written_as_it_was() -> None:
    older = codec.write(replace(FULL, albums={"a1": Membership((DOT, LATER), "Italy")}))
    assert b"titles" not in older
    assert codec.write(codec.read(older)) == older


def test_what_stands_has_been_seen() -> None:
    held = codec.read(_json(fields={"title": [{"v": "Lake", "at": DOT}]}))
    assert held.seen == {DOT}


def test_texts_come_in_one_normal_form() -> None:
    held = codec.read(
        _json(fields={"title": [{"v": "Se\u0301e", "at": DOT}]}, sets={"tags": {"e\u0301": [DOT]}})
    )
    assert held.fields["title"][0].v == "Sée"
    assert list(held.sets["tags"]) == ["é"]


def test_names_of_files_are_left_as_they_are() -> None:
    record = {"id": DOT, "file": "e\u0301.xmp", "by": "us", "has": {}}
    assert codec.read(_json(xmp=[record])).xmp[0].file == "e\u0301.xmp"


BAD = {
    "nothing": b"",
    "blanks": b" \n",
    "no JSON": b"{",
    "cut off": codec.write(FULL)[:-40],
    "NULs": b"\0" * 300,
    "junk behind": codec.write(FULL) + b"x",
    "no object": b"[]",
    "Latin-1": '{"kphotos": 1, "id": "é"}'.encode("latin-1"),
    "a BOM": b"\xef\xbb\xbf" + codec.write(FULL),
    "a member twice": b'{"kphotos": 1, "kphotos": 1, "id": "' + ASSET.encode() + b'"}',
    "a field twice": _json(fields={}).replace(b'"fields": {}', b'"fields": {"title": [], "title": []}'),
    "NaN": _json(x=0).replace(b'"x": 0', b'"x": NaN'),
    "infinity": _json(x=0).replace(b'"x": 0', b'"x": -Infinity'),
    "a number beyond floats": _json(x=0).replace(b'"x": 0', b'"x": 1e999'),
    "a number without end": _json(x=0).replace(b'"x": 0', b'"x": ' + b"9" * 5000),
    "half a character": _json(x="\ud800"),
    "half a character as a name": _json(**{"\udfff": 1}),
    "depth": _json(x=0).replace(b'"x": 0', b'"x": ' + b"[" * 100 + b"]" * 100),
    "great depth": _json(x=0).replace(b'"x": 0', b'"x": ' + b"[" * 100_000 + b"]" * 100_000),
    "depth in a value": _json(fields={"f": [{"v": 0, "at": DOT}]}).replace(
        b'"v": 0', b'"v": ' + b"[" * 90 + b"]" * 90
    ),
    "depth in a stale value": _json(stale={"f": {DOT: 0}}).replace(
        b": 0}", b": " + b"[" * 90 + b"]" * 90 + b"}"
    ),
    "no schema": b'{"id": "' + ASSET.encode() + b'"}',
    "a schema that is true": _json(kphotos=True),
    "a schema of zero": _json(kphotos=0),
    "a schema in letters": _json(kphotos="1"),
    "no id": b'{"kphotos": 1}',
    "an id of another form": _json(id="../../etc"),
    "an id that is a number": _json(id=5),
    "a size in letters": _json(asset={"hash": None, "size": "5"}),
    "a size below zero": _json(asset={"hash": None, "size": -1}),
    "a hash of another form": _json(asset={"hash": "md5:0", "size": 5}),
    "seen that is no list": _json(seen={"a": 1}),
    "seen with a number": _json(seen=[1]),
    "a dot of another form": _json(seen=["yesterday"]),
    "a dot with a newline": _json(seen=[DOT + "\n" + DOT]),
    "fields that are a list": _json(fields=[]),
    "candidates that are none": _json(fields={"title": "Lake"}),
    "a candidate without value": _json(fields={"title": [{"at": DOT}]}),
    "a candidate without dot": _json(fields={"title": [{"v": "Lake"}]}),
    "a candidate with a bad dot": _json(fields={"title": [{"v": "Lake", "at": "x"}]}),
    "candidates whose dots are numbers and texts": _json(
        fields={"title": [{"v": "a", "at": 5}, {"v": "b", "at": DOT}]}
    ),
    "candidates whose dots are objects": _json(
        fields={"title": [{"v": "a", "at": {}}, {"v": "b", "at": {}}]}
    ),
    "an album whose dot is an object": _json(albums={"a": {"at": [{}]}}),
    "an album's title whose dot is a number": _json(
        albums={"a": {"at": [DOT, LATER], "title": "x", "titles": {DOT: {"v": "y", "at": 5}}}}
    ),
    "a trash of objects": _json(trash=[{"v": {}, "at": DOT}]),
    "tags that are one value": _json(fields={"tags": [{"v": ["a"], "at": DOT}]}),
    "faces that are one value": _json(fields={"regions": [{"v": [{"area": [0.5] * 4}], "at": DOT}]}),
    "a title that is a set": _json(sets={"title": {"a": [DOT]}}),
    "faces that are a set": _json(sets={"regions": {"a": [DOT]}}),
    "a face whose box is a text": _json(regions={"r": {"at": [DOT], "area": [{"v": "here", "at": DOT}]}}),
    "a face whose box has one side": _json(regions={"r": {"at": [DOT], "area": [{"v": [1], "at": DOT}]}}),
    "a face whose name is a number": _json(regions={"r": {"at": [DOT], "name": [{"v": 5, "at": DOT}]}}),
    "a face whose type is an object": _json(regions={"r": {"at": [DOT], "type": [{"v": {}, "at": DOT}]}}),
    "a face on a picture of texts": _json(
        regions={"r": {"at": [DOT], "applied": [{"v": ["w", "h"], "at": DOT}]}}
    ),
    "a face that looks like a part of one": _json(regions={"r/name": {"at": [DOT]}}),
    "a tag in two normal forms": _json(sets={"tags": {"e\u0301": [DOT], "\u00e9": [LATER]}}),
    "a candidate twice": _json(fields={"title": [{"v": "a", "at": DOT}, {"v": "b", "at": DOT}]}),
    "a title that is a number": _json(fields={"title": [{"v": 5, "at": DOT}]}),
    "a rating in letters": _json(fields={"rating": [{"v": "5", "at": DOT}]}),
    "a date that is none": _json(fields={"taken": [{"v": "2021", "at": DOT}]}),
    "a day that is none": _json(
        fields={"taken": [{"v": {"local": "2021-02-30", "offset": None}, "at": DOT}]}
    ),
    "a position off the earth": _json(fields={"gps": [{"v": {"lat": 91, "lon": 0, "alt": None}, "at": DOT}]}),
    "creators that are a number": _json(fields={"creator": [{"v": 1, "at": DOT}]}),
    "an author that is a list": _json(fields={"title": [{"v": "a", "at": DOT, "by": []}]}),
    "sets that are a list": _json(sets=[]),
    "a set that is a list": _json(sets={"tags": ["a"]}),
    "an element without list": _json(sets={"tags": {"a": DOT}}),
    "an element with a bad dot": _json(sets={"tags": {"a": ["x"]}}),
    "an element with two bad dots": _json(sets={"tags": {"a": [1, 2]}}),
    "an album that is a text": _json(albums={"a": "x"}),
    "an album whose title is none": _json(albums={"a": {"at": [DOT], "title": 1}}),
    "an album's titles that are a list": _json(albums={"a": {"at": [DOT], "titles": []}}),
    "an album's title that says nothing": _json(albums={"a": {"at": [DOT], "titles": {DOT: {"at": DOT}}}}),
    "an album's title that is a number": _json(
        albums={"a": {"at": [DOT], "titles": {DOT: {"v": 1, "at": DOT}}}}
    ),
    "a region that is a list": _json(regions={"a": []}),
    "a trash that is a text": _json(trash="trashed"),
    "stale of another form": _json(stale={"rating": [2]}),
    "stale with a bad dot": _json(stale={"rating": {"x": 2}}),
    "a record without id": _json(xmp=[{"file": "a", "by": "us"}]),
    "a record by nobody": _json(xmp=[{"id": DOT, "file": "a", "by": "them"}]),
    "a record with numbers": _json(xmp=[{"id": DOT, "file": "a", "by": "us", "has": {"rating": 3}}]),
    "a record twice": _json(xmp=[{"id": DOT, "file": "a", "by": "us"}] * 2),
    "a history of another form": _json(history=[[]]),
    "a history without field": _json(history=[{"at": DOT}]),
    "a history with a count in letters": _json(history=[{"at": DOT, "field": "title", "of": "80"}]),
    "a history with a bad dot": _json(history=[{"at": "x", "field": "title"}]),
    "too large": b'{"x": "' + b"a" * (17 << 20) + b'"}',
}


@pytest.mark.parametrize("what", BAD)
def test_what_is_no_ledger_is_refused_with_a_reason(what: str) -> None:
    with pytest.raises(Unreadable) as refused:
        codec.read(BAD[what])
    assert refused.value.reason.startswith("the ledger")


def test_a_face_of_which_no_box_is_known_is_kept_and_neither_shown_nor_written() -> None:
    held = codec.read(
        _json(regions={"r1": {"at": [DOT], "id": [{"v": 5, "at": DOT}], "shape": [{"v": "o", "at": DOT}]}})
    )
    assert list(codec.read(codec.write(held)).regions["r1"].members) == ["id", "shape"]
    assert show(held).fields == {}
    group = Group(ASSET, [held], files=[File("a.jpg.xmp", is_there=False)])
    steps = plan(group, Here(single=True, now_ms=5, node="n", site="s")).steps
    assert not any(isinstance(step, WriteMirror) for step in steps)


def test_any_cut_of_a_ledger_is_refused() -> None:
    data = codec.write(FULL)
    for end in range(0, len(data) - 1, 7):
        with pytest.raises(Unreadable):
            codec.read(data[:end])


def test_values_of_a_hand_made_ledger_come_in_their_form() -> None:
    taken = {"local": "2021-06-01T12:00:00.500", "offset": "Z"}
    held = codec.read(_json(fields={"taken": [{"v": taken, "at": DOT}]}))
    assert held.fields["taken"][0].v == {"local": "2021-06-01T12:00:00.5", "offset": "+00:00"}


def test_what_a_person_may_say_of_1970_is_kept() -> None:
    taken = {"local": "1970-01-01T00:00:00", "offset": None}
    ledger = edit(Ledger(ASSET), [Change("taken", "set", taken)], now_ms=1, node="n", by="alice")
    assert codec.read(codec.write(ledger)).fields["taken"][0].v == taken


def test_empty_members_are_as_good_as_none() -> None:
    empty = _json(
        seen=[], fields={"title": []}, sets={"tags": {"a": []}}, albums={}, regions={}, trash=[], xmp=[]
    )
    assert codec.read(empty) == Ledger(ASSET)
