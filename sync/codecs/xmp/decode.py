"""Bytes of a sidecar -> UTF-8 without BOM or trailing NULs, whatever encoding the tool chose."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from sync.errors import Unreadable

LARGEST = 8 * 1024 * 1024  # bytes of a sidecar; a darktable history with masks reaches a few MiB

_BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_BARE = (  # "<" followed by "?", "x", "!" or a blank, without a BOM
    (re.compile(rb"\x00\x00\x00<\x00\x00\x00"), "utf-32-be"),
    (re.compile(rb"<\x00\x00\x00[^\x00]\x00\x00\x00"), "utf-32-le"),
    (re.compile(rb"\x00<\x00"), "utf-16-be"),
    (re.compile(rb"<\x00[^\x00]\x00"), "utf-16-le"),
)
_DECLARED = re.compile(rb"""^\s*<\?xml[^>]*?\bencoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
_ENCODING = re.compile(r"""^(\s*<\?xml[^>]*?\bencoding\s*=\s*["'])([A-Za-z0-9._-]+)(["'])""")
_WIDE = re.compile(r"^(utf-?(16|32)|ucs-?[24]|iso-?10646)", re.IGNORECASE)
_EIGHT_BIT = re.compile(r"^(us-ascii|ascii|latin-?1|iso-?8859-\d{1,2}|(windows-|cp)125\d)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Decoded:
    """A sidecar's text as UTF-8; `guessed` says that its encoding could only be guessed."""

    body: bytes
    bom: bytes = b""
    guessed: bool = False


def decode(data: bytes) -> Decoded:
    """UTF-8/16/32 by BOM or declaration, a declared 8-bit code page, Latin-1 as the last resort.

    Raises Unreadable for what is too large, empty, blank or declares an encoding we do not know.
    """
    if len(data) > LARGEST:
        raise Unreadable(f"the file is larger than {LARGEST >> 20} MiB")
    if not data:
        raise Unreadable("the file is empty")
    if not data.strip(b"\0 \t\r\n"):
        raise Unreadable("the file holds nothing but blanks")
    encoding = _wide(data)
    if encoding:
        try:
            text = data.decode(encoding).removeprefix("\ufeff")
        except UnicodeDecodeError as error:
            raise Unreadable(f"the file is not valid {encoding.upper()}") from error
        return _as_utf8(text)
    bom = codecs.BOM_UTF8 if data.startswith(codecs.BOM_UTF8) else b""
    body = data[len(bom) :].rstrip(b"\0")
    declared = _DECLARED.match(body)
    name = declared.group(1).decode("ascii") if declared and not bom else "utf-8"
    if name.lower() in ("utf-8", "utf8"):
        return _utf8(body, bom)
    if _WIDE.match(name):  # but no wide text came in: somebody converted it and left the declaration
        return _utf8(_declared_utf8(body.decode("latin-1")).encode("latin-1"), bom)
    if not _EIGHT_BIT.match(name):
        raise Unreadable(f"the file declares the encoding {name}, which is not read here")
    try:
        return _as_utf8(body.decode(name))
    except (UnicodeDecodeError, LookupError) as error:
        raise Unreadable(f"the file is not valid {name}") from error


def _wide(data: bytes) -> str | None:
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return encoding
    if b"\0" not in data[:8]:
        return None
    return next((encoding for shape, encoding in _BARE if shape.match(data)), None)


def _utf8(body: bytes, bom: bytes) -> Decoded:
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return Decoded(body.decode("latin-1").encode("utf-8"), bom, guessed=True)
    return Decoded(body, bom)


def _as_utf8(text: str) -> Decoded:
    return Decoded(_declared_utf8(text.rstrip("\0")).encode("utf-8", "replace"))


def _declared_utf8(text: str) -> str:
    """The declaration must tell the truth about the bytes that we will parse, and may write."""
    return _ENCODING.sub(r"\g<1>UTF-8\g<3>", text)
