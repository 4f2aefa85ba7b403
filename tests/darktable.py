"""A program with a memory of its own: it writes the whole XMP from what it holds, and keeps no mark."""

from __future__ import annotations

from pathlib import Path
from xml.sax.saxutils import escape

_PAGE = """<?xml version="1.0" encoding="UTF-8"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="XMP Core 4.4.0-Exiv2">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/"
    xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:lr="http://ns.adobe.com/lightroom/1.0/"
    xmlns:exif="http://ns.adobe.com/exif/1.0/" xmlns:darktable="http://darktable.sf.net/"
    darktable:xmp_version="5">
{inner}
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
"""


def writes(
    original: Path,
    *,
    title: str | None = None,
    rating: int | None = None,
    tags: tuple[str, ...] = (),
    taken: str | None = None,
    creator: str | None = None,
) -> None:
    """Write what a darktable that believes this would leave beside the original."""
    inner = []
    if title is not None:
        words = f'<rdf:li xml:lang="x-default">{escape(title)}</rdf:li>'
        inner.append(f"<dc:title><rdf:Alt>{words}</rdf:Alt></dc:title>")
    if rating is not None:
        inner.append(f"<xmp:Rating>{rating}</xmp:Rating>")
    if tags:
        listed = "".join(f"<rdf:li>{escape(tag)}</rdf:li>" for tag in tags)
        inner.append(f"<dc:subject><rdf:Seq>{listed}</rdf:Seq></dc:subject>")
    if taken is not None:
        inner.append(f"<exif:DateTimeOriginal>{taken}</exif:DateTimeOriginal>")
    if creator is not None:
        inner.append(f"<dc:creator><rdf:Seq><rdf:li>{escape(creator)}</rdf:li></rdf:Seq></dc:creator>")
    original.with_name(original.name + ".xmp").write_text(_PAGE.format(inner="\n".join(inner)))
