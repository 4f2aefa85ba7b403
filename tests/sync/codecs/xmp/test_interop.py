"""The toolkits that other programs read with accept every file that we write, and miss nothing in it."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from sync.codecs import xmp
from sync.core.sources import resolve
from tests.interop import tools
from tests.interop.conftest import need
from tests.sync.codecs.xmp.edits import EDITS, MARK
from tests.sync.codecs.xmp.judge import CORPUS, FILES, name_of

pytestmark = pytest.mark.interop


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The corpus after an edit of every field, after a clear of every field, and new files."""
    folder = tmp_path_factory.mktemp("written")
    contents: dict[str, dict[str, Any]] = {"edited": EDITS, "cleared": {}}
    contents |= {f"only-{field}": {field: value} for field, value in EDITS.items()}
    paths = []
    for label, content in contents.items():
        sources = FILES if label in ("edited", "cleared") else [CORPUS / "full-input.xmp", None]
        for number, source in enumerate(sources):
            path = folder / f"{label}-{number}.xmp"
            path.write_bytes(xmp.write(None if source is None else source.read_bytes(), content, MARK))
            paths.append(path)
    return paths


def exiv2_keys(paths: list[Path], *, unusable: bool = False) -> dict[str, set[str]]:
    """File -> keys that exiv2 finds; whatever it complains of is a failure.

    With `unusable` there may be values of others that it reads and has no use for: Apple's decimal position.
    """
    command = ["exiv2", "-PXk", *map(str, paths)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    complaints = [line for line in done.stderr.splitlines() if "No XMP" not in line]
    assert [line for line in complaints if not unusable or "Failed to convert" not in line] == []
    if len(paths) == 1:
        return {paths[0].name: set(done.stdout.split())}
    found: dict[str, set[str]] = {path.name: set() for path in paths}
    for line in done.stdout.splitlines():
        path, key = line.split()
        found[Path(path).name].add(key)
    return found


def test_exiv2_accepts_everything_that_we_write(written: list[Path]) -> None:
    need(tools.no_exiv2())
    for name, keys in exiv2_keys(written).items():
        assert "Xmp.kphotos.mark" in keys, name


def test_exiv2_finds_every_foreign_property_again(tmp_path: Path) -> None:
    need(tools.no_exiv2())
    for source in FILES:
        before, after = tmp_path / "before.xmp", tmp_path / "after.xmp"
        before.write_bytes(source.read_bytes())
        content = {**resolve(xmp.read(source.read_bytes()).sources), **EDITS}
        after.write_bytes(xmp.write(source.read_bytes(), content, MARK))
        gone = exiv2_keys([before], unusable=True)["before.xmp"] - exiv2_keys([after])["after.xmp"]
        # Fewer faces and tags than before are what the edit asked for, and a position that needs no Ref.
        gone -= {"Xmp.exif.GPSLatitudeRef", "Xmp.exif.GPSLongitudeRef"}
        assert {key for key in gone if "Region" not in key and "[" not in key} == set(), name_of(source)


def test_exiv2_would_complain_of_a_defect(tmp_path: Path) -> None:
    """A planted failure: a duplicate property is what the check above must notice."""
    need(tools.no_exiv2())
    bad = tmp_path / "bad.xmp"
    data = xmp.write(None, {"rating": 1}, MARK)
    bad.write_bytes(data.replace(b"<xmp:Rating>", b"<xmp:Rating>1</xmp:Rating><xmp:Rating>"))
    with pytest.raises(AssertionError):
        exiv2_keys([bad])


def test_exiftool_finds_nothing_to_warn_of(written: list[Path]) -> None:
    need(tools.no_exiftool())
    told = json.loads(
        tools.exiftool("-json", "-validate", "-warning", "-error", "-xmp:all", *map(str, written))
    )
    assert len(told) == len(written)
    for each in told:
        assert "Error" not in each, each
        # Tools' own empty lists are a minor warning, and stay as they are.
        assert each["Validate"] == "OK" or each["Validate"].endswith("minor)"), each
