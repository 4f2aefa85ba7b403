"""I1: no process of ours ever opens an original for writing; and the audit would see it if one did."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.e2e import audit
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
