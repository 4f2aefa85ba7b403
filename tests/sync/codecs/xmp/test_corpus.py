"""I4 over sidecars that real programs wrote: every edit of every file, judged by another RDF reader."""

from __future__ import annotations

import difflib
from pathlib import Path

import pytest

from sync.codecs import xmp
from sync.core.fields import FIELDS
from sync.core.sources import resolve
from tests.sync.codecs.xmp.edits import EDITS, MARK
from tests.sync.codecs.xmp.judge import CORPUS, FILES, assert_foreign_survives, name_of

every_file = pytest.mark.parametrize("path", FILES, ids=name_of)


def shown(data: bytes) -> dict[str, object]:
    """What K-Photos shows of a sidecar at first sight."""
    return dict(resolve(xmp.read(data).sources))


def test_the_corpus_and_the_edits_are_whole() -> None:
    assert len(FILES) >= 26
    assert set(EDITS) == set(FIELDS)


@every_file
def test_a_tools_own_file_is_read_and_may_be_written(path: Path) -> None:
    found = xmp.read(path.read_bytes())
    assert found.writable, found.refusal
    assert found.sources


@every_file
@pytest.mark.parametrize("field", EDITS)
def test_what_is_foreign_survives_an_edit(path: Path, field: str) -> None:
    before = path.read_bytes()
    content = {**shown(before), field: EDITS[field]}
    after = xmp.write(before, content, MARK)
    assert_foreign_survives(before, after)
    found = xmp.read(after)
    assert found.mark == MARK
    assert xmp.agrees(found, content)
    assert resolve(found.sources)[field] == EDITS[field]


@every_file
@pytest.mark.parametrize("field", EDITS)
def test_what_is_foreign_survives_a_clear(path: Path, field: str) -> None:
    before = path.read_bytes()
    content = shown(before)
    content.pop(field, None)
    after = xmp.write(before, content, MARK)
    assert_foreign_survives(before, after, without_position="gps" not in content)
    assert field not in xmp.read(after).sources


@every_file
def test_a_second_write_of_the_same_changes_nothing(path: Path) -> None:
    content = shown(path.read_bytes())
    once = xmp.write(path.read_bytes(), content, MARK)
    assert xmp.write(once, content, MARK) == once
    assert xmp.agrees(xmp.read(once), content)


AT_ODDS = {
    # Aliases in these contradict one another, so that a write has something to align.
    "darktable/stale-xmp-label.JPG.xmp",
    "full-input.xmp",
    *(f"{tool}/full-after-{what}" for tool, what in (
        ("darktable", "mere-import.JPG.xmp"),
        ("darktable", "rating3-green-tag.JPG.xmp"),
        ("digikam", "rating4.JPG.xmp"),
        ("digikam", "tag-zoo-lion-rating2.JPG.xmp"),
        ("exiftool", "rating3.xmp"),
        ("exiv2", "rating3.xmp"),
        ("geeqie", "rating3.JPG.xmp"),
    )),
    "exiftool/full-compact-onedesc.xmp",
    "exiftool/new.xmp",
}  # fmt: skip


@every_file
def test_a_file_that_says_what_is_shown_has_nothing_to_write(path: Path) -> None:
    data = path.read_bytes()
    assert xmp.agrees(xmp.read(data), shown(data)) is (name_of(path) not in AT_ODDS)


@every_file
def test_an_edit_touches_no_line_but_its_own(path: Path) -> None:
    content = shown(path.read_bytes())
    before = xmp.write(path.read_bytes(), content, MARK)  # aligned and complete
    after = xmp.write(before, {**content, "rating": (int(str(content.get("rating", 0))) + 1) % 6}, MARK)
    changed = [
        line
        for line in difflib.ndiff(before.decode().splitlines(), after.decode().splitlines())
        if line[0] in "+-"
    ]
    assert changed
    assert all("ating" in line for line in changed)


def test_the_packet_comments_and_declaration_stay() -> None:
    before = (CORPUS / "full-input.xmp").read_bytes()
    after = xmp.write(before, {**shown(before), "rating": 3}, MARK)
    for kept in (b"<!-- a comment before -->", b"<!-- a comment inside -->", b"<?xpacket end='w'?>"):
        assert kept in after
    assert after.startswith(before[: before.index(b"<rdf:RDF")])


def drops_history(data: bytes) -> bytes:
    """A planted failure: a writer that loses somebody's property."""
    start, end = data.index(b"<xmpMM:History>"), data.index(b"</xmpMM:History>") + len(b"</xmpMM:History>")
    return data[:start] + data[end:]


def loses_a_qualifier(data: bytes) -> bytes:
    """A planted failure: a writer that flattens a qualified value."""
    return data.replace(b"<kphotos:unit>mm</kphotos:unit>", b"")


def forgets_a_language(data: bytes) -> bytes:
    """A planted failure: a writer that drops xml:lang."""
    return data.replace(b" xml:lang='pt'>", b">")


def sorts_a_sequence(data: bytes) -> bytes:
    """A planted failure: a writer that puts a Seq in order."""
    return data.replace(
        b"<rdf:li>b</rdf:li><rdf:li>a</rdf:li><rdf:li>b</rdf:li>",
        b"<rdf:li>a</rdf:li><rdf:li>b</rdf:li><rdf:li>b</rdf:li>",
    )


@pytest.mark.parametrize("damage", [drops_history, loses_a_qualifier, forgets_a_language, sorts_a_sequence])
def test_the_judge_catches_a_writer_that_loses_something(damage) -> None:  # type: ignore[no-untyped-def]
    before = (CORPUS / "full-input.xmp").read_bytes()
    after = damage(xmp.write(before, {**shown(before), "rating": 3}, MARK))
    with pytest.raises(AssertionError):
        assert_foreign_survives(before, after)
