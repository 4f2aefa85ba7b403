"""Paths as text: any byte name a disk can hold, written so that JSON, SQL, URLs and people survive it.

A path is a `str` from `os.fsdecode` (undecodable bytes are lone surrogates). Escaped text is plain
Unicode on one line: a backslash doubles, `\\xNN` is a raw byte (80-FF) or a control character (00-1F,
7F), `\\uNNNN` any other character that would break a line or an encoder. Nothing is normalised: NFC
and NFD twins stay two names.
"""

from __future__ import annotations

import re

_UNSAFE = re.compile("[\\\\\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_ESCAPE = re.compile(r"\\(\\|x[0-9a-f]{2}|u[0-9a-f]{4})")


def escape(path: str) -> str:
    """Return the path as safe text; plain names come back as they are."""
    return _UNSAFE.sub(_escaped, path)


def unescape(text: str) -> str:
    """Return the path that `escape` made the text from; a stray backslash raises ValueError."""
    if text.count("\\") != sum(2 if m[1] == "\\" else 1 for m in _ESCAPE.finditer(text)):
        raise ValueError("a backslash that starts no escape")
    return _ESCAPE.sub(_plain, text)


def _escaped(match: re.Match[str]) -> str:
    char = match[0]
    code = ord(char)
    if char == "\\":
        return "\\\\"
    if code < 0x80:
        return f"\\x{code:02x}"
    if 0xDC80 <= code <= 0xDCFF:
        return f"\\x{code - 0xDC00:02x}"
    return f"\\u{code:04x}"


def _plain(match: re.Match[str]) -> str:
    escaped = match[1]
    if escaped == "\\":
        return "\\"
    code = int(escaped[1:], 16)
    return chr(code + 0xDC00) if escaped[0] == "x" and code >= 0x80 else chr(code)
