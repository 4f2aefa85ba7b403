"""Attacks on the reader: nothing outside the bytes is opened, nothing hangs, nothing escapes as a crash."""

from __future__ import annotations

import contextlib
import os
import random
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from lxml import etree

from sync.codecs import xmp
from sync.codecs.xmp import parse
from sync.errors import Refused, Unreadable
from tests.sync.codecs.xmp.edits import MARK
from tests.sync.codecs.xmp.judge import FILES
from tests.sync.codecs.xmp.odd import ODD
from tests.sync.codecs.xmp.sidecars import element, sidecar

_opened: list[str] = []
_listening = False


def _listen(event: str, arguments: tuple[object, ...]) -> None:
    if _listening and event in (
        "open",
        "os.open",
        "socket.connect",
        "socket.getaddrinfo",
        "subprocess.Popen",
    ):
        _opened.append(f"{event} {arguments[0]}")


sys.addaudithook(_listen)


@pytest.fixture
def opened() -> Iterator[list[str]]:
    """Everything that Python opens while the test runs."""
    global _listening
    _opened.clear()
    _listening = True
    yield _opened
    _listening = False


HANGS = 60  # seconds of the processor, of any: what is not linear would take hours of this bulk
BODY = sidecar(element("dc:title", "&a;")).partition(b"\n")
DOCTYPES = [
    '<!DOCTYPE x [<!ENTITY a SYSTEM "{0}">]>',
    '<!DOCTYPE x [<!ENTITY % p SYSTEM "{0}"> %p;]>',
    '<!DOCTYPE x SYSTEM "{0}">',
    '<!DOCTYPE x PUBLIC "-//x//y" "{0}">',
    '<!DOCTYPE x [<!ENTITY a PUBLIC "x" "{0}">]>',
    '<!DOCTYPE x [<!NOTATION n SYSTEM "{0}"><!ENTITY a SYSTEM "{0}" NDATA n>]>',
]
ENCODINGS = ["utf-8", "utf-16", "utf-16-be", "utf-32"]


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("doctype", DOCTYPES)
def test_an_entity_never_opens_the_file_it_names(
    doctype: str, encoding: str, tmp_path: Path, opened: list[str]
) -> None:
    """Opening a FIFO without a writer would hang for ever; opening a file would update its access time."""
    fifo, secret = tmp_path / "fifo", tmp_path / "secret"
    os.mkfifo(fifo)
    secret.write_text("secret")
    os.utime(secret, (1, 1))
    opened.clear()
    for target in (fifo, secret, "http://127.0.0.1:9/x"):
        named = doctype.format(target if isinstance(target, str) else target.as_uri())
        data = b"\n".join((BODY[0], named.encode(), BODY[2])).decode().replace("UTF-8", encoding)
        with pytest.raises(Unreadable, match="DOCTYPE"):
            xmp.read(data.encode(encoding))
    assert opened == []
    assert secret.stat().st_atime == 1


def test_the_audit_hook_hears_an_open(tmp_path: Path, opened: list[str]) -> None:
    """A planted failure: a reader that opened something would be noticed."""
    (tmp_path / "x").touch()
    (tmp_path / "x").read_bytes()
    assert any("open" in event for event in opened)


@pytest.mark.parametrize(
    "inert",
    [
        '<?xml-stylesheet type="text/xsl" href="file:///etc/passwd"?>',
        '<x:include xmlns:x="http://www.w3.org/2001/XInclude" href="file:///etc/passwd" parse="text"/>',
        '<kphotos:a xml:base="file:///etc/" rdf:resource="passwd"/>',
        '<kphotos:a xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="x file:///etc/passwd"/>',
    ],
)
def test_includes_stylesheets_and_schemas_are_inert(inert: str, opened: list[str]) -> None:
    assert xmp.read(sidecar(inert)).sources == {}
    assert opened == []


