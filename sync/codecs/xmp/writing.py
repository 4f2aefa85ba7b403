"""Writing a sidecar: the file's own tree with the values that differ, judged before it is handed out."""

from __future__ import annotations

from collections.abc import Mapping

from sync.codecs.xmp import rdf, strict
from sync.codecs.xmp.edit import Editor
from sync.codecs.xmp.names import KPHOTOS, MARK, PREFIXES
from sync.codecs.xmp.parse import parse
from sync.codecs.xmp.properties import FIELD_OF, OWNER, PROPERTIES
from sync.codecs.xmp.reading import agrees, is_absent, read
from sync.codecs.xmp.survey import survey
from sync.codecs.xmp.verbatim import Original
from sync.core.fields import FIELDS, NAMESPACES
from sync.core.model import Content, Value
from sync.errors import Refused, Unreadable

_NEW = """<?xml version="1.0" encoding="UTF-8"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="K-Photos 1">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about=""{namespaces}/>
 </rdf:RDF>
</x:xmpmeta>
"""


def write(data: bytes | None, content: Content, mark: str) -> bytes:
    """The bytes of a sidecar that says `content` and carries `mark`.

    `data` is what the file holds now; None makes a new file. Of an existing file only mapped properties
    that say something else change. Raises Refused for a file that must stay as it is, or when the result
    fails its own check; Unreadable as `read` does.
    """
    parsed = parse(_new(content) if data is None else data)
    before = survey(parsed.rdf)
    refusal = parsed.refusal or before.refusal
    if refusal:
        raise Refused(refusal)
    original = Original(parsed.root, parsed.body)
    editor = Editor(parsed.rdf, before.found, before.home)
    try:
        changed = _edit(editor, content, mark)
    except ValueError as error:  # lxml's word for a character that XML cannot hold
        raise Refused(f"a value cannot be written as XML: {error}") from error
    if data is not None and not changed:
        return data
    composed = parsed.bom + original.serialise()
    _check(None if data is None else parsed.body, composed, content, mark)
    return composed


def _edit(editor: Editor, content: Content, mark: str) -> bool:
    changed = False
    for name, field in FIELDS.items():
        wanted = content.get(name)
        names = dict.fromkeys((*field.write, *field.align, *field.read))
        if is_absent(wanted):
            changed = _clear(editor, names) or changed
            continue
        for each in dict.fromkeys((*field.write, *field.align)):
            changed = _put(editor, each, wanted, anyway=each in field.write) or changed
    if [rdf.text(spot) for spot in editor.spots(MARK)] != [mark]:
        editor.put_text((MARK,), mark)
        changed = True
    return changed


def _clear(editor: Editor, names: Mapping[str, None]) -> bool:
    """Remove what says something of an absent field; what cannot be read is not ours to delete."""
    said = [each for each in names if PROPERTIES[each].read(editor.found) is not None]
    for each in said:
        PROPERTIES[each].clear(editor)
    return bool(said)


def _put(editor: Editor, name: str, wanted: Value, *, anyway: bool) -> bool:
    """Make one property say what it should; `anyway` also where it is not there yet."""
    row = PROPERTIES[name]
    found = row.read(editor.found)
    is_there = found is not None or row.denies(editor.found)
    if row.settled(found, wanted) or not (is_there or anyway):
        return False
    row.put(editor, row.says(wanted))
    return True


def _new(content: Content) -> bytes:
    """An empty sidecar with the namespaces that the content will need, in a fixed order."""
    present = [field for name, field in FIELDS.items() if not is_absent(content.get(name))]
    tags = [tag for field in present for each in field.write for tag in PROPERTIES[each].tags]
    used = {tag[1:].partition("}")[0] for tag in tags} | {KPHOTOS}
    if "regions" in content:
        used |= {NAMESPACES[prefix] for prefix in ("stArea", "stDim")}
    lines = (f'\n    xmlns:{PREFIXES[uri]}="{uri}"' for uri in NAMESPACES.values() if uri in used)
    return _NEW.format(namespaces="".join(lines)).encode()


def _check(before: bytes | None, after: bytes, content: Content, mark: str) -> None:
    """Refuse our own output unless it is strictly valid, loses nothing foreign and says the content."""
    said = strict.statements(after)
    if before is not None and _foreign(strict.statements(before), content) != _foreign(said, content):
        raise Refused("the result would change metadata of other programs")
    try:
        again = read(after)
    except Unreadable as error:
        raise Refused(f"the result cannot be read: {error.reason}") from error
    if again.mark != mark or again.refusal or not agrees(again, content):
        raise Refused("the result does not say what it should")


def _foreign(said: Mapping[str, strict.Statement], content: Content) -> dict[str, strict.Statement]:
    return {name: statement for name, statement in said.items() if not is_mapped(_clark(name), content)}


def is_mapped(tag: str, content: Content) -> bool:
    """Whether a write of `content` may touch the property with this Clark name."""
    owner = OWNER.get(tag)
    if owner is None:
        return tag == MARK
    row = PROPERTIES[owner]
    return tag in row.tags or is_absent(content.get(FIELD_OF[owner]))


def _clark(name: str) -> str:
    uri, _, local = name.rpartition(" ")
    return f"{{{uri}}}{local}"
