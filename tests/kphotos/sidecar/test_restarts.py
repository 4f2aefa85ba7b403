"""What the power took from the index comes back, though the site remembers that it has told of it."""

from __future__ import annotations

import pytest

from kphotos import index
from kphotos.errors import NotFound
from kphotos.index import projection, query
from kphotos.index.rows import Gone
from kphotos.index.scope import EVERYTHING
from kphotos.sidecar import restarts, watching
from sync.core.model import Change
from sync.engine import rescan
from tests.kphotos.sidecar.conftest import Library


def shows(library: Library, path: str) -> bool:
    with index.use(library.settings):
        try:
            query.asset_at(EVERYTHING, library.volume.id, path)
        except NotFound:
            return False
    return True


def test_the_first_scan_after_a_start_of_the_machine_tells_of_everything(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rescan, "RACY_NS", 0)  # what is new is looked at again for two seconds
    library.edit("lake.jpg", Change("title", "set", "Lake"))
    follower = watching.Follower(library.settings, library.volume)
    follower._calm(frozenset({""}))
    follower._calm(frozenset({""}))
    projection.project(library.settings, [Gone(library.volume.id, "lake.jpg")])
    follower._calm(frozenset({""}))
    assert not shows(library, "lake.jpg"), "a scan tells of what has changed only"
    monkeypatch.setattr(restarts, "boot", lambda: "after the power cut")
    follower._calm(frozenset({""}))
    assert library.value("lake.jpg", "title") == "Lake"
    assert not restarts.is_first_scan(library.settings, library.volume)
