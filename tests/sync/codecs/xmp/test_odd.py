"""What the other engines lost, mangled or choked on: read, left alone, or refused with a reason."""

from __future__ import annotations

import pytest

from sync.codecs import xmp
from sync.core.sources import resolve
from sync.errors import Refused, Unreadable
from tests.sync.codecs.xmp.edits import MARK
from tests.sync.codecs.xmp.judge import assert_foreign_survives
from tests.sync.codecs.xmp.odd import ODD, TITLED, Gone, Open, Shut

ROWS = [pytest.param(name, *row, id=name) for name, row in ODD.items()]


def test_there_are_at_least_as_many_as_were_tried_on_the_other_engines() -> None:
    assert len(ODD) >= 69


@pytest.mark.parametrize(("name", "data", "outcome"), ROWS)
def test_an_odd_sidecar_comes_to_what_it_should(name: str, data: bytes, outcome: Gone | Shut | Open) -> None:
    if isinstance(outcome, Gone):
        with pytest.raises(Unreadable) as caught:
            xmp.read(data)
        assert outcome.words in caught.value.reason
        assert len(caught.value.reason) < 120
        return
    found = xmp.read(data)
    content = resolve(found.sources)
    assert (content.get("rating"), content.get("title")) == (outcome.rating, outcome.title)
    assert found.writable is isinstance(outcome, Open), found.refusal
    if isinstance(outcome, Shut):
        assert outcome.words in str(found.refusal)


@pytest.mark.parametrize(("name", "data", "outcome"), ROWS)
def test_only_what_is_sound_is_written(name: str, data: bytes, outcome: Gone | Shut | Open) -> None:
    if isinstance(outcome, Gone | Shut):
        with pytest.raises(Unreadable if isinstance(outcome, Gone) else Refused):
            xmp.write(data, {"rating": 2}, MARK)
        return
    content = {**resolve(xmp.read(data).sources), "rating": 2}
    after = xmp.write(data, content, MARK)
    assert xmp.agrees(xmp.read(after), content)
    # The judge reads no UTF-32 and no untrue declaration: it is given the same text in UTF-8.
    before = TITLED if b"\0<" in data or b"<\0" in data else data.rstrip(b"\0").replace(b"UTF-16", b"UTF-8")
    if len(data) < 100_000:
        assert_foreign_survives(before, after)
