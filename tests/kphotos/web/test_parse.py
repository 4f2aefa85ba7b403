"""What a request's JSON may be, and everything that is refused instead of guessed."""

from __future__ import annotations

import json

import pytest
from flask import Flask
from werkzeug.exceptions import RequestEntityTooLarge, UnsupportedMediaType

from kphotos.errors import Invalid
from kphotos.web import parse

REFUSED = {
    "nothing": b"",
    "half of it": b'{"a": ',
    "two values": b"{} {}",
    "not UTF-8": b'{"a": "\xff"}',
    "UTF-16": '{"a": 1}'.encode("utf-16"),
    "a byte order mark": b'\xef\xbb\xbf{"a": 1}',
    "twins": b'{"a": 1, "a": 2}',
    "twins within": b'{"a": {"b": 1, "b": 1}}',
    "not a number": b'{"a": NaN}',
    "infinity": b'{"a": -Infinity}',
    "infinity by overflow": b'{"a": 1e999}',
    "an integer of 65 bits": b'{"a": 18446744073709551616}',
    "an integer of 5,000 digits": b'{"a": ' + b"9" * 5000 + b"}",
    "a lone surrogate": b'{"a": "\\ud800"}',
    "a lone surrogate as a name": b'{"\\udfff": 1}',
    "nesting beyond the limit": b"[" * 33 + b"]" * 33,
    "nesting beyond the stack": b"[" * 200_000 + b"]" * 200_000,
    "a comment": b'{"a": 1} // no',
}


@pytest.mark.parametrize("data", REFUSED.values(), ids=REFUSED.keys())
def test_what_readers_disagree_about_is_refused(data: bytes) -> None:
    with pytest.raises(Invalid) as refusal:
        parse.json_value(data)
    assert refusal.value.field == "body"


def test_honest_json_comes_through_whole() -> None:
    value = {"a": [1, -(2**63) + 1, 2.5, "Zoë 🜚", None, True, {"__proto__": {"constructor": ""}}]}
    assert parse.json_value(json.dumps(value).encode()) == value
    assert parse.json_value(b"[" * 32 + b"]" * 32) is not None


def test_a_body_has_exactly_the_members_asked_for() -> None:
    def sent(data: object, kind: str = "application/json", **headers: str) -> dict[str, object]:
        body = data if isinstance(data, bytes) else json.dumps(data).encode()
        with Flask("x").test_request_context(
            "/", method="POST", data=body, content_type=kind, headers=headers
        ):
            return parse.body({"name": str, "count": int}, required=("name",), limit=100)

    assert sent({"name": "Ana"}) == {"name": "Ana"}
    assert sent({"name": "Ana", "count": 3}, "application/json; charset=utf-8")["count"] == 3
    for wrong, field in (
        ({"name": "Ana", "role": "admin"}, "role"),
        ({}, "name"),
        ({"name": 5}, "name"),
        ({"name": None}, "name"),
        ({"name": "Ana", "count": True}, "count"),
        ({"name": "Ana", "count": 1.0}, "count"),
        ([], "body"),
    ):
        with pytest.raises(Invalid) as refusal:
            sent(wrong)
        assert refusal.value.field == field
    with pytest.raises(UnsupportedMediaType):
        sent({"name": "Ana"}, "text/plain")
    with pytest.raises(UnsupportedMediaType):
        sent({"name": "Ana"}, **{"Content-Encoding": "gzip"})
    with pytest.raises(RequestEntityTooLarge):
        sent({"name": "A" * 200})


@pytest.mark.parametrize("text", ["-1", "1.0", "1e3", "", " 1", "١", "9" * 30, "10", "0x1", "NaN", "+1"])
def test_a_number_outside_its_bounds_is_refused(text: str) -> None:
    with (
        Flask("x").test_request_context("/", query_string={"n": text}),
        pytest.raises(Invalid),
    ):
        parse.number("n", low=0, high=9)


def test_numbers_and_texts_of_the_query() -> None:
    with Flask("x").test_request_context("/?n=7&t=Par%C3%ADs"):
        assert parse.number("n", high=9) == 7
        assert parse.number("m", 4) == 4
        assert parse.text("t") == "París"
        with pytest.raises(Invalid):
            parse.number("m")
    with Flask("x").test_request_context("/?t=a%0d%0ab"), pytest.raises(Invalid):
        parse.text("t")
