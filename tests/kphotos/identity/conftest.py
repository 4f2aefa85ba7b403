"""A home for accounts; hashing is cheap here, because what is tested is not its cost."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from kphotos import db
from kphotos.config import Settings, from_env
from kphotos.identity import passwords
from kphotos.index import generation


@pytest.fixture
def settings(tmp_path: Path) -> Iterator[Settings]:
    found = from_env({}, storage_path=tmp_path / "home", dotenv=None)
    generation.swap(found, generation.create(found))
    yield found
    db.forget(str(found.storage_path))


@pytest.fixture
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "_HASHER", PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))
