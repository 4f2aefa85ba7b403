"""Any name a disk can hold survives as text, and comes back."""

from __future__ import annotations

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.core.names import escape, unescape

KNOWN = {
    "2021/IMG_1.JPG": "2021/IMG_1.JPG",
    "Fête/é.jpg": "Fête/é.jpg",
    "a\nb": r"a\x0ab",
    "a\\b": r"a\\b",
    r"a\x0ab": r"a\\x0ab",
    os.fsdecode(b"caf\xe9.jpg"): r"caf\xe9.jpg",
    "a\x7f\x85\u2028": r"a\x7f\u0085\u2028",
}


@pytest.mark.parametrize("path", KNOWN)
def test_the_escaped_form(path: str) -> None:
    assert escape(path) == KNOWN[path]


@given(st.binary(max_size=40))
def test_every_name_of_bytes_comes_back(name: bytes) -> None:
    path = os.fsdecode(name)
    written = escape(path)
    written.encode()
    assert not any(ord(char) < 32 for char in written)
    assert os.fsencode(unescape(written)) == name


@given(st.text(max_size=20), st.text(max_size=20))
def test_two_names_never_meet(one: str, other: str) -> None:
    assert (escape(one) == escape(other)) == (one == other)


@pytest.mark.parametrize("text", ["\\", "a\\y", "\\x0", "\\\\\\"])
def test_a_stray_backslash_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="backslash"):
        unescape(text)
