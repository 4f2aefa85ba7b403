"""What only the real disk can show: links on the way, modes, attributes, old kernels, locks of processes."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from sync.errors import Busy, Full, ReadOnly
from sync.osfs import FileLock, OsFS, kernel, mounts
from sync.ports import NotRegular


@pytest.fixture(params=["openat2", "stepwise"])
def fs(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> OsFS:
    if request.param == "stepwise":
        monkeypatch.setattr(kernel, "_has_openat2", lambda: False)
    root = tmp_path / "volume"
    root.mkdir()
    return OsFS(root)


def test_a_linked_folder_on_the_way_is_not_entered(fs: OsFS, tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside/secret.xmp").write_bytes(b"secret")
    (fs.root / "in").symlink_to(tmp_path / "outside")
    (fs.root / "here").symlink_to(".")
    for path in ("in/secret.xmp", "here/in/secret.xmp"):
        with pytest.raises(OSError):
            fs.read(path, 100)
        with pytest.raises(OSError):
            fs.create(path + ".xmp", b"x")
    with pytest.raises(OSError):
        fs.entries("in")
    assert sorted(os.listdir(tmp_path / "outside")) == ["secret.xmp"]


@pytest.mark.parametrize(
    "path", ["../secret.xmp", "d/../../secret.xmp", "/etc/passwd", "d//a", "./a", "a\0b"]
)
def test_no_path_leads_out_of_the_root(fs: OsFS, path: str) -> None:
    (fs.root.parent / "secret.xmp").write_bytes(b"secret")
    (fs.root / "d").mkdir()
    with pytest.raises(FileNotFoundError):
        fs.read(path, 100)


def test_the_root_itself_may_be_a_link(fs: OsFS, tmp_path: Path) -> None:
    (fs.root / "a.jpg").write_bytes(b"1")
    (tmp_path / "Pictures").symlink_to(fs.root)
    assert [entry.name for entry in OsFS(tmp_path / "Pictures").entries("")] == ["a.jpg"]


def test_who_has_a_file_open_to_write_is_known(fs: OsFS) -> None:
    (fs.root / "a.xmp").write_bytes(b"1")
    (fs.root / "d").mkdir()
    assert not fs.is_being_written("a.xmp")
    with (fs.root / "a.xmp").open("rb"):
        assert not fs.is_being_written("a.xmp")
    with (fs.root / "a.xmp").open("r+b"):
        assert fs.is_being_written("a.xmp")
    assert not fs.is_being_written("a.xmp")
    (fs.root / "a.xmp").write_bytes(b"2")  # the lease was given back: nobody has to wait for it
    assert not fs.is_being_written("none.xmp")
    assert not fs.is_being_written("d")


def test_where_nobody_can_tell_who_has_a_file_open_that_is_said(
    fs: OsFS, monkeypatch: pytest.MonkeyPatch
) -> None:
    (fs.root / "a.xmp").write_bytes(b"1")
    monkeypatch.setattr(kernel.fcntl, "F_SETLEASE", -1)  # as a network filesystem refuses it
    with (fs.root / "a.xmp").open("r+b"):
        assert fs.is_being_written("a.xmp") is None
    monkeypatch.setattr(kernel.sys, "platform", "darwin")
    assert fs.is_being_written("a.xmp") is None


@pytest.mark.parametrize(
    ("kind", "told"), [("ext4", True), ("nfs4", None), ("cifs", None), ("fuse.sshfs", None)]
)
def test_a_server_that_gives_no_lease_does_not_say_that_somebody_writes(
    fs: OsFS, monkeypatch: pytest.MonkeyPatch, kind: str, told: bool | None
) -> None:
    """NFS without a delegation and SMB without an oplock refuse with the error of a file that is open."""
    asked = []

    def filesystem(device: int) -> str:
        asked.append(device)
        return kind

    (fs.root / "a.xmp").write_bytes(b"1")
    monkeypatch.setattr(mounts, "filesystem", filesystem)
    assert fs.is_being_written("a.xmp") is False
    with (fs.root / "a.xmp").open("r+b"):
        assert fs.is_being_written("a.xmp") is told
        assert fs.is_being_written("a.xmp") is told
    assert len(asked) == 1, "the mount table is read once a disk"


def test_a_device_is_not_read(fs: OsFS) -> None:
    with pytest.raises(NotRegular):
        OsFS(Path("/dev")).read("null", 100)


def test_no_root_is_kept_open(fs: OsFS) -> None:
    (fs.root / "a.jpg").write_bytes(b"1")
    before = len(os.listdir("/proc/self/fd"))
    fs.entries("")
    fs.read("a.jpg", 10)
    fs.create("a.xmp", b"1", like="a.jpg")
    with pytest.raises(FileNotFoundError):
        fs.read("gone/gone", 10)
    assert len(os.listdir("/proc/self/fd")) == before


def test_a_new_sidecar_may_be_read_by_whoever_may_read_the_original(fs: OsFS) -> None:
    (fs.root / "a.jpg").write_bytes(b"1")
    (fs.root / "a.jpg").chmod(0o444)
    fs.create("a.jpg.xmp", b"<x/>", like="a.jpg")
    assert (fs.root / "a.jpg.xmp").stat().st_mode & 0o777 == 0o644


def test_a_replacing_temp_takes_mode_and_attributes_of_the_replaced(fs: OsFS) -> None:
    old = fs.root / "a.xmp"
    old.write_bytes(b"old")
    old.chmod(0o640)
    try:
        os.setxattr(old, "user.colour", b"red")
    except OSError:
        pytest.skip("this disk has no extended attributes")
    fs.create(".kphotos-tmp-1", b"new", like="a.xmp")
    temp = fs.root / ".kphotos-tmp-1"
    assert temp.stat().st_mode & 0o777 == 0o640
    assert os.getxattr(temp, "user.colour") == b"red"


def test_a_temp_without_a_model_is_private(fs: OsFS) -> None:
    fs.create(".kphotos-tmp-1", b"new")
    assert (fs.root / ".kphotos-tmp-1").stat().st_mode & 0o777 == 0o600


def test_what_a_full_disk_cut_off_is_taken_away(fs: OsFS, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(fd: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        fs.create("a.xmp", b"new")
    assert os.listdir(fs.root) == []


def test_short_writes_are_continued(fs: OsFS, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.write
    monkeypatch.setattr(os, "write", lambda fd, data: real(fd, bytes(data)[:3]))
    fs.create("a.xmp", b"a longer text")
    assert (fs.root / "a.xmp").read_bytes() == b"a longer text"


def test_without_an_exchange_nothing_changes_and_it_says_so(
    fs: OsFS, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kernel, "renameat2", lambda *_: False)
    fs.create("a.xmp", b"old")
    fs.create(".kphotos-tmp-1", b"new")
    assert not fs.exchange(".kphotos-tmp-1", "a.xmp")
    with pytest.raises(FileExistsError):
        fs.rename(".kphotos-tmp-1", "a.xmp", replace=False)
    fs.rename(".kphotos-tmp-1", "b.xmp", replace=False)
    assert sorted(os.listdir(fs.root)) == ["a.xmp", "b.xmp"]


def test_without_links_either_an_existing_name_is_still_not_overwritten(
    fs: OsFS, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_link(*_: object, **__: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(kernel, "renameat2", lambda *_: False)
    monkeypatch.setattr(os, "link", no_link)
    fs.create("a.xmp", b"theirs")
    fs.create(".kphotos-tmp-1", b"new")
    with pytest.raises(FileExistsError):
        fs.rename(".kphotos-tmp-1", "a.xmp", replace=False)
    fs.rename(".kphotos-tmp-1", "b.xmp", replace=False)
    assert (fs.root / "a.xmp").read_bytes() == b"theirs"
    assert (fs.root / "b.xmp").read_bytes() == b"new"


AS_NOBODY = """
import os, sys
sys.path.insert(0, sys.argv[2])
from pathlib import Path
from sync.osfs import OsFS
fs = OsFS(Path(sys.argv[1]))
fs.entries("")
if os.geteuid() == 0:
    os.setuid(65534)
