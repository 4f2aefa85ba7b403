"""Serialising an edited tree so that tags nobody edited keep their very bytes.

lxml writes each tag anew: namespaces first, double quotes, one line. Other people's files are kept in
other people's order, quotes and line breaks: every start tag that stood in the file is put back as it
was, with only the changed attribute values exchanged.
"""

from __future__ import annotations

import re
from xml.parsers import expat

from lxml import etree

from sync.codecs.xmp.names import XML
from sync.codecs.xmp.parse import bounds

_TAG = re.compile(rb"""<[^\s/>]+(?:\s+[^\s=<>/]+\s*=\s*(?:"[^"]*"|'[^']*'))*\s*/?>""")
_ATTRIBUTE = re.compile(rb"""(\s+)([^\s=<>/]+)(\s*=\s*)("[^"]*"|'[^']*')""")


class Original:
    """A parsed file's start tags, remembered before its tree is edited."""

    def __init__(self, root: etree._Element, body: bytes) -> None:
        self._root = root
        self._body = body
        self._begin, self._end = bounds(body)
        elements = list(root.iter("*"))
        # The tree may still be edited: what an element had is noted here, with the bytes of its tag.
        self._tags = {
            element: (body[begin:end], _attributes(element))
            for element, (begin, end) in zip(elements, _start_tags(body[: self._end]), strict=True)
        }

    def serialise(self) -> bytes:
        """The edited root within the untouched text around it: declaration, packet, comments, padding."""
        root: bytes = etree.tostring(self._root, encoding="utf-8", xml_declaration=False, with_tail=False)
        parts, at = [self._body[: self._begin]], 0
        for element, (begin, end) in zip(self._root.iter("*"), _start_tags(root), strict=True):
            parts += [root[at:begin], self._tag(element, root[begin:end])]
            at = end
        parts.append(root[at:])
        if b"\r\n" in self._body[self._begin : self._end]:
            parts[1:] = [part.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n") for part in parts[1:]]
        return b"".join(parts) + self._body[self._end :]

    def _tag(self, element: etree._Element, written: bytes) -> bytes:
        """The start tag to use for an element for which lxml has `written` one."""
        kept = self._tags.get(element)
        if kept is None:
            return written
        tag, before = kept
        if not before.keys() >= _attributes(element).keys():
            return written
        if before != _attributes(element):
            tag = _ATTRIBUTE.sub(lambda token: _attribute(element, before, token), tag)
        if written.endswith(b"/>") == tag.endswith(b"/>"):
            return tag
        if tag.endswith(b"/>"):
            return tag[:-2] + b">"
        name = re.split(rb"[\s>]", tag[1:], maxsplit=1)[0]
        return tag + b"</" + name + b">"


def _attributes(element: etree._Element) -> dict[str, str]:
    return {str(name): str(value) for name, value in element.items()}


def _start_tags(body: bytes) -> list[tuple[int, int]]:
    """Where each start tag begins and ends, in document order."""
    found = []
    parser = expat.ParserCreate("UTF-8")

    def opened(_name: str, _attributes: object) -> None:
        begin = parser.CurrentByteIndex
        match = _TAG.match(body, begin)
        assert match is not None
        found.append((begin, match.end()))

    parser.StartElementHandler = opened
    parser.Parse(body, True)
    return found


def _attribute(element: etree._Element, before: dict[str, str], token: re.Match[bytes]) -> bytes:
    """One attribute of a kept tag: as it was, with its new value, or gone."""
    space, name, equals, quoted = token.groups()
    if name == b"xmlns" or name.startswith(b"xmlns:"):
        return token.group()
    prefix, _, local = name.decode().rpartition(":")
    uri = XML if prefix == "xml" else element.nsmap[prefix] if prefix else None
    key = f"{{{uri}}}{local}" if uri else local
    value = element.get(key)
    if value is None:
        return b""
    if value == before[key]:
        return token.group()
    quote = quoted[:1].decode()
    return space + name + equals + f"{quote}{_escaped(value, quote)}{quote}".encode()


def _escaped(value: str, quote: str) -> str:
    value = value.replace("&", "&amp;").replace("<", "&lt;")
    value = value.replace(quote, "&quot;" if quote == '"' else "&apos;")
    return value.replace("\t", "&#9;").replace("\n", "&#10;").replace("\r", "&#13;")
