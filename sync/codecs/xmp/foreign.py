"""What a sidecar says besides the fields that K-Photos keeps: nobody merges it, so nobody may drop it."""

from __future__ import annotations

from sync.codecs.xmp import strict
from sync.codecs.xmp.names import MARK
from sync.codecs.xmp.parse import parse
from sync.codecs.xmp.properties import OWNER, PROPERTIES
from sync.errors import SyncError

_DEFAULT = ("", "x-default")


def covers(main: bytes | None, copy: bytes) -> bool:
    """Whether all that a copy says beyond the mapped fields stands alike in the main file (None: no file).

    Texts in languages that are nobody's default belong to it. False where either cannot be compared.
    """
    try:
        theirs = _foreign(copy)
        return not theirs or (main is not None and theirs <= _foreign(main))
    except SyncError:
        return False


def _foreign(data: bytes) -> set[tuple[str, object]]:
    said: set[tuple[str, object]] = set()
    for name, statement in strict.statements(parse(data).body).items():
        if _is_mapped(name):
            said.update((name, item) for item in _translations(statement))
        else:
            said.add((name, statement))
    return said


def _is_mapped(name: str) -> bool:
    uri, _, local = name.rpartition(" ")
    tag = f"{{{uri}}}{local}"
    owner = OWNER.get(tag)
    return tag == MARK or (owner is not None and tag in PROPERTIES[owner].tags)


def _translations(statement: strict.Statement) -> list[object]:
    if statement[0] != "Alt" or not isinstance(statement[1], tuple):
        return []
    return [item for item in statement[1] if item[0] == "text" and item[2] not in _DEFAULT]
