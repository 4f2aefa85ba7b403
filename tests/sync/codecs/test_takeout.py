"""What Takeout's JSON says, in our form; whatever else comes under that name is refused or ignored."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest

from sync.codecs import takeout
from sync.errors import Unreadable

LIKE_GOOGLES: dict[str, Any] = {
    "title": "IMG_1.jpg",
    "description": "Boats on the lake",
    "imageViews": "3",
    "creationTime": {"timestamp": "1622650000", "formatted": "2 Jun 2021, 16:06:40 UTC"},
    "photoTakenTime": {"timestamp": "1622543696", "formatted": "1 Jun 2021, 10:34:56 UTC"},
    "geoData": {"latitude": 46.5, "longitude": 9.25, "altitude": 1800.4, "latitudeSpan": 0.0},
    "geoDataExif": {"latitude": 1.0, "longitude": 2.0, "altitude": 0.0},
    "people": [{"name": "Bob"}, {"name": "Alice"}],
    "url": "https://photos.google.com/photo/x",
    "favorited": True,
    "googlePhotosOrigin": {"mobileUpload": {"deviceType": "ANDROID_PHONE"}},
}


def said(**changes: Any) -> takeout.Takeout:
    found = takeout.read(json.dumps({**LIKE_GOOGLES, **changes}).encode())
    assert found is not None
    return found


def test_it_says_description_moment_place_and_people() -> None:
    assert said() == takeout.Takeout(
        "IMG_1.jpg",
        {
            "description": "Boats on the lake",
            "taken": {"local": "2021-06-01T10:34:56", "offset": "+00:00"},
            "gps": {"lat": 46.5, "lon": 9.25, "alt": 1800.4},
            "people": ("Alice", "Bob"),
        },
        ("favorited",),
    )


@pytest.mark.parametrize(
    ("changes", "field", "value"),
    [
        ({"geoData": {"latitude": 0.0, "longitude": 0.0}}, "gps", {"lat": 1.0, "lon": 2.0, "alt": None}),
        ({"geoData": None, "geoDataExif": {"latitude": 0, "longitude": 0.0}}, "gps", None),
        ({"geoData": {"latitude": 0.0, "longitude": 9.0}}, "gps", {"lat": 0.0, "lon": 9.0, "alt": None}),
        ({"geoData": {"latitude": 91, "longitude": 9}, "geoDataExif": 1}, "gps", None),
        ({"geoData": {"latitude": "1", "longitude": True}, "geoDataExif": []}, "gps", None),
        (
            {"photoTakenTime": {"timestamp": "-3600"}},
            "taken",
            {"local": "1969-12-31T23:00:00", "offset": "+00:00"},
        ),
        ({"photoTakenTime": {"timestamp": "0"}}, "taken", None),
        ({"photoTakenTime": {"timestamp": "soon"}}, "taken", None),
        ({"photoTakenTime": {"timestamp": "9" * 18}}, "taken", None),
        ({"photoTakenTime": {"timestamp": "9" * 9999}}, "taken", None),
        ({"photoTakenTime": "1622543696"}, "taken", None),
        ({"description": "  "}, "description", None),
        ({"description": {"text": "no"}}, "description", None),
        ({"description": "a\u0000b\r\nc"}, "description", "ab\nc"),
        ({"people": [{"name": "Ana"}, {"name": 7}, "x", {}]}, "people", ("Ana",)),
        ({"people": {"name": "Ana"}}, "people", None),
        ({"people": []}, "people", None),
    ],
)
def test_a_field_comes_to(changes: dict[str, Any], field: str, value: Any) -> None:
    assert said(**changes).content.get(field) == value


def test_what_google_did_with_its_copy_is_told_and_deletes_nothing() -> None:
    assert said(favorited=False, archived=True, trashed=True).said == ("archived", "trashed")
    assert said(favorited="yes", archived=1).said == ()


@pytest.mark.parametrize(
    "data", [b"{}", b"[]", b"7", b'"IMG_1.jpg"', b'{"title": "Italy"}', b'{"title": 7, "url": ""}', b"null"]
)
def test_other_json_is_no_photos(data: bytes) -> None:
    assert takeout.read(data) is None


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"\xff\xfe{\x00}\x00",
        b"[" * 100_000,
        b'{"title":' * 100_000,
        b'{"title": "a", "url": NaN}',
        b'{"title": "a", "url": ' + b"9" * 5000 + b"}",
        b" " * (takeout.LARGEST + 1),
    ],
    ids=["empty", "torn", "UTF-16", "deep", "deep objects", "NaN", "a long number", "large"],
)
def test_what_is_no_json_is_refused_with_a_reason(data: bytes) -> None:
    with pytest.raises(Unreadable) as refused:
        takeout.read(data)
    assert refused.value.reason


def test_a_mark_in_front_is_no_matter() -> None:
    assert takeout.read(b"\xef\xbb\xbf" + json.dumps(LIKE_GOOGLES).encode()) == said()


def test_accidents_come_to_a_reading_or_a_refusal() -> None:
    chance, whole = random.Random(2026), json.dumps(LIKE_GOOGLES).encode()
    outcomes = set()
    for _ in range(2000):
        data = bytearray(whole)
        for _ in range(chance.randint(1, 4)):
            at = chance.randrange(len(data))
            data[at : at + chance.randint(0, 5)] = chance.choice(
                [b"", b"[", b"}", b"\0", b'"', b"1e999", b"\xff"]
            )
        try:
            outcomes.add(type(takeout.read(bytes(data))).__name__)
        except Unreadable:
            outcomes.add("refused")
    assert outcomes == {"Takeout", "NoneType", "refused"}
