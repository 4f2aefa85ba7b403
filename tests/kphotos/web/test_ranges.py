"""Exact bytes for every range there is, and no name that breaks out of its header."""

from __future__ import annotations

import io

import pytest
from flask import Flask, Response
from werkzeug.exceptions import RequestedRangeNotSatisfiable

from kphotos.web import ranges

DATA = bytes(range(256)) * 10


class FakeFile(io.BytesIO):
    """An original on a disk."""


def fetch(method: str = "GET", **headers: str) -> tuple[Response, bytes, FakeFile]:
    file = FakeFile(DATA)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    with Flask("x").test_request_context("/", method=method, headers=named):
        response = ranges.send(file, len(DATA), "e1", "image/jpeg")
        body = b"".join(response.iter_encoded())
        response.close()
    return response, body, file


@pytest.mark.parametrize(
    ("asked", "start", "stop"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=0-", 0, 2560),
        ("bytes=10-19", 10, 20),
        ("bytes=2550-99999999999999999999", 2550, 2560),
        ("bytes=-5", 2555, 2560),
        ("bytes=-99999", 0, 2560),
    ],
)
def test_a_range_is_those_bytes_and_no_others(asked: str, start: int, stop: int) -> None:
    response, body, file = fetch(Range=asked)
    assert body == DATA[start:stop]
    assert response.content_length == stop - start
    if stop - start < len(DATA):
        assert response.status_code == 206
        assert response.headers["Content-Range"] == f"bytes {start}-{stop - 1}/2560"
    assert file.closed


@pytest.mark.parametrize("asked", ["bytes=2560-", "bytes=9999-10000", "bytes=0-1,5-6"])
def test_an_absurd_or_multiple_range_is_416(asked: str) -> None:
    with pytest.raises(RequestedRangeNotSatisfiable) as refusal:
        fetch(Range=asked)
    assert ("Content-Range", "bytes */2560") in refusal.value.get_headers()


@pytest.mark.parametrize(
    "asked", ["bytes=5-2", "bytes=x-", "pages=1-2", "bytes", "bytes=--5", "bytes=0-1,0-1"]
)
def test_what_is_no_range_is_ignored(asked: str) -> None:
    response, body, _ = fetch(Range=asked)
    assert (response.status_code, body) == (200, DATA)


def test_a_part_of_other_bytes_is_not_continued() -> None:
    assert fetch(Range="bytes=5-6", If_Range='"e1"')[0].status_code == 206
    for other in ('"e0"', 'W/"e0"', "Sat, 01 Jan 2000 00:00:00 GMT", "nonsense"):
        response, body, _ = fetch(Range="bytes=5-6", If_Range=other)
        assert (response.status_code, body) == (200, DATA)


def test_the_same_bytes_are_not_sent_twice() -> None:
    response, body, file = fetch(If_None_Match='"e1"')
    assert (response.status_code, body, file.closed) == (304, b"", True)
    assert fetch(If_None_Match='"e0"')[0].status_code == 200


def test_the_window_never_reads_past_its_end() -> None:
    window = ranges.Window(FakeFile(DATA), 10, 30)
    assert window.seek(0, io.SEEK_END) == 20
    assert window.read() == b""
    window.seek(15)
    assert window.read(100) == DATA[25:30]
    window.seek(500)
    assert window.read(100) == b""


@pytest.mark.parametrize(
    "name", ["a\r\nSet-Cookie: x=1.jpg", 'a"; b.jpg', "Zoë 海.jpg", "\udcff.jpg", "", "a/b\\c.jpg"]
)
def test_no_name_breaks_out_of_its_header(name: str) -> None:
    header = ranges.disposition(name, inline=False)
    assert header.isascii()
    assert header.isprintable()
    assert header.count('"') == 2
    response = Response()
    response.headers["Content-Disposition"] = header
    assert header.startswith("attachment; ")


def test_only_pictures_and_films_are_shown_inline() -> None:
    assert ranges.kind_of("IMG_1.JPG") == "image/jpeg"
    for name in ("x.svg", "x.html", "x.jpg.html", "x", "x.xmp", "x.pdf", ".jpg.js"):
        assert ranges.kind_of(name) is None
