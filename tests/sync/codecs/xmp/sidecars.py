"""Small sidecars for tests, written out by hand."""

from __future__ import annotations

from sync.core.fields import NAMESPACES

_DECLARED = "".join(
    f' xmlns:{prefix}="{uri}"' for prefix, uri in NAMESPACES.items() if prefix not in ("x", "rdf")
)
RDF_URI = NAMESPACES["rdf"]


def packet(toolkit: str, body: str, attributes: str = "") -> bytes:
    """A sidecar of one rdf:Description, as the program with this toolkit string heads it."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="{toolkit}">\n'
        f' <rdf:RDF xmlns:rdf="{RDF_URI}"{_DECLARED}>\n'
        f'  <rdf:Description rdf:about="" {attributes}>{body}</rdf:Description>\n'
        " </rdf:RDF>\n</x:xmpmeta>\n"
    ).encode()


def sidecar(body: str, attributes: str = "") -> bytes:
    """A sidecar of nobody in particular."""
    return packet("", body, attributes)


def element(name: str, text: str) -> str:
    """A property with plain text (already XML)."""
    return f"<{name}>{text}</{name}>"


def alt(name: str, *items: str) -> str:
    """A text in languages, each item as `language=text`."""
    parts = [item.split("=", 1) for item in items]
    return _array(name, "Alt", "".join(f'<rdf:li xml:lang="{lang}">{text}</rdf:li>' for lang, text in parts))


def bag(name: str, *items: str) -> str:
    """An unordered list."""
    return _array(name, "Bag", "".join(f"<rdf:li>{item}</rdf:li>" for item in items))


def seq(name: str, *items: str) -> str:
    """An ordered list."""
    return _array(name, "Seq", "".join(f"<rdf:li>{item}</rdf:li>" for item in items))


def _array(name: str, kind: str, items: str) -> str:
    return f"<{name}><rdf:{kind}>{items}</rdf:{kind}></{name}>"
