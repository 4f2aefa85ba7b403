"""Two thousand damaged sidecars come to no crash and no loss; `scripts/simulate --fuzz N` tries more."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sync.codecs.xmp import fuzz


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 1_000_001])
def test_no_accident_crashes_the_codec_or_loses_what_others_wrote(seed: int) -> None:
    told = fuzz.run(1000, seed)
    assert told.failed == []
    assert set(told.outcomes) == {"written", "written, unjudged", "Refused", "Unreadable"}
    assert told.outcomes["written"] > 150


def test_a_codec_that_loses_or_crashes_is_found() -> None:
    """Planted failures: another program's properties dropped; an index out of range."""

    def forgetful(data: bytes, edit: dict[str, Any]) -> bytes:
        return fuzz.xmp.write(None, fuzz.shown(data, edit), fuzz.MARK)

    def careless(data: bytes, edit: dict[str, Any]) -> bytes:
        raise IndexError(fuzz.write(data, edit))

    assert {one["kind"] for one in fuzz.run(60, 1, forgetful).failed} == {"lost"}
    assert {one["kind"] for one in fuzz.run(60, 1, careless).failed} == {"crash"}
