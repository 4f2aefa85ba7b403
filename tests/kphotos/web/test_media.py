"""Pictures: exact bytes, private caches, and originals that are only ever read."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from kphotos import jobs
from kphotos.config import Settings
from kphotos.storage.derivatives import Derivatives
from kphotos.storage.facts import Facts
from tests.kphotos.web.conftest import HASH, SHARED_PHOTO, Browser

KEY = "ab" * 8
THUMB, ORIGINAL = f"/media/{SHARED_PHOTO}/thumb", f"/media/{SHARED_PHOTO}/original"
pytestmark = pytest.mark.usefixtures("library")


def test_a_derivative_is_kept_by_its_own_browser_under_its_contents_name(as_alice: Browser) -> None:
    named = as_alice.get(f"{THUMB}?v={KEY}")
    assert (named.status_code, named.data, named.mimetype) == (200, b"RIFFthumb", "image/webp")
    assert named.headers["Cache-Control"] == "private, max-age=3600, immutable, no-transform"
    for other in (THUMB, f"{THUMB}?v=", f"{THUMB}?v=0000000000000000"):
        assert as_alice.get(other).headers["Cache-Control"] == "private, no-cache, no-transform"
    again = as_alice.get(THUMB, headers={"If-None-Match": named.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_what_is_not_made_yet_is_made_next_and_no_error_meanwhile(
    as_alice: Browser, settings: Settings
) -> None:
    Derivatives(settings.storage_path / "derivatives").path(HASH, "thumb").unlink()
    for _ in range(2):
        answer = as_alice.get(f"{THUMB}?v={KEY}")
        assert (answer.status_code, answer.data) == (202, b"")
        assert (answer.headers["Cache-Control"], answer.headers["Retry-After"]) == ("no-store", "2")
    waiting = [(job.ids, job.priority) for job in jobs.page(settings)]
    assert waiting == [({"asset": SHARED_PHOTO}, 1)], "somebody looks, so it comes before the rest"


def test_what_can_never_be_decoded_is_no_error_and_is_not_tried_again(
    as_alice: Browser, settings: Settings
) -> None:
    store = Derivatives(settings.storage_path / "derivatives")
    store.path(HASH, "thumb").unlink()
    store.put(HASH, "facts", Facts(hash=HASH, size=1, problem="no picture").to_json())
    answer = as_alice.get(THUMB)
    assert (answer.status_code, answer.data, answer.headers["Cache-Control"]) == (204, b"", "no-store")
    assert "Retry-After" not in answer.headers
    assert list(jobs.page(settings)) == []


def test_an_original_comes_whole_or_in_ranges(as_alice: Browser, library: Path) -> None:
    data = (library / "Trip" / "IMG_1.JPG").read_bytes()
    whole = as_alice.get(ORIGINAL)
    assert (whole.data, whole.mimetype) == (data, "image/jpeg")
    assert whole.headers["Content-Disposition"].startswith('inline; filename="IMG_1.JPG"')
    part = as_alice.get(ORIGINAL, headers={"Range": "bytes=10-19"})
    assert (part.status_code, part.data) == (206, data[10:20])
    assert part.headers["Content-Range"] == f"bytes 10-19/{len(data)}"
    head = as_alice.send("HEAD", ORIGINAL)
    assert (head.data, head.content_length) == (b"", len(data))
    absurd = as_alice.get(ORIGINAL, headers={"Range": "bytes=99999999-"})
    assert absurd.status_code == 416
    assert absurd.headers["Content-Range"] == f"bytes */{len(data)}"


def test_other_bytes_have_another_tag(as_alice: Browser, library: Path) -> None:
    before = as_alice.get(ORIGINAL).headers["ETag"]
    path = library / "Trip" / "IMG_1.JPG"
    data = path.read_bytes()
    path.write_bytes(data[:-1] + b"x")
    assert as_alice.get(ORIGINAL, headers={"If-None-Match": before}).status_code == 200


def test_whatever_took_the_originals_place_is_not_served(
    as_alice: Browser, library: Path, tmp_path: Path
) -> None:
    path = library / "Trip" / "IMG_1.JPG"
    (tmp_path / "secret.jpg").write_bytes(b"secret")
    path.unlink()
    gone = as_alice.get(ORIGINAL)
    assert gone.status_code == 404
    path.symlink_to(tmp_path / "secret.jpg")
    assert as_alice.get(ORIGINAL).status_code == 404
    path.unlink()
    os.mkfifo(path)
    assert as_alice.get(ORIGINAL).status_code == 404
    path.unlink()
    (library / "Trip").rmdir()
    (library / "Trip").symlink_to(tmp_path)
    assert as_alice.get(ORIGINAL).status_code == 404
    assert b"secret" not in as_alice.get(ORIGINAL).data
