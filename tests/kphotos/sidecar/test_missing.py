"""What a scan missed and did not believe is listed by path, until it is back or a person believes it."""

from __future__ import annotations

import os

from kphotos import index
from kphotos.index import query
from kphotos.index.scope import EVERYTHING
from kphotos.sidecar import missing, rebuild, sites
from tests.kphotos.sidecar.conftest import Library

MANY = 60


def lost(library: Library) -> list[str]:
    """Sixty photos that were there, one of them with a name that is no text, and are not."""
    data = (library.root / "lake.jpg").read_bytes()
    names = [os.fsencode(f"{number:02}.jpg") for number in range(MANY - 1)] + [b"od\xffd.jpg"]
    folder = os.fsencode(library.root / "many")
    os.mkdir(folder)
    for name in names:
        with open(os.path.join(folder, name), "wb") as file:
            file.write(data)
    library.scan()
    for name in names:
        os.unlink(os.path.join(folder, name))
    tally = library.scan()
    assert tally.root is not None
    assert (tally.root.state, tally.gone) == ("halted", 0)
    return listed(library)


def listed(library: Library, start: int = 0, limit: int = 100) -> list[str]:
    site = sites.site_id(library.settings)
    return missing.page(library.settings, site, library.volume.id, start, limit)


def test_what_is_missing_is_listed_in_pages_and_known_to_the_index(library: Library) -> None:
    paths = lost(library)
    assert len(paths) == MANY
    assert [*listed(library, 0, 40), *listed(library, 40, 40)] == paths
    with index.use(library.settings):
        assert set(query.sketches(EVERYTHING, library.volume.id, paths)) == set(paths)
        assert query.roots(EVERYTHING)[0].kind == "halted"


def test_a_halted_volume_keeps_its_rows_through_a_rebuild(library: Library) -> None:
    paths = lost(library)
    done = rebuild.rebuild(library.settings)
    assert done.carried == [library.volume.name]
    with index.use(library.settings):
        assert len(query.sketches(EVERYTHING, library.volume.id, paths)) == MANY
    library.scan(confirmed=MANY)
    with index.use(library.settings):
        assert query.sketches(EVERYTHING, library.volume.id, paths) == {}


def test_once_it_is_confirmed_or_back_nothing_is_listed(library: Library) -> None:
    lost(library)
    library.scan(confirmed=MANY - 1)
    assert len(listed(library)) == MANY
    library.scan(confirmed=MANY)
    assert listed(library) == []


def test_an_offline_scan_leaves_the_list_as_it_was(library: Library) -> None:
    paths = lost(library)
    library.root.rename(library.root.with_name("elsewhere"))
    library.scan()
    assert listed(library) == paths
