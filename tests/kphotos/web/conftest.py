"""A house for the pages: Alice is its admin, Bob a member, Charlie a stranger without an account."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from flask import Flask, Response
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from kphotos import db, index, records
from kphotos.app import create_app
from kphotos.config import Settings, from_env
from kphotos.identity import accounts, passwords, sessions
from kphotos.identity.accounts import Account
from kphotos.index import generation, projection
from kphotos.index.rows import AssetRow, ProblemRow
from kphotos.storage import volumes
from kphotos.storage.derivatives import Derivatives
from kphotos.web import cookies
from tests.photos import jpeg

PASSWORD = "correct horse battery"
_CHEAP = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
CHEAP = _CHEAP.hash(PASSWORD)
HASH = "sha256:" + "ab" * 32
SHARED, HIDDEN = "1" * 32, "2" * 32
SHARED_PHOTO, HIDDEN_PHOTO, NOWHERE = "a" * 32, "b" * 32, "c" * 32


@dataclass
class Browser:
    """Somebody's browser: keeps cookies, and repeats the double-submit token as our pages do."""

    client: FlaskClient
    base: str = "http://localhost"

    def get(self, url: str, **more: Any) -> TestResponse:
        return self.client.get(url, base_url=self.base, **more)

    def send(self, method: str, url: str, json: Any = None, **more: Any) -> TestResponse:
        headers = {"Origin": self.base, "X-CSRF-TOKEN": self.cookie("kp_csrf"), **more.pop("headers", {})}
        body = {} if json is None else {"json": json}
        return self.client.open(url, method=method, base_url=self.base, headers=headers, **body, **more)

    def cookie(self, name: str, path: str = "/") -> str:
        found = self.client.get_cookie(name, "localhost", path)
        return found.value if found is not None else ""


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hashing is tested where passwords are; here nobody waits for 64 MiB to be filled."""
    monkeypatch.setattr(passwords, "_HASHER", _CHEAP)


@pytest.fixture
def settings(tmp_path: Path) -> Iterator[Settings]:
    """A fresh home with an empty index."""
    found = from_env({}, storage_path=tmp_path / "home", dotenv=None)
    generation.swap(found, generation.create(found))
    yield found
    db.forget(str(found.storage_path))


@pytest.fixture
def app(settings: Settings) -> Flask:
    return create_app(settings)


def account(settings: Settings, name: str, role: str) -> Account:
    data = {"name": name, "role": role, "password": CHEAP, "stamp": f"stamp of {name}", "disabled": False}
    records.save(settings, "users", name.lower(), data)
    found = accounts.get(settings, name.lower())
    assert found is not None
    return found


@pytest.fixture
def alice(settings: Settings) -> Account:
    return account(settings, "Alice", "admin")


@pytest.fixture
def bob(settings: Settings) -> Account:
    return account(settings, "Bob", "member")


@pytest.fixture
def sign_in(app: Flask, settings: Settings) -> Callable[[Account], Browser]:
    """Open a session for an account, without the time a password takes."""

    def opened(who: Account) -> Browser:
        browser = Browser(app.test_client())
        with app.test_request_context("/", base_url=browser.base):
            response = Response()
            cookies.write(response, sessions.begin(settings, who, "a test"))
        for header in response.headers.getlist("Set-Cookie"):
            name, _, rest = header.partition("=")
            path = "/api/auth" if "Path=/api/auth" in header else "/"
            browser.client.set_cookie(name, rest.partition(";")[0], path=path)
        return browser

    return opened


@pytest.fixture
def as_alice(sign_in: Callable[[Account], Browser], alice: Account) -> Browser:
    return sign_in(alice)


@pytest.fixture
def as_bob(sign_in: Callable[[Account], Browser], bob: Account) -> Browser:
    return sign_in(bob)


@pytest.fixture
def as_charlie(app: Flask) -> Browser:
    return Browser(app.test_client())


@pytest.fixture
def library(settings: Settings, tmp_path: Path) -> Path:
    """Two volumes with one photo each: everybody sees the first, only admins the second."""
    for volume, photo, viewers in ((SHARED, SHARED_PHOTO, None), (HIDDEN, HIDDEN_PHOTO, [])):
        root = tmp_path / volume[:1]
        jpeg(root / "Trip" / "IMG_1.JPG", taken="2024-06-28T10:01:00")
        data: dict[str, Any] = {"name": f"Volume {volume[:1]}", "root": str(root), "writable": True}
        records.save(settings, "volumes", volume, data if viewers is None else {**data, "viewers": viewers})
        with index.use(settings):
            projection.apply([_row(volume, photo, root), _problem(volume)])
    store = Derivatives(settings.storage_path / "derivatives")
    store.put(HASH, "thumb", b"RIFFthumb")
    store.put(HASH, "preview", b"RIFFpreview")
    assert [one.id for one in volumes.every(settings)] == [SHARED, HIDDEN]
    return tmp_path / "1"


def _row(volume: str, photo: str, root: Path) -> AssetRow:
    status = (root / "Trip" / "IMG_1.JPG").stat()
    taken = {"local": "2024-06-28T10:01:00", "offset": None}
    told = {"value": "Lake", "source": "people", "dots": ["d1"], "conflict": False, "by": "alice", "at": "d1"}
    return AssetRow(
        id=photo,
        volume=volume,
        path="Trip/IMG_1.JPG",
        kind="photo",
        size=status.st_size,
        mtime_ns=status.st_mtime_ns,
        hash=HASH,
        width=64,
        height=48,
        taken_source="embedded",
        make="Canon",
        fields={"taken": taken, "title": "Lake", "tags": [f"Places/Volume{volume[:1]}"]},
        document={
            "fields": {"title": told, "taken": {"value": taken, "source": "embedded"}},
            "sidecars": ["Trip/IMG_1.JPG.xmp"],
            "history": [
                {"at": "d0", "field": "title", "to": "Sea"},
                {"at": "d1", "field": "title", "by": "alice"},
            ],
        },
    )


def _problem(volume: str) -> ProblemRow:
    return ProblemRow(
        volume, f"Trip/bad-{volume[:1]}.xmp", "unreadable", "It ends too early.", "The file is kept."
    )
