"""I4 over generated sidecars: any RDF in any syntax, any edit; nothing foreign changes, the edit arrives."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sync.codecs import xmp
from sync.core import values
from sync.core.fields import FIELDS
from sync.core.sources import resolve
from tests.sync.codecs.xmp.edits import EDITS, MARK
from tests.sync.codecs.xmp.generated import Sidecar, sidecars
from tests.sync.codecs.xmp.judge import assert_foreign_survives, foreign

_TEXT = st.text(st.characters(exclude_categories=("Cs", "Cc", "Cn")), min_size=1, max_size=20).filter(
    lambda text: text.strip() == text
)
_TAG = _TEXT.filter(lambda text: "|" not in text and "/" not in text)
_PATH = st.lists(_TAG, min_size=1, max_size=3).map("/".join)

CONTENT: dict[str, st.SearchStrategy[Any]] = {
    "title": _TEXT,
    "description": _TEXT,
    "copyright": _TEXT,
    "rating": st.integers(-1, 5),
    "label": st.sampled_from(["Red", "Yellow", "Green", "Blue", "Purple", "Approved"]),
    "pick": st.integers(-1, 1),
    "orientation": st.integers(1, 8),
    "tags": st.lists(_PATH, min_size=1, max_size=4, unique=True).map(lambda paths: tuple(sorted(paths))),
    "people": st.lists(_TEXT, min_size=1, max_size=3, unique=True).map(lambda names: tuple(sorted(names))),
    "creator": st.lists(_TEXT.filter(lambda text: ";" not in text), min_size=1, max_size=3, unique=True),
    "taken": st.builds(
        lambda local, offset: {"local": local.isoformat(timespec="milliseconds"), "offset": offset},
        st.datetimes(),
        st.sampled_from([None, "+00:00", "+02:00", "-09:30"]),
    ),
    "gps": st.builds(
        lambda lat, lon, alt: {"lat": lat / 1e6, "lon": lon / 1e6, "alt": alt},
        st.integers(-90_000_000, 90_000_000),
        st.integers(-180_000_000, 180_000_000),
        st.none() | st.integers(-4000, 90_000).map(lambda tenths: tenths / 10),
    ),
    "place": st.dictionaries(
        st.sampled_from(["city", "state", "country", "code", "location"]), _TEXT, min_size=1
    ),
    "regions": st.just(EDITS["regions"]),
}

_full = settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
_quick = settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))


def canonical(content: dict[str, Any]) -> dict[str, Any]:
    """As the merge would hand it over."""
    held = {name: values.canonical(name, value) for name, value in content.items()}
    return {name: value for name, value in held.items() if value is not None}


def test_every_field_is_generated() -> None:
    assert set(CONTENT) == set(FIELDS)


@pytest.mark.slow
@_full
@given(sidecars(), st.fixed_dictionaries({}, optional=CONTENT))
def test_whatever_stands_there_survives_whatever_is_written(found: Sidecar, edit: dict[str, Any]) -> None:
    before = found.xml()
    content = canonical({**resolve(xmp.read(before).sources), **edit})
    after = xmp.write(before, content, MARK)
    assert_foreign_survives(before, after, without_position="gps" not in content)
    again = xmp.read(after)
    assert xmp.agrees(again, content)
    for name, value in content.items():
        assert any(same(name, value, held) for held in again.sources[name].values())
    assert xmp.write(after, content, MARK) == after


def same(name: str, wanted: Any, held: Any) -> bool:
    """Equal, but for the last printed digit of a position."""
    if name == "gps":
        near = all(abs(held[axis] - wanted[axis]) <= 1e-6 for axis in ("lat", "lon"))
        return near and held["alt"] == wanted["alt"]
    return bool(held == wanted)


@pytest.mark.slow
@_quick
@given(sidecars())
def test_one_meaning_in_two_syntaxes_reads_the_same(found: Sidecar) -> None:
    plain, fancy = xmp.read(found.plain()), xmp.read(found.xml())
    assert plain.sources == fancy.sources
    assert foreign(found.plain()) == foreign(found.xml())
    assert fancy.writable


@pytest.mark.slow
@_quick
@given(st.fixed_dictionaries({}, optional=CONTENT))
def test_a_new_file_says_what_it_was_made_of(content: dict[str, Any]) -> None:
    content = canonical(content)
    again = xmp.read(xmp.write(None, content, MARK))
    assert xmp.agrees(again, content)
    assert set(again.sources) == set(content)


@pytest.mark.slow
@_quick
@given(sidecars())
def test_the_judge_misses_no_dropped_property(found: Sidecar) -> None:
    """A planted failure in every generated sidecar: one foreign property less is always noticed."""
    theirs = [
        name for name in found.properties if name.startswith(("their:", "crs:")) or name == "kphotos:flag"
    ]
    for name in theirs:
        rest = {each: meaning for each, meaning in found.properties.items() if each != name}
        with pytest.raises(AssertionError):
            assert_foreign_survives(found.xml(), replace(found, properties=rest).xml())
