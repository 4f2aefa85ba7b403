"""Who sees and edits what: one rule on the record of a volume, and two doors that ask it."""

from __future__ import annotations

from typing import Any

import pytest

from kphotos import records
from kphotos.config import Settings
from kphotos.identity import access
from kphotos.identity.access import Viewer

ALICE, BOB, CHARLIE = (
    Viewer("a", "Alice", "admin"),
    Viewer("b", "Bob", "member"),
    Viewer("c", "Charlie", "member"),
)

# the record of a volume -> who sees it, who edits it
RULES: dict[str, tuple[dict[str, Any], str, str]] = {
    "nothing said: everybody looks, admins edit": ({}, "abc", "a"),
    "viewers are listed": ({"viewers": ["b"]}, "ab", "a"),
    "nobody is listed": ({"viewers": []}, "a", "a"),
    "editors are listed": ({"editors": ["b"]}, "abc", "ab"),
    "an editor is a viewer": ({"viewers": [], "editors": ["b"]}, "ab", "ab"),
    "an editor who is a text lists nobody": ({"editors": "abc"}, "abc", "a"),
    "viewers that are no list are not said": ({"viewers": None}, "abc", "a"),
}


@pytest.mark.parametrize(("volume", "seeing", "editing"), RULES.values(), ids=RULES.keys())
def test_the_rule(settings: Settings, volume: dict[str, Any], seeing: str, editing: str) -> None:
    records.save(settings, "volumes", "v1", {"name": "One", **volume})
    for viewer in (ALICE, BOB, CHARLIE):
        assert access.sees(viewer, volume) is (viewer.id in seeing)
        assert access.edits(viewer, volume) is (viewer.id in editing)
        assert access.scope(settings, viewer).sees("v1") is (viewer.id in seeing)
        assert access.can_edit(settings, viewer, "v1") is (viewer.id in editing)


def test_a_volume_that_is_not_known_is_nobodys_but_an_admins(settings: Settings) -> None:
    assert not access.scope(settings, BOB).sees("v1")
    assert not access.can_edit(settings, BOB, "v1")
    assert access.scope(settings, ALICE).volumes is None
