"""One suite over both sides of each port: what the engine may rely on, on the disk and in simulation."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from sync.errors import Busy, Refused
from sync.osfs import FileLock, OsFS, SystemClock, SystemRng
from sync.ports import FILE, FOLDER, FS, LINK, OTHER, Clock, Lock, NotRegular, Rng, Stat, TooLarge, is_ours
from tests.sim.world import FakeClock, FakeRng, MemLock
from tests.sync.sides import Hands, disk_side, memory_side

Side = tuple[FS, Hands]
TEMP = ".kphotos-tmp-1"


@pytest.fixture(params=["disk", "memory"])
def side(request: pytest.FixtureRequest, tmp_path: Path) -> Side:
    return disk_side(tmp_path / "volume") if request.param == "disk" else memory_side()


@pytest.fixture(params=["files", "memory"])
def lock(request: pytest.FixtureRequest, tmp_path: Path) -> Lock:
    return FileLock(tmp_path / "locks") if request.param == "files" else MemLock()


def test_entries_tell_name_kind_and_size(side: Side) -> None:
    fs, hands = side
    hands.put("a.jpg", b"123")
    hands.folder("Holiday")
    hands.special("pipe.jpg")
    hands.special("link.jpg", link=True)
    kinds = {entry.name: entry.kind for entry in fs.entries("")}
    assert kinds == {"a.jpg": FILE, "Holiday": FOLDER, "pipe.jpg": OTHER, "link.jpg": LINK}
    assert {e.size for e in fs.entries("") if e.name == "a.jpg"} == {3}


def test_an_entry_and_a_stat_of_one_file_agree(side: Side) -> None:
    fs, hands = side
    hands.put("Holiday/a.jpg", b"123")
    (entry,) = fs.entries("Holiday")
    assert entry.stat == fs.stat("Holiday/a.jpg")


@pytest.mark.parametrize(
    "name", ["two\nlines.jpg", "caf\udce9.jpg", " blank .jpg", "-Comment=x.jpg", "é.jpg"]
)
def test_any_byte_name_can_be_listed_and_read(side: Side, name: str) -> None:
    fs, hands = side
    hands.put(f"d/{name}", b"picture")
    assert [entry.name for entry in fs.entries("d")] == [name]
    assert fs.read(f"d/{name}", 100)[0] == b"picture"


def test_reading_gives_bytes_and_the_stat_of_what_was_read(side: Side) -> None:
    fs, hands = side
    hands.put("a.jpg.xmp", b"<x/>")
    data, stat = fs.read("a.jpg.xmp", 100)
    assert (data, stat) == (b"<x/>", fs.stat("a.jpg.xmp"))


def test_a_file_over_the_limit_is_not_read(side: Side) -> None:
    fs, hands = side
    hands.put("a.xmp", b"x" * 101)
    with pytest.raises(TooLarge):
        fs.read("a.xmp", 100)


@pytest.mark.parametrize("link", [True, False])
def test_a_pipe_or_link_is_neither_read_nor_waited_for(side: Side, link: bool) -> None:
    fs, hands = side
    hands.special("a.jpg", link=link)
    with pytest.raises(NotRegular):
        fs.read("a.jpg", 100)
    with pytest.raises(NotRegular):
        fs.open("a.jpg")


def test_a_folder_is_no_file(side: Side) -> None:
    fs, hands = side
    hands.folder("a.xmp")
    with pytest.raises(NotRegular):
        fs.read("a.xmp", 100)


@pytest.mark.parametrize("path", ["gone.jpg", "gone/a.jpg"])
def test_what_is_not_there_is_not_found(side: Side, path: str) -> None:
    fs, _ = side
    for look in (fs.stat, fs.open, lambda p: fs.read(p, 10)):
        with pytest.raises(FileNotFoundError):
            look(path)
    with pytest.raises(FileNotFoundError):
        fs.entries("gone")


@pytest.mark.parametrize("change", ["put", "replace", "date"])
def test_every_way_of_changing_a_file_changes_its_signature(side: Side, change: str) -> None:
    fs, hands = side
    hands.put("a.xmp", b"old")
    before = fs.stat("a.xmp")
    if isinstance(fs, OsFS):
        SystemClock().sleep(0.02)  # the kernel's clock for file times ticks every few milliseconds
    if change == "date":
        hands.date("a.xmp", 5_000_000_000)
    else:
        getattr(hands, change)("a.xmp", b"new")
    assert fs.stat("a.xmp").signature() != before.signature()


def test_a_created_file_is_whole_and_its_stat_is_told(side: Side) -> None:
    fs, hands = side
    hands.folder("d")
    stat = fs.create(f"d/{TEMP}", b"whole")
    assert hands.read(f"d/{TEMP}") == b"whole"
    assert stat == fs.stat(f"d/{TEMP}")


def test_creating_never_overwrites(side: Side) -> None:
    fs, hands = side
    hands.put("a.xmp", b"theirs")
    with pytest.raises(FileExistsError):
        fs.create("a.xmp", b"ours")
    assert hands.read("a.xmp") == b"theirs"


def test_an_exchange_swaps_both_names(side: Side) -> None:
    fs, hands = side
    hands.put("a.xmp", b"old")
    fs.create(TEMP, b"new")
    assert fs.exchange(TEMP, "a.xmp")
    assert (hands.read("a.xmp"), hands.read(TEMP)) == (b"new", b"old")


def test_an_exchange_with_nothing_is_not_found(side: Side) -> None:
    fs, hands = side
    fs.create(TEMP, b"new")
    with pytest.raises(FileNotFoundError):
        fs.exchange(TEMP, "a.xmp")
    assert hands.names() == [TEMP]


def test_a_rename_onto_an_existing_name_is_refused_unless_asked_for(side: Side) -> None:
    fs, hands = side
    hands.put("a.xmp", b"theirs")
    fs.create(TEMP, b"new")
    with pytest.raises(FileExistsError):
        fs.rename(TEMP, "a.xmp", replace=False)
    assert hands.read("a.xmp") == b"theirs"
    fs.rename(TEMP, "a.xmp", replace=True)
    assert (hands.read("a.xmp"), hands.names()) == (b"new", ["a.xmp"])


def test_a_sidecar_is_kept_under_a_second_name(side: Side) -> None:
    fs, hands = side
    hands.put("a.xmp", b"theirs")
    assert fs.link("a.xmp", TEMP)
    assert fs.stat("a.xmp") == fs.stat(TEMP)
    with pytest.raises(FileExistsError):
        fs.link("a.xmp", TEMP)
    hands.replace("a.xmp", b"new")
    assert (hands.read("a.xmp"), hands.read(TEMP)) == (b"new", b"theirs")
    with pytest.raises(FileNotFoundError):
        fs.link("b.xmp", TEMP + "2")


@pytest.mark.parametrize("path", ["a.jpg", "a.CR3", "d/clip.mov", "notes.txt", "a.xmp_original", "kphotos/x"])
def test_nothing_but_sidecars_can_be_written_removed_or_replaced(side: Side, path: str) -> None:
    fs, hands = side
    hands.put(path, b"original")
    hands.put(TEMP, b"ours")
    for write in (
        lambda: fs.create(path, b"x"),
        lambda: fs.exchange(TEMP, path),
        lambda: fs.exchange(path, TEMP),
        lambda: fs.link(path, TEMP + "2"),
        lambda: fs.link(TEMP, path),
        lambda: fs.rename(TEMP, path, replace=True),
        lambda: fs.rename(path, TEMP, replace=True),
        lambda: fs.remove(path),
    ):
        with pytest.raises(Refused):
            write()
    with pytest.raises(Refused):
        fs.make_folder("Holiday")
    assert hands.read(path) == b"original"


def test_a_companion_is_carried_in_one_step_and_never_over_anything(side: Side) -> None:
    fs, hands = side
    hands.put("a/IMG.AAE", b"theirs")
    hands.put("b/IMG.AAE", b"another's")
    with pytest.raises(FileExistsError):
        fs.carry("a/IMG.AAE", "b/IMG.AAE")
    assert (hands.read("a/IMG.AAE"), hands.read("b/IMG.AAE")) == (b"theirs", b"another's")
    fs.carry("a/IMG.AAE", "b/LAKE.AAE")
    assert (hands.names("a"), hands.read("b/LAKE.AAE")) == ([], b"theirs")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("a.jpg", "b.jpg"),
        ("a.AAE", "a.jpg"),
        ("a.txt", "a.AAE"),
        ("a.CR3", "a.txt"),
        ("a.xmp", "b.xmp"),
        ("a.jpg.kphotos.json", "b.json"),
        ("a.bak", "b.bak"),
    ],
)
def test_nothing_but_a_companion_is_carried_and_stays_one(side: Side, old: str, new: str) -> None:
    fs, hands = side
    hands.put(old, b"original")
    with pytest.raises(Refused):
        fs.carry(old, new)
    assert hands.read(old) == b"original"


@pytest.mark.parametrize("link", [True, False])
def test_a_pipe_or_link_is_not_carried(side: Side, link: bool) -> None:
    fs, hands = side
    hands.special("a.txt", link=link)
    with pytest.raises(NotRegular):
        fs.carry("a.txt", "b.txt")


def test_our_own_folder_can_be_made_twice(side: Side) -> None:
    fs, _ = side
    fs.make_folder(".kphotos/sites")
    fs.make_folder(".kphotos/sites")
    fs.create(".kphotos/sites/s.json", b"{}")
    fs.sync_folder(".kphotos/sites")
    assert fs.stat(".kphotos/sites/s.json").size == 2


def test_what_is_removed_is_gone(side: Side) -> None:
    fs, hands = side
    fs.create("a.xmp", b"x")
    fs.remove("a.xmp")
    assert hands.names() == []
    with pytest.raises(FileNotFoundError):
        fs.remove("a.xmp")


def test_opening_gives_the_bytes_to_read_and_no_way_to_write(side: Side) -> None:
    fs, hands = side
    hands.put("a.jpg", b"picture")
    with fs.open("a.jpg") as file:
        assert file.read() == b"picture"
    assert hands.read("a.jpg") == b"picture"


def test_ours_are_sidecars_temps_and_our_folder_only() -> None:
    assert all(
        map(is_ours, ["a.xmp", "d/a.JPG.XMP", "a.jpg.kphotos.json", TEMP, ".kphotos", ".kphotos/volume.json"])
    )
    assert not any(map(is_ours, ["a.jpg", ".kphotosignore", "d/.kphotos", "kphotos.json", ".kphotos.jpg"]))


def test_a_signature_packs_dates_before_1970() -> None:
    assert Stat(FILE, 1, 2, -1, -1).signature() != Stat(FILE, 1, 2, 1, 1).signature()


def test_a_held_lock_keeps_another_thread_out_until_it_is_given_back(lock: Lock) -> None:
    order: list[str] = []
    inside = threading.Event()

    def other() -> None:
        inside.wait(5)
        with lock.hold(["photo"], timeout=5):
            order.append("other")

    thread = threading.Thread(target=other)
    thread.start()
    with lock.hold(["photo", "another"]):
        inside.set()
        thread.join(0.05)
        order.append("first")
    thread.join(5)
    assert order == ["first", "other"]


def test_a_lock_that_is_not_given_back_in_time_is_busy(lock: Lock) -> None:
    with lock.hold(["photo"]), pytest.raises(Busy), lock.hold(["photo"], timeout=0.02):
        pass
    with lock.hold(["photo"], timeout=0.02):
        pass


def test_other_keys_do_not_wait(lock: Lock) -> None:
    with lock.hold(["photo"]), lock.hold(["an unrelated one"], timeout=0.02):
        pass


def test_many_keys_in_any_order_never_lock_each_other_out(lock: Lock) -> None:
    done: list[int] = []

    def work(keys: list[str]) -> None:
        for _ in range(20):
            with lock.hold(keys, timeout=10):
                done.append(1)

    threads = [
        threading.Thread(target=work, args=(keys,)) for keys in (["a", "b", "c"], ["c", "b", "a"], ["b", "a"])
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(done) == 60


@pytest.mark.parametrize("clock", [SystemClock(), FakeClock()])
def test_a_clock_goes_forward_while_one_sleeps(clock: Clock) -> None:
    wall, steady = clock.now_ns(), clock.monotonic()
    clock.sleep(0.01)
    assert clock.now_ns() > wall
    assert clock.monotonic() - steady >= 0.01


@pytest.mark.parametrize("rng", [SystemRng(), FakeRng()])
@pytest.mark.parametrize("digits", [1, 8, 33])
def test_chance_gives_as_many_hexadecimal_digits_as_asked(rng: Rng, digits: int) -> None:
    text = rng.hex(digits)
    assert len(text) == digits
    assert set(text) <= set("0123456789abcdef")
