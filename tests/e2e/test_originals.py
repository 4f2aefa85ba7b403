"""I1: no process of ours ever opens an original for writing; and the audit would see it if one did."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from sync.codecs import xmp
from tests.e2e import audit
from tests.e2e import house as houses
from tests.e2e.house import until
from tests.interop.conftest import need
from tests.photos import jpeg

PLANTED = {
    "opened to write": "open(p, 'r+b').close()",
    "opened to append": "open(p, 'ab').close()",
    "opened by a name in its folder": "f = os.open(d, 0); os.open(n, os.O_RDWR, dir_fd=f)",
    "opened through a link": "os.symlink(p, d + '/link'); open(d + '/link', 'r+b').close()",
    "opened by a child": "subprocess.run([sys.executable, '-c', f'open({p!r}, \"r+b\").close()'])",
    "cut": "os.truncate(p, 9)",
    "renamed": "os.rename(p, d + '/away.jpg')",
    "replaced": "open(d + '/new', 'wb').close(); os.replace(d + '/new', p)",
    "removed": "os.unlink(p)",
    "removed by a name in its folder": "f = os.open(d, 0); os.unlink(n, dir_fd=f)",
    "linked": "os.link(p, d + '/twin.jpg')",
    "made older": "os.utime(p, (0, 0))",
    "made older through an open file": "f = os.open(p, os.O_RDONLY); os.utime(f, (0, 0))",
    "given another mode": "os.chmod(p, 0o600)",
    "given an attribute": "os.setxattr(p, 'user.x', b'1')",
}
HARMLESS = {
    "read": "open(p, 'rb').read()",
    "looked at": "os.stat(p); os.listdir(d); os.access(p, os.W_OK)",
    "written beside": "open(p + '.xmp', 'wb').write(p.encode()); os.rename(p + '.xmp', p + '.kphotos.json')",
    "named in what is written": "open(d + '/list.txt', 'w').write(p)",
}


def calls_of(tmp_path: Path, code: str) -> list[str]:
    """What the audit finds when Python runs `code` with p, d, n = the original's path, folder, name."""
    need(audit.missing())
    original = jpeg(tmp_path / "IMG_1.JPG")
    names = f"import os, subprocess, sys; p = {str(original)!r}; d = {str(tmp_path)!r}; n = 'IMG_1.JPG';"
    audit.watched([sys.executable, "-I", "-c", names + code], tmp_path / "trace")
    return audit.touched(tmp_path / "trace", [original])


@pytest.mark.parametrize("planted", PLANTED)
def test_the_audit_sees_an_original_that_is(planted: str, tmp_path: Path) -> None:
    assert calls_of(tmp_path, PLANTED[planted])


@pytest.mark.parametrize("harmless", HARMLESS)
def test_the_audit_lets_pass_an_original_that_is(harmless: str, tmp_path: Path) -> None:
    assert calls_of(tmp_path, HARMLESS[harmless]) == []


@pytest.fixture
def library(tmp_path: Path) -> Path:
    """Photos as they come: plain, with a foreign sidecar, read-only, and kinds that only exiftool reads."""
    folder = tmp_path / "Pictures"
    for number in range(1, 5):
        jpeg(folder / f"IMG_{number}.JPG", taken=f"2024-06-0{number}T10:00:00", orientation=number)
    (folder / "IMG_2.JPG.xmp").write_bytes(
        xmp.write(None, {"title": "Lake", "rating": 3}, "0mb3k9q2f00-k7q2")
    )
    (folder / "IMG_3.JPG").chmod(0o444)
    (folder / "CLIP.MP4").write_bytes(b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + b"\0\0\0\x08free" * 40)
    (folder / "SHOT.HEIC").write_bytes(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0\0\0\x08free" * 40)
    return folder


def originals_of(library: Path) -> dict[Path, tuple[bytes, int, int]]:
    """Each original with its bytes, inode and time of change: what a write would alter."""
    held = (path for path in library.iterdir() if path.suffix in (".JPG", ".MP4", ".HEIC"))
    return {path: (path.read_bytes(), path.stat().st_ino, path.stat().st_ctime_ns) for path in held}


def test_no_command_of_ours_touches_an_original(library: Path, tmp_path: Path) -> None:
    need(audit.missing())
    environment = houses.environment(tmp_path / "home")
    before = originals_of(library)
    photo = str(library / "IMG_1.JPG")
    for number, words in enumerate(
        (
            ["scan", str(library)],
            [
                "edit",
                photo,
                "rating=4",
                "title=A lake",
                "tags+=Places/Paris",
                "taken=2020-01-01T00:00:00+01:00",
            ],
            ["edit", str(library / "IMG_2.JPG"), "rating=", "gps=48.85,2.29"],
            ["edit", str(library / "IMG_3.JPG"), "orientation=6"],
            ["show", photo],
            ["scan"],
            ["rebuild"],
            ["verify"],
            ["problems"],
        )
    ):
        trace = tmp_path / f"trace{number}"
        code = audit.watched([sys.executable, "-m", "kphotos", *words], trace, environment)
        assert code in (0, 1), words
        assert audit.touched(trace, before) == [], words
        assert list(audit.calls(trace)), "strace saw nothing, so it proves nothing"
    assert originals_of(library) == before
    assert (library / "IMG_1.JPG.xmp").exists()


def test_no_process_of_a_running_library_touches_an_original(library: Path, tmp_path: Path) -> None:
    need(audit.missing())
    home, trace = tmp_path / "home", tmp_path / "trace"
    before = originals_of(library)
    with houses.started(library, home, before=audit.prefix(trace)) as house:
        until(lambda: len(list(home.rglob("thumb.webp"))) == 4, 60)
        assert house.cli("edit", str(library / "IMG_4.JPG"), "rating=2").returncode == 0
        (library / "IMG_2.JPG.xmp").write_bytes(xmp.write(None, {"title": "See"}, "0mb3k9q2f01-k7q2"))
        until(lambda: "See" in house.cli("show", str(library / "IMG_2.JPG")).stdout)
    assert audit.touched(trace, before) == []
    opened = [call for call in audit.calls(trace) if "thumb.webp" in call]
    assert opened, "the worker's calls are not in the trace, so it proves nothing"
    assert originals_of(library) == before
