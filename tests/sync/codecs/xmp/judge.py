"""The judge of I4: rdflib, and the standard library to find the RDF; none of our own codec.

What a sidecar says is reduced to trees of statements, so that syntax, order and prefixes do not count.
"""

from __future__ import annotations

import warnings
from pathlib import Path
from xml.etree import ElementTree

from rdflib import RDF, BNode, Graph, Literal, URIRef

from sync.core.fields import FIELDS, NAMESPACES

CORPUS = Path(__file__).parents[3] / "corpus" / "xmp"
FILES = sorted(CORPUS.rglob("*.xmp"))
BASE = "file:///sidecar"

_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}RDF"
_PLACE = ("photoshop:City", "photoshop:State", "photoshop:Country", "Iptc4xmpCore:Location")


def name_of(path: Path) -> str:
    """A corpus file's name within the corpus, for test ids."""
    return str(path.relative_to(CORPUS))


def uri(name: str) -> str:
    """`dc:title` as one URI."""
    prefix, _, local = name.partition(":")
    return NAMESPACES[prefix] + local


def mapped_uris(*, without_position: bool) -> set[str]:
    """The properties a write may touch; every exif:GPS* only where the position is cleared."""
    names = {name for row in FIELDS.values() for name in (*row.read, *row.write, *row.align)}
    uris = {uri(name) for name in (*names, *_PLACE, "Iptc4xmpCore:CountryCode", "kphotos:mark")}
    uris |= {f"http://ns.microsoft.com/photo/1.0{name}" for name in ("Rating", "LastKeywordXMP")}
    gps = [f"GPS{axis}{ref}" for axis in ("Latitude", "Longitude", "Altitude") for ref in ("", "Ref")]
    if without_position:
        gps += ["GPSTimeStamp", "GPSVersionID", "GPSHPositioningError", "GPSImgDirection", "GPSDOP"]
    return uris | {uri(f"exif:{name}") for name in gps}


def foreign(data: bytes, *, without_position: bool = False) -> list[object]:
    """Everything a sidecar says besides the mapped properties, as comparable trees."""
    graph = graph_of(data)
    mapped = mapped_uris(without_position=without_position)
    tops = set(graph.subjects()) - {each for each in graph.objects() if isinstance(each, BNode)}
    tops -= _within(graph, mapped)
    said = [
        (str(predicate), _tree(graph, value))
        for top in tops
        for predicate, value in graph.predicate_objects(top)
        if str(predicate) not in mapped
    ]
    return sorted(said, key=repr)


def graph_of(data: bytes) -> Graph:
    """The RDF graph of a sidecar, read by rdflib."""
    root = ElementTree.fromstring(data)
    rdf = root if root.tag == _RDF else root.find(_RDF)
    assert rdf is not None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return Graph().parse(data=ElementTree.tostring(rdf), format="xml", publicID=BASE)


def _within(graph: Graph, mapped: set[str]) -> set[object]:
    """The nodes inside of mapped values, whatever name they bear, and statements about such values."""
    found: set[object] = set()
    waiting = [value for _, predicate, value in graph if str(predicate) in mapped]
    while waiting:
        node = waiting.pop()
        if node not in found and not isinstance(node, Literal) and str(node) != BASE:
            found.add(node)
            waiting += graph.objects(node)
    about = {each for each, value in graph.subject_objects(RDF.subject) if value in found}
    about |= {each for each, name in graph.subject_objects(RDF.predicate) if str(name) in mapped}
    return {node for node in found if (node, None, None) in graph} | about


def _tree(graph: Graph, value: object) -> object:
    if isinstance(value, Literal):
        return ("text", str(value), (value.language or "").lower())
    if isinstance(value, URIRef):
        return ("uri", str(value))
    members = [(str(predicate), _tree(graph, inner)) for predicate, inner in graph.predicate_objects(value)]
    kind = graph.value(value, RDF.type)  # type: ignore[arg-type]
    return ("node", str(kind), tuple(sorted(members, key=repr)))


def assert_foreign_survives(before: bytes, after: bytes, *, without_position: bool = False) -> None:
    """I4: what other programs said stands in the file as it stood."""
    assert foreign(after, without_position=without_position) == foreign(
        before, without_position=without_position
    )
