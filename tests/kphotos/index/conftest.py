"""An index to test with: every test of this room runs on SQLite and on the real Postgres."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from kphotos import index
from kphotos.config import Settings
from kphotos.index import Index, generation


@pytest.fixture
def settings(both_settings: Settings) -> Settings:
    """Settings without an index yet."""
    return both_settings


@pytest.fixture
def ready(settings: Settings) -> Settings:
    """Settings with an empty index."""
    generation.swap(settings, generation.create(settings))
    return settings


@pytest.fixture
def bound(ready: Settings) -> Iterator[Index]:
    """An empty index, bound to the test."""
    with index.use(ready) as found:
        yield found
