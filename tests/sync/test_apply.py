"""Putting bytes in place: every way in which the disk may have moved on since it was read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from sync.apply.put import Pen, Prepared, StartOver, abandon, commit, prepare, take_back
from sync.apply.temps import content_digest, name_for, parse_temp, site_digest, tag_of, temp_path
from sync.ports import Found
from tests.sim.memfs import MemFS
from tests.sim.world import FakeClock, FakeRng

PEN = Pen("site-1", FakeRng())
PATH = "d/a.xmp"


@pytest.fixture(params=["exchange", "link", "rename"])
def fs(request: pytest.FixtureRequest) -> MemFS:
    made = MemFS(FakeClock(), exchanges=request.param == "exchange", links=request.param == "link")
    made.hands.folder("d")
    return made


def ready(fs: MemFS, data: bytes = b"new") -> Prepared:
    found: Found | None = fs.read(PATH, 100) if "a.xmp" in fs.hands.names("d") else None
    return prepare(fs, PEN, PATH, data, found, None)


def test_a_new_file_is_put_where_there_is_none(fs: MemFS) -> None:
    put = commit(fs, PEN, ready(fs))
    assert (fs.hands.read(PATH), fs.hands.names("d")) == (b"new", ["a.xmp"])
    assert (put.stat, put.swapped, put.intruder) == (fs.stat(PATH), None, None)


def test_an_old_file_is_replaced_and_what_came_out_is_kept_for_a_second_look(fs: MemFS) -> None:
    fs.hands.put(PATH, b"old")
    put = commit(fs, PEN, ready(fs))
    assert fs.hands.read(PATH) == b"new"
    assert put.intruder is None
    assert put.stat == fs.stat(PATH)
    if fs.exchanges or fs.links:
        assert put.swapped is not None
        assert fs.hands.read(put.swapped) == b"old"
    else:
        assert fs.hands.names("d") == ["a.xmp"]


@pytest.mark.parametrize("was", [None, b"old"])
@pytest.mark.parametrize("now", [None, b"theirs"])
def test_a_file_that_came_went_or_changed_starts_over_and_leaves_nothing(
    fs: MemFS, was: bytes | None, now: bytes | None
) -> None:
    if was is None and now is None:
        return
    if was is not None:
        fs.hands.put(PATH, was)
    prepared = ready(fs)
    if now is None:
        fs.hands.remove(PATH)
    else:
        fs.hands.replace(PATH, now)
    with pytest.raises(StartOver):
        commit(fs, PEN, prepared)
    assert fs.hands.names("d") == (["a.xmp"] if now else [])
    assert now is None or fs.hands.read(PATH) == now


def test_a_write_between_the_look_and_the_exchange_is_an_intruder(fs: MemFS) -> None:
    fs.hands.put(PATH, b"old")
    prepared = ready(fs)
    last = "exchange" if fs.exchanges else "link" if fs.links else "stat"
    fs.before = lambda n, operation, path: fs.hands.replace(PATH, b"theirs") if operation == last else None
    if not fs.exchanges:
        with pytest.raises(StartOver):
            commit(fs, PEN, prepared)
        return
    put = commit(fs, PEN, prepared)
    fs.before = lambda *_: None
    assert put.intruder is not None
    assert put.intruder.data == b"theirs"
    assert put.swapped is not None
    assert take_back(fs, prepared, put.swapped)
    assert (fs.hands.read(PATH), fs.hands.names("d")) == (b"theirs", ["a.xmp"])


def acting(fs: MemFS, operation: str, at: int, act: Callable[[], None]) -> None:
    """Let another program act before the operation of that name, the `at`th from now on."""
    met: list[str] = []

    def before(number: int, name: str, path: str) -> None:
        met.extend([name] if name == operation else [])
        if name == operation and len(met) == at:
            act()

    fs.before = before


def test_without_an_exchange_a_write_in_place_is_an_intruder_that_is_kept() -> None:
    fs = MemFS(FakeClock(), exchanges=False)
    fs.hands.put(PATH, b"old")
    prepared = ready(fs)
    acting(fs, "rename", 2, lambda: fs.hands.put(PATH, b"theirs"))
    put = commit(fs, PEN, prepared)
    assert put.intruder is not None
    assert put.swapped is not None
    assert (fs.hands.read(PATH), fs.hands.read(put.swapped)) == (b"new", b"theirs")
    assert not take_back(fs, prepared, put.swapped)
    assert fs.hands.read(put.swapped) == b"theirs"


def test_without_an_exchange_another_file_in_its_place_starts_over() -> None:
    fs = MemFS(FakeClock(), exchanges=False)
    fs.hands.put(PATH, b"old")
    prepared = ready(fs)
    acting(fs, "read", 1, lambda: fs.hands.replace(PATH, b"theirs"))
    with pytest.raises(StartOver):
        commit(fs, PEN, prepared)
    assert fs.hands.read(PATH) == b"theirs"


def test_what_comes_out_when_taking_back_is_kept_if_it_is_not_ours() -> None:
    fs = MemFS(FakeClock())
    fs.hands.put(PATH, b"old")
    prepared = ready(fs)
    put = commit(fs, PEN, prepared)
    fs.hands.replace(PATH, b"a third one's")
    assert put.swapped is not None
    assert not take_back(fs, prepared, put.swapped)
    assert (fs.hands.read(PATH), fs.hands.read(put.swapped)) == (b"old", b"a third one's")


def test_a_stat_taken_after_somebody_wrote_again_fits_no_file(fs: MemFS) -> None:
    prepared = ready(fs)
    fs.before = lambda n, op, path: fs.hands.put(PATH, b"theirs") if op == "sync_folder" else None
    put = commit(fs, PEN, prepared)
    assert put.stat.signature() != fs.stat(PATH).signature()


@pytest.mark.parametrize(
    ("fs", "operation"),
    [
        ("exchange", "exchange"),
        ("exchange", "rename"),
        ("link", "link"),
        ("link", "rename"),
        ("rename", "rename"),
    ],
    indirect=["fs"],
)
def test_a_disk_that_refuses_leaves_the_old_file_and_no_temp(fs: MemFS, operation: str) -> None:
    fs.hands.put(PATH, b"old")
    prepared = ready(fs)

    def refuse(number: int, name: str, path: str) -> None:
        if name == operation:
            raise PermissionError(13, "Permission denied")

    fs.before = refuse
    with pytest.raises(PermissionError):
        commit(fs, PEN, prepared)
    assert (fs.hands.read(PATH), fs.hands.names("d")) == (b"old", ["a.xmp"])


def test_an_exchange_that_was_done_though_the_disk_says_no_costs_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fs = MemFS(FakeClock())
    fs.hands.put(PATH, b"old")
    prepared, exchange = ready(fs), fs.exchange
    fs.before = lambda n, op, path: fs.hands.replace(PATH, b"theirs") if op == "exchange" else None

    def fails_late(temp: str, path: str) -> bool:
        exchange(temp, path)
        raise TimeoutError(110, "the server has done it, its answer never came")

    monkeypatch.setattr(fs, "exchange", fails_late)
    with pytest.raises(TimeoutError):
        commit(fs, PEN, prepared)
    held = {fs.hands.read(f"d/{name}") for name in fs.hands.names("d")}
    assert held == {b"new", b"theirs"}


def test_what_was_prepared_can_be_abandoned_twice(fs: MemFS) -> None:
    prepared = ready(fs)
    abandon(fs, prepared)
    abandon(fs, prepared)
    assert fs.hands.names("d") == []


def test_a_temps_name_tells_site_stage_and_target_and_is_no_sidecar() -> None:
    path = temp_path("d/IMG.JPG.xmp", "site-1", "swap", FakeRng())
    temp = parse_temp(path.removeprefix("d/"))
    assert temp is not None
    assert (temp.site, temp.stage, temp.tag) == (site_digest("site-1"), "swap", tag_of("IMG.JPG.xmp"))
    assert temp.mark is None
    assert not path.endswith(".xmp")


def test_the_temp_of_a_mirror_tells_its_mark_and_keeps_it_under_another_name() -> None:
    path = temp_path("d/IMG.JPG.xmp", "site-1", "swap", FakeRng(), "0mbxsyaxh00-1node3", b"<x/>")
    temp = parse_temp(path.removeprefix("d/"))
    assert temp is not None
    assert (temp.mark, temp.tag) == ("0mbxsyaxh00-1node3", tag_of("IMG.JPG.xmp"))
    assert temp.was == content_digest(b"<x/>")
    moved = parse_temp(name_for(temp, "IMG_2.JPG.xmp"))
    assert moved == replace(temp, name=name_for(temp, "IMG_2.JPG.xmp"), tag=tag_of("IMG_2.JPG.xmp"))


@pytest.mark.parametrize(
    "name", [".kphotos-tmp-1", "a.jpg", ".kphotos-tmp-1234567g-new-12345678-123456789abc"]
)
def test_a_name_of_another_form_is_no_temp(name: str) -> None:
    assert parse_temp(name) is None
