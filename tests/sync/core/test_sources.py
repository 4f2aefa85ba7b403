"""Which of the properties that say the same thing wins, case by case."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from sync.core import sources
from sync.core.absorb import absorb
from sync.core.keys import hashed, keyed
from sync.core.model import Candidate, Ledger, Record, Sight
from sync.core.show import show
from sync.core.values import digest

PARIS, ROME, BEACH = "Places/Paris", "Places/Rome", "beach"
TAGS, LR, FLAT = "digiKam:TagsList", "lr:hierarchicalSubject", "dc:subject"
OURS = {TAGS: (PARIS, BEACH), LR: (PARIS, BEACH), FLAT: ("Places", "Paris", "beach")}
COMMA = {TAGS: (PARIS, "Lake, Garda"), LR: (PARIS, "Lake, Garda"), FLAT: ("Places", "Paris", "Lake, Garda")}
NOON = {"local": "2021-06-01T12:00:00.5", "offset": "+02:00"}
NOON_WITHOUT = {"local": "2021-06-01T12:00:00.5", "offset": None}
ONE = {"local": "2021-06-01T13:00:00", "offset": None}
DTO, CREATED = "exif:DateTimeOriginal", "photoshop:DateCreated"
SAME = "as it was"


@dataclass
class Case:
    what: str
    name: str
    before: Mapping[str, Any] | None
    now: Mapping[str, Any]
    value: Any
    tool: str | None = None
    repaired: bool = False
    was: Any = field(default="by order of preference")


CASES = [
    # first sight
    Case(
        "at first sight the first of the order",
        "description",
        None,
        {"tiff:ImageDescription": "t", "dc:description": "d"},
        "d",
    ),
    Case(
        "or the next that is there", "description", None, {"exif:UserComment": "u", "acdsee:notes": "n"}, "u"
    ),
    Case(
        "at first sight all tags together",
        "tags",
        None,
        {TAGS: (PARIS,), LR: (ROME,), FLAT: ("Places", "beach")},
        (PARIS, ROME, BEACH),
    ),
    Case(
        "a flat name that is a node is no tag",
        "tags",
        None,
        {LR: (PARIS,), FLAT: ("Paris", "Places")},
        (PARIS,),
    ),
    Case("nor one in another case", "tags", None, {LR: (PARIS,), FLAT: ("paris",)}, (PARIS,)),
    Case("flat tags alone", "tags", None, {FLAT: ("beach", "sun")}, (BEACH, "sun")),
    Case(
        "at first sight the label of the order",
        "label",
        None,
        {"darktable:colorlabels": "Red", "xmp:Label": "Blue"},
        "Blue",
    ),
    Case("nothing is absent", "title", None, {}, None),
    # the property that changed wins
    Case(
        "nothing changed",
        "description",
        {"dc:description": "d", "tiff:ImageDescription": "t"},
        {"dc:description": "d", "tiff:ImageDescription": "t"},
        SAME,
    ),
    Case(
        "the first changed",
        "description",
        {"dc:description": "d", "tiff:ImageDescription": "d"},
        {"dc:description": "x", "tiff:ImageDescription": "d"},
        "x",
    ),
    Case(
        "the second changed",
        "description",
        {"dc:description": "d", "tiff:ImageDescription": "d"},
        {"dc:description": "d", "tiff:ImageDescription": "x"},
        "x",
    ),
    Case(
        "both changed: the order",
        "description",
        {"dc:description": "d", "tiff:ImageDescription": "d"},
        {"dc:description": "x", "tiff:ImageDescription": "y"},
        "x",
    ),
    Case(
        "a stale one brought into line is no change",
        "description",
        {"dc:description": "d", "tiff:ImageDescription": "t"},
        {"dc:description": "d", "tiff:ImageDescription": "d"},
        SAME,
    ),
    Case(
        "the first gone is a clear",
        "description",
        {"dc:description": "d", "tiff:ImageDescription": "d"},
        {"tiff:ImageDescription": "d"},
        None,
    ),
    Case(
        "the second gone is none",
        "description",
        {"dc:description": "d", "tiff:ImageDescription": "d"},
        {"dc:description": "d"},
        SAME,
    ),
    Case("all gone is a clear", "title", {"dc:title": "d"}, {}, None),
    Case(
        "a new alias with the same value",
        "rating",
        {"xmp:Rating": 3},
        {"xmp:Rating": 3, "MicrosoftPhoto:Rating": 3},
        SAME,
    ),
    Case(
        "an alias that changed",
        "rating",
        {"xmp:Rating": 3, "acdsee:rating": 3},
        {"xmp:Rating": 3, "acdsee:rating": 5},
        5,
    ),
    Case("a rating of zero is a value", "rating", {"xmp:Rating": 3}, {"xmp:Rating": 0}, 0),
    Case(
        "darktable's label against a stale xmp:Label",
        "label",
        {"xmp:Label": "Red", "darktable:colorlabels": "Red"},
        {"xmp:Label": "Red", "darktable:colorlabels": "Green"},
        "Green",
    ),
    Case(
        "darktable's label where there was none of its own",
        "label",
        {"xmp:Label": "Red"},
        {"xmp:Label": "Red", "darktable:colorlabels": "Green"},
        "Green",
    ),
    Case(
        "darktable's label taken away",
        "label",
        {"xmp:Label": "Red", "darktable:colorlabels": "Red"},
        {"xmp:Label": "Red"},
        None,
    ),
    Case(
        "digiKam's label",
        "label",
        {"xmp:Label": "Red", "digiKam:ColorLabel": "Red"},
        {"xmp:Label": "Blue", "digiKam:ColorLabel": "Blue"},
        "Blue",
    ),
    Case("a pick taken away", "pick", {"xmpDM:pick": 1, "digiKam:PickLabel": 1}, {"xmpDM:pick": 1}, None),
    # tags
    Case("tags as they were", "tags", OURS, OURS, SAME),
    Case(
        "a tag removed in darktable stays removed beside a stale TagsList",
        "tags",
        OURS,
        {**OURS, LR: (BEACH,), FLAT: ("beach",)},
        (BEACH,),
        "darktable",
    ),
    Case(
        "a tag added in darktable",
        "tags",
        OURS,
        {**OURS, LR: (PARIS, ROME, BEACH), FLAT: ("Places", "Paris", "Rome", "beach")},
        (PARIS, ROME, BEACH),
        "darktable",
    ),
    Case("every tag removed in darktable", "tags", OURS, {TAGS: OURS[TAGS]}, None, "darktable"),
    Case(
        "a tag added by Immich in TagsList alone",
        "tags",
        OURS,
        {**OURS, TAGS: (PARIS, BEACH, ROME)},
        (PARIS, ROME, BEACH),
    ),
    Case("digiKam leaves the leaves in dc:subject", "tags", OURS, {**OURS, FLAT: ("Paris", "beach")}, SAME),
    Case(
        "digiKam's own edit, all lists",
        "tags",
        OURS,
        {TAGS: (ROME,), LR: (ROME,), FLAT: ("Rome",)},
        (ROME,),
        "digiKam",
    ),
    Case(
        "a flat tag added",
        "tags",
        OURS,
        {**OURS, FLAT: ("Places", "Paris", "beach", "sun")},
        (PARIS, BEACH, "sun"),
    ),
    Case("a flat tag removed", "tags", OURS, {**OURS, FLAT: ("Places", "Paris")}, (PARIS,)),
    Case("one list forgotten", "tags", OURS, {LR: OURS[LR], FLAT: OURS[FLAT]}, SAME),
    Case("dc:subject forgotten", "tags", OURS, {TAGS: OURS[TAGS], LR: OURS[LR]}, SAME),
    Case("all lists gone", "tags", OURS, {}, None),
    Case("only flat tags, all gone", "tags", {FLAT: ("beach",)}, {}, None),
    Case("only flat tags, one more", "tags", {FLAT: ("beach",)}, {FLAT: ("beach", "sun")}, (BEACH, "sun")),
    Case(
        "darktable's import drops flat tags",
        "tags",
        {LR: (PARIS,), FLAT: ("Paris", "beach")},
        {LR: (PARIS,), FLAT: ("Places", "Paris")},
        SAME,
        "darktable",
        True,
    ),
    Case(
        "and an edit with it",
        "tags",
        {LR: (PARIS,), FLAT: ("Paris", "beach")},
        {LR: (ROME,), FLAT: ("Places", "Rome")},
        (ROME, BEACH),
        "darktable",
        True,
    ),
    Case(
        "darktable cuts a tag at its comma",
        "tags",
        COMMA,
        {**COMMA, LR: (PARIS, "Lake"), FLAT: ("Places", "Paris", "Lake")},
        SAME,
        "darktable",
        True,
    ),
    Case(
        "and an edit with it",
        "tags",
        COMMA,
        {**COMMA, LR: (ROME, "Lake"), FLAT: ("Places", "Rome", "Lake")},
        ("Lake, Garda", ROME),
        "darktable",
        True,
    ),
    Case(
        "of a tag and what it is cut to both stay",
        "tags",
        {LR: ("Lake", "Lake, Garda"), FLAT: ("Lake", "Lake, Garda")},
        {LR: ("Lake",), FLAT: ("Lake",)},
        SAME,
        "darktable",
        True,
    ),
    Case(
        "a tag with a comma removed in darktable",
        "tags",
        COMMA,
        {**COMMA, LR: (PARIS,), FLAT: ("Places", "Paris")},
        (PARIS,),
        "darktable",
    ),
    Case(
        "another program may shorten a tag",
        "tags",
        COMMA,
        {**COMMA, LR: (PARIS, "Lake"), FLAT: ("Places", "Paris", "Lake")},
        ("Lake", PARIS),
        "exiftool",
    ),
    Case(
        "another program may remove them",
        "tags",
        {LR: (PARIS,), FLAT: ("Paris", "beach")},
        {LR: (PARIS,), FLAT: ("Paris",)},
        (PARIS,),
        "exiftool",
    ),
    Case(
        "flat tags beside a changed list stay",
        "tags",
        {LR: (PARIS,), FLAT: ("Paris", "beach")},
        {LR: (ROME,), FLAT: ("Paris", "beach")},
        (ROME, BEACH),
    ),
    Case(
        "what dc:subject lacked was not removed there",
        "tags",
        {TAGS: (PARIS, ROME), FLAT: ("Paris",)},
        {TAGS: (PARIS, ROME), FLAT: ("Paris", "sun")},
        (PARIS, ROME, "sun"),
    ),
    # known harms
    Case(
        "a lost zone",
        "taken",
        {DTO: NOON, CREATED: NOON},
        {DTO: NOON_WITHOUT, CREATED: NOON},
        SAME,
        "darktable",
        True,
    ),
    Case(
        "a lost zone in a property of its own",
        "taken",
        {DTO: NOON},
        {DTO: NOON, CREATED: NOON_WITHOUT},
        SAME,
        None,
        True,
    ),
    Case(
        "a lost zone on one side, an edit on the other",
        "taken",
        {DTO: NOON, CREATED: NOON},
        {DTO: NOON_WITHOUT, CREATED: ONE},
        ONE,
        None,
        True,
    ),
    Case("a new time", "taken", {DTO: NOON, CREATED: NOON}, {DTO: ONE, CREATED: NOON}, ONE),
    Case("a zone where none was", "taken", {DTO: NOON_WITHOUT}, {DTO: NOON}, NOON),
    Case("DateCreated gone alone", "taken", {DTO: NOON, CREATED: NOON}, {DTO: NOON}, SAME),
    Case("one star from nothing, by darktable", "rating", {}, {"xmp:Rating": 1}, SAME, "darktable", True),
    Case("one star from nothing, by somebody else", "rating", {}, {"xmp:Rating": 1}, 1, "digiKam"),
    Case("two stars from nothing, by darktable", "rating", {}, {"xmp:Rating": 2}, 2, "darktable"),
    Case(
        "from two stars to one, by darktable", "rating", {"xmp:Rating": 2}, {"xmp:Rating": 1}, 1, "darktable"
    ),
    Case(
        "glued creators",
        "creator",
        {"dc:creator": ["Ana", "Beto"]},
        {"dc:creator": ["Ana, Beto"]},
        SAME,
        "darktable",
        True,
    ),
    Case(
        "languages stuck together",
        "title",
        {"dc:title": "Lake"},
        {"dc:title": 'Lake, lang="de-DE" See, lang="pt-BR" Lago'},
        SAME,
        "darktable",
        True,
    ),
    Case(
        "a new title with languages stuck to it",
        "title",
        {"dc:title": "Lake"},
        {"dc:title": 'Sea, lang="de-DE" See'},
        'Sea, lang="de-DE" See',
        "darktable",
    ),
    Case("another creator", "creator", {"dc:creator": ["Ana", "Beto"]}, {"dc:creator": ["Ana"]}, ["Ana"]),
    Case(
        "names of people",
        "people",
        {"Iptc4xmpExt:PersonInImage": ("Ana",)},
        {"Iptc4xmpExt:PersonInImage": ("Ana", "Beto")},
        ("Ana", "Beto"),
    ),
    Case("names of people gone", "people", {"Iptc4xmpExt:PersonInImage": ("Ana",)}, {}, None),
]


def _record(name: str, before: Mapping[str, Any]) -> Record:
    """The record of a file that also has a title, so that it remembers properties at all."""
    found = {"title": {"dc:title": "T"}, **({name: before} if before else {})}
    if name == "title":
        found = {"title": before, "rating": {"xmp:Rating": 1}}
    has = hashed(keyed(sources.resolve(found)))
    return Record("00000000100-x", "a.xmp", None, has, sources.properties(found, has))


@pytest.mark.parametrize("what", CASES, ids=[held.what for held in CASES])
def test_the_property_that_changed_wins(what: Case) -> None:
    if what.before is None:
        content = sources.resolve({what.name: what.now} if what.now else {})
        assert content.get(what.name) == what.value
        return
    record = _record(what.name, what.before)
    rest = {"rating": {"xmp:Rating": 1}} if what.name == "title" else {"title": {"dc:title": "T"}}
    found = {**rest, **({what.name: what.now} if what.now else {})}
    content = sources.resolve(found, record, what.tool)
    if what.value == SAME:
        assert what.name not in content
    else:
        assert content == {what.name: what.value}
    reading = sources.read(found, record, None, what.tool)
    assert bool(reading.repaired) == what.repaired
    if what.value == SAME:
        assert reading.has == record.has


def test_after_a_look_the_same_file_says_nothing_new() -> None:
    """A stale property, once seen, stays unremarkable: it does not bring a removed tag back."""
    for what in CASES:
        if what.before is None or not what.now:
            continue
        record = _record(what.name, what.before)
        rest = {"rating": {"xmp:Rating": 1}} if what.name == "title" else {"title": {"dc:title": "T"}}
        found = {**rest, what.name: what.now}
        reading = sources.read(found, record, None, what.tool)
        src = sources.properties(found, reading.has)
        again = sources.read(found, Record("00000000200-x", "a.xmp", None, reading.has, src), None, what.tool)
        assert again.has == reading.has, what.what
        assert not again.values, what.what


def test_a_field_of_a_later_k_photos_is_not_cleared_by_who_never_wrote_it() -> None:
    held = Ledger("0" * 32, fields={"headline": (Candidate("Hi", "00000000500-n", by="alice"),)})
    held = replace(held, seen=frozenset({"00000000500-n"}))
    before = Record("00000000600-n", "a.xmp", None, {"headline": digest("Hi")}, by="tool", sum="before")
    sight = Sight("a.xmp", "main", None, {"rating": {"xmp:Rating": 4}}, "after")
    taken = absorb(
        replace(held, xmp=(before,)), sight, single=True, hint=before.has, now_ms=9_000, node="n", site="s"
    )
    assert (taken.edits, taken.stale) == (("rating",), ())
    assert show(taken.ledger).value("headline") == "Hi"