def test_a_name_longer_than_lxml_takes_is_unreadable_and_no_crash() -> None:
    """What lxml limits and expat does not: as the root, nothing is left to recover."""
    for data in (b"<%b/>" % (b"a" * 60_000), sidecar(f"<kphotos:{'a' * 60_000}/>")):
        with pytest.raises((Unreadable, Refused)):
            xmp.write(data, {"rating": 3}, "m1")
    with pytest.raises(Unreadable):
        xmp.read(b"<%b/>" % (b"a" * 60_000))


def test_no_parser_has_the_settings_that_open_files() -> None:
    assert parse._SAFE["resolve_entities"] == "internal"
    assert "collect_ids" not in parse._SAFE
    for flag in ("load_dtd", "dtd_validation", "attribute_defaults", "huge_tree"):
        assert parse._SAFE[flag] is False
    assert parse._SAFE["no_network"] is True


def test_a_bomb_that_expat_did_not_see_would_not_go_off() -> None:
    """The parser itself holds, should the DOCTYPE ever get past the first look."""
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">' + b"".join(
        f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">'.encode() for n in range(9)
    )
    with pytest.raises(etree.XMLSyntaxError):
        etree.fromstring(bomb + b"]><x>&j;</x>", parse._PARSER)


SEEDS = [path.read_bytes() for path in FILES] + [data for data, _ in ODD.values() if len(data) < 10_000]
PIECES = [
    *(b"<", b">", b"&", b'"', b"\0", b"]]>", b"<!--", b"<![CDATA[", b"&#0;"),
    *(b"xmlns:", b"rdf:", b"\xff", b"/>", b"<rdf:li>"),
]


def mutated(chance: random.Random) -> bytes:
    """A sidecar after one or two accidents."""
    data = bytearray(chance.choice(SEEDS))
    for _ in range(chance.randint(1, 3)):
        at = chance.randrange(len(data) + 1)
        accident = chance.randrange(4)
        if accident == 0:
            del data[at:]
        elif accident == 1:
            data[at:at] = chance.choice(PIECES)
        elif accident == 2 and at < len(data):
            data[at] ^= 1 << chance.randrange(8)
        else:
            del data[at : at + chance.randint(1, 40)]
    return bytes(data)


def outcome(data: bytes) -> str:
    """What comes of reading and then editing a sidecar; any other exception is a failure."""
    try:
        found = xmp.read(data)
        after = xmp.write(data, {"rating": 2, "title": "T"}, MARK)
    except (Unreadable, Refused) as error:
        return type(error).__name__ if error.reason else "without a reason"
    assert found.writable
    assert xmp.read(after).sources["rating"]["xmp:Rating"] == 2
    return "written"


@pytest.mark.parametrize("seed", range(4))
def test_a_damaged_sidecar_is_read_or_refused_with_a_reason(seed: int) -> None:
    chance = random.Random(seed)
    outcomes = {outcome(mutated(chance)) for _ in range(400)}
    assert outcomes == {"Unreadable", "Refused", "written"}


@pytest.mark.slow
@pytest.mark.slow
def test_seconds_of_accidents_come_to_no_crash() -> None:
    chance = random.Random(2026)
    end = time.monotonic() + 8
    while time.monotonic() < end:
        assert outcome(mutated(chance)) != "without a reason"


@pytest.mark.parametrize(
    "data",
    [
        sidecar("".join(f"<kphotos:p{n}>x</kphotos:p{n}>" for n in range(50_000))),
        sidecar("", " ".join(f'kphotos:p{n}="x"' for n in range(50_000))),
        sidecar(element("dc:title", "&amp;" * 1_000_000)),
        sidecar("<!--" + "-x" * 3_000_000 + "-->"),
        b"<" * 1_000_000,
        b"<a>" * 1_000_000,
        b"&" * 8_000_000,
    ],
    ids=["elements", "attributes", "references", "comment", "brackets", "tags", "ampersands"],
)
def test_bulk_is_read_or_refused_and_never_hangs(data: bytes) -> None:
    begin = time.process_time()  # what else the machine does is no affair of the parser's
    with contextlib.suppress(Unreadable):
        xmp.read(data)
    assert time.process_time() - begin < HANGS