try:
    fs.entries("locked")
except PermissionError:
    sys.exit(7)
"""

HOLDER = """
import sys, time
sys.path.insert(0, sys.argv[2])
from pathlib import Path
from sync.osfs import FileLock
with FileLock(Path(sys.argv[1])).hold(["photo"]):
    print("held", flush=True)
    time.sleep(60)
"""
HERE = str(Path(__file__).parents[2])


def test_an_unreadable_folder_is_refused_and_not_empty() -> None:
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        root.chmod(0o755)
        (root / "locked").mkdir(mode=0)
        done = subprocess.run([sys.executable, "-c", AS_NOBODY, name, HERE], check=False)
    assert done.returncode == 7


BY_NAME_ALONE = """
import os, sys
sys.path.insert(0, sys.argv[2])
from pathlib import Path
from sync.osfs import OsFS
from sync.ports import FOLDER, UNKNOWN
fs = OsFS(Path(sys.argv[1]))
fs.entries("")
if os.geteuid() == 0:
    os.setuid(65534)
kinds = {entry.name: entry.kind for entry in fs.entries("")}
sys.exit(7 if kinds == {"a.JPG": UNKNOWN, "below": FOLDER} else 1)
"""


def test_a_folder_is_known_as_one_though_only_its_name_can_be_read() -> None:
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        (root / "below").mkdir()
        (root / "a.JPG").touch()
        root.chmod(0o444)
        done = subprocess.run([sys.executable, "-c", BY_NAME_ALONE, name, HERE], check=False)
        root.chmod(0o755)
    assert done.returncode == 7


def test_a_lock_is_held_against_another_process_and_dies_with_its_holder(tmp_path: Path) -> None:
    lock = FileLock(tmp_path)
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path), HERE], stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with pytest.raises(Busy), lock.hold(["photo"], timeout=0.05):
            pass
        other.kill()
        other.wait(5)
    with lock.hold(["photo"], timeout=2):
        pass


def test_a_lock_that_the_disk_refuses_is_a_refusal_like_any_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "locks").touch()
    with pytest.raises(ReadOnly, match="the lock cannot be taken"), FileLock(tmp_path / "locks").hold(["a"]):
        pass

    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "open", full)
    with pytest.raises(Full), FileLock(tmp_path).hold(["a"]):
        pass


def test_the_mount_table_names_the_filesystem(tmp_path: Path) -> None:
    assert mounts.filesystem(os.stat("/proc").st_dev) == "proc"
    assert mounts.filesystem(0x7FFF_FFFF) == ""
    assert not mounts.silent(os.stat("/proc").st_dev)


@pytest.mark.parametrize(
    ("kind", "silent", "lasting"),
    [
        ("ext4", False, True),
        ("nfs4", True, True),
        ("fuse.sshfs", True, False),
        ("vfat", False, False),
        ("cifs", True, False),
    ],
)
def test_network_mounts_are_silent_and_some_forget_inodes(
    monkeypatch: pytest.MonkeyPatch, kind: str, silent: bool, lasting: bool
) -> None:
    monkeypatch.setattr(mounts, "filesystem", lambda device: kind)
    assert (mounts.silent(1), mounts.lasting_inodes(1)) == (silent, lasting)


def test_a_replaced_xmp_is_newer_by_whole_seconds_and_never_far_ahead(tmp_path: Path) -> None:
    fs = OsFS(tmp_path)
    fs.create("a.jpg.xmp", b"theirs")
    written = fs.stat("a.jpg.xmp").mtime_ns // 10**9
    dates = set()
    for number in range(6):
        temp = f".kphotos-tmp-{number}"
        made = fs.create(temp, b"ours", like="a.jpg.xmp")
        assert made == fs.stat(temp)
        # darktable compares whole seconds, with two of them to spare.
        assert made.mtime_ns // 10**9 > written + 2
        assert made.mtime_ns <= time.time_ns() + 5 * 10**9
        fs.rename(temp, "a.jpg.xmp", replace=True)
        dates.add(made.mtime_ns // 10**7)
    assert len(dates) == 6, "of the same size and date, a sync tool would not carry it"


def test_two_xmps_over_the_same_have_two_dates(tmp_path: Path) -> None:
    fs = OsFS(tmp_path)
    fs.create("a.jpg.xmp", b"theirs")
    one = fs.create(".kphotos-tmp-1", b"one", like="a.jpg.xmp")
    time.sleep(0.02)
    assert fs.create(".kphotos-tmp-2", b"two", like="a.jpg.xmp").mtime_ns != one.mtime_ns


@pytest.mark.parametrize("years", [-20, 20])
def test_a_wrong_date_of_what_is_replaced_is_not_carried_on(tmp_path: Path, years: int) -> None:
    fs = OsFS(tmp_path)
    fs.create("a.jpg.xmp", b"theirs")
    then = time.time() + years * 365 * 86400
    os.utime(tmp_path / "a.jpg.xmp", (then, then))
    made = fs.create(".kphotos-tmp-1", b"ours", like="a.jpg.xmp")
    assert abs(made.mtime_ns - time.time_ns()) < 10**9


def test_a_companion_that_has_a_hard_link_elsewhere_is_not_carried_onto_itself(fs: OsFS) -> None:
    (fs.root / "IMG.AAE").write_bytes(b"theirs")
    (fs.root / "backup.AAE").hardlink_to(fs.root / "IMG.AAE")
    with pytest.raises(FileExistsError):
        fs.carry("IMG.AAE", "IMG.AAE")
    assert (fs.root / "IMG.AAE").read_bytes() == b"theirs"


def test_a_companion_under_both_names_of_a_rename_cut_short_loses_the_old(fs: OsFS) -> None:
    (fs.root / "IMG.AAE").write_bytes(b"theirs")
    (fs.root / "LAKE.AAE").hardlink_to(fs.root / "IMG.AAE")
    fs.carry("IMG.AAE", "LAKE.AAE")
    assert sorted(os.listdir(fs.root)) == ["LAKE.AAE"]


def test_the_names_of_new_folders_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[int] = []
    monkeypatch.setattr(os, "fsync", lambda fd: synced.append(os.fstat(fd).st_ino))
    overlay = OsFS(tmp_path, everything_ours=True)
    overlay.make_folder("2024/june")
    assert synced == [tmp_path.stat().st_ino, (tmp_path / "2024").stat().st_ino]
    overlay.make_folder("2024/june")
    assert len(synced) == 2


def test_a_new_folder_whose_name_may_not_last_is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(fd: int) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    overlay = OsFS(tmp_path, everything_ours=True)
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fails)
        with pytest.raises(OSError, match="Input/output"):
            overlay.make_folder("2024")
    assert not (tmp_path / "2024").exists()
    overlay.make_folder("2024")
    assert (tmp_path / "2024").is_dir()


def test_a_disk_without_hard_links_says_so(fs: OsFS, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    (fs.root / "a.xmp").write_bytes(b"theirs")
    monkeypatch.setattr(os, "link", refuse)
    assert not fs.link("a.xmp", ".kphotos-tmp-1")
    assert os.listdir(fs.root) == ["a.xmp"]
