"""The engine's own process sees to it that there is an index, whatever happens to the one that was."""

from __future__ import annotations

import pytest

from kphotos.index import generation
from kphotos.sidecar import watching
from sync.core.model import Change
from tests.kphotos.sidecar.conftest import Library
from tests.postgres import on_files


@on_files
def test_an_index_found_damaged_at_the_start_is_made_again_and_the_watch_goes_on(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    library.edit("lake.jpg", Change("title", "set", "Lake"))
    before = generation.current(library.settings)
    path = library.settings.index_folder / f"{before}.db"
    for wal in path.parent.glob(f"{before}.db-*"):
        wal.unlink()
    whole = path.read_bytes()
    path.write_bytes(whole[:100] + b"\xa5" * (len(whole) - 100))
    turns = iter(range(6))

    def turn(seconds: float) -> None:
        if next(turns, None) is None:
            raise SystemExit

    monkeypatch.setattr(watching.time, "sleep", turn)
    with pytest.raises(SystemExit):
        watching.run(library.settings)
    assert generation.current(library.settings) != before
    assert library.value("lake.jpg", "title") == "Lake"
