"""A second reader of RDF/XML, strict and on expat alone: the judge of what the first one composed.

It shares no code with `rdf`, `edit` and lxml on purpose. It knows the forms that Adobe's toolkit
accepts and refuses all else, and reduces a file to statements in which syntax no longer shows:
attribute or element, rdf:Description or parseType, prefixes, order of properties, comments.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NoReturn
from xml.parsers import expat

from sync.errors import Refused

Statement = tuple[object, ...]
"""("text", str, lang), ("uri", str), ("Bag", items) and its like, ("struct", {(name, Statement)}, lang)."""

_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns# "
_XML = "http://www.w3.org/XML/1998/namespace "
_SYNTAX = frozenset(
    f"{_RDF}{name}" for name in ("about", "ID", "nodeID", "resource", "parseType", "datatype", "li")
)
_REFERENCES = frozenset(f"{_RDF}{name}" for name in ("nodeID", "resource"))
_ARRAYS = frozenset(f"{_RDF}{name}" for name in ("Alt", "Bag", "Seq"))


@dataclass(slots=True)
class _Element:
    name: str
    attributes: dict[str, str]
    children: list[_Element] = field(default_factory=list)
    text: str = ""


def statements(data: bytes) -> dict[str, Statement]:
    """What a UTF-8 sidecar says of its picture: property ("URI local") -> statement.

    Raises Refused with the defect that Adobe's toolkit, and so every tool on it, would reject.
    """
    root = _tree(data)
    found = (
        [root]
        if root.name == f"{_RDF}RDF"
        else [child for child in root.children if child.name == f"{_RDF}RDF"]
    )
    if len(found) != 1:
        raise Refused(f"there are {len(found)} rdf:RDF elements instead of one")
    said: dict[str, Statement] = {}
    abouts = set()
    for description in found[0].children:
        if description.name != f"{_RDF}Description":
            raise Refused(f"a typed node, {_short(description.name)}, stands where rdf:Description should")
        properties = _properties(description)
        node = description.attributes.get(f"{_RDF}nodeID")
        if node is not None:
            said[f"node {node}"] = ("struct", frozenset(properties.items()))
            continue
        abouts.add(description.attributes.get(f"{_RDF}about", description.attributes.get("about", "")))
        for name, statement in properties.items():
            _once(said, name, statement)
    if len(abouts - {""}) > 1:
        raise Refused("it would describe several things (rdf:about differs)")
    return said


def _tree(data: bytes) -> _Element:
    parser = expat.ParserCreate("UTF-8", " ")
    parser.buffer_text = True
    document = _Element("", {})
    stack = [document]

    def opened(name: str, attributes: dict[str, str]) -> None:
        element = _Element(name, attributes)
        stack[-1].children.append(element)
        stack.append(element)

    def closed(_name: str) -> None:
        stack.pop()

    def characters(text: str) -> None:
        stack[-1].text += text

    parser.StartElementHandler = opened
    parser.EndElementHandler = closed
    parser.CharacterDataHandler = characters
    parser.StartDoctypeDeclHandler = _doctype
    try:
        parser.Parse(data.rstrip(b"\0"), True)
    except expat.ExpatError as error:
        raise Refused(f"it would not be well-formed: {error}") from error
    return document.children[0]


def _doctype(*_: object) -> NoReturn:
    raise Refused("it would have a DOCTYPE")


def _properties(node: _Element) -> dict[str, Statement]:
    """The statements of one node: of its attributes and of its children."""
    said: dict[str, Statement] = {}
    for name, value in node.attributes.items():
        if name in _SYNTAX or name.startswith(_XML) or name in ("about", "ID"):
            continue
        _once(said, name, ("text", value, ""))
    if node.text.strip():
        raise Refused(f"{_short(node.name)} has text among its properties")
    for child in node.children:
        _once(said, child.name, _statement(child))
    return said


def _once(said: dict[str, Statement], name: str, statement: Statement) -> None:
    if " " not in name:
        raise Refused(f"the property {name} has no namespace")
    if name in said:
        raise Refused(f"the property {_short(name)} would stand there twice")
    said[name] = statement


def _statement(element: _Element) -> Statement:
    """The value of a property element."""
    kind = element.attributes.get(f"{_RDF}parseType")
    language = element.attributes.get(f"{_XML}lang", "").lower()
    if kind == "Resource":
        return _struct(element, language)
    if kind is not None:
        raise Refused(f'it would have an rdf:parseType="{kind}"')
    if (element.children or element.text.strip()) and not _REFERENCES.isdisjoint(element.attributes):
        raise Refused(f"the property {_short(element.name)} would be a reference and have a value")
    if not element.children:
        return _simple(element, language)
    if len(element.children) > 1 or element.text.strip():
        raise Refused(f"the property {_short(element.name)} would have more than one value")
    inner = element.children[0]
    if inner.name in _ARRAYS:
        return (_short(inner.name), tuple(map(_item, inner.children)))
    if inner.name != f"{_RDF}Description":
        raise Refused(f"a typed node, {_short(inner.name)}, stands where rdf:Description should")
    return _struct(inner, language)


def _simple(element: _Element, language: str) -> Statement:
    uri = element.attributes.get(f"{_RDF}resource")
    if uri is not None:
        return ("uri", uri)
    node = element.attributes.get(f"{_RDF}nodeID")
    if node is not None:
        return ("node", node)
    if _properties(_Element(element.name, element.attributes)):
        return _struct(element, language)
    return ("text", element.text, language)


def _struct(node: _Element, language: str) -> Statement:
    return ("struct", frozenset(_properties(node).items()), language)


def _item(element: _Element) -> Statement:
    if not element.name.startswith(f"{_RDF}li") and not element.name.startswith(f"{_RDF}_"):
        raise Refused(f"an array would hold {_short(element.name)}")
    return _statement(element)


def _short(name: str) -> str:
    return name.rpartition(" ")[2]
