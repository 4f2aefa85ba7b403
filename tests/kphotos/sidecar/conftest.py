"""A small library in Alice's home, indexed on either database."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from kphotos import index
from kphotos.config import Settings
from kphotos.index import query
from kphotos.index.query import AssetView
from kphotos.index.scope import EVERYTHING
from kphotos.sidecar import edits, intake, rebuild, sites
from kphotos.sidecar.intake import Tally
from kphotos.storage.volumes import Volume
from sync.core.model import Change
from sync.engine import Edited
from tests.photos import jpeg


@dataclass
class Library:
    """A volume with a few photos, and what a person does with it."""

    settings: Settings
    root: Path
    volume: Volume = field(init=False)

    def __post_init__(self) -> None:
        self.root.mkdir()
        jpeg(self.root / "lake.jpg", taken="2021-06-01T12:34:56", offset="+02:00", gps=(48.5, 2.25, 35))
        (self.root / "Trip").mkdir()
        jpeg(self.root / "Trip" / "sea.jpg", taken="2022-07-02T08:00:00", text="The sea", rating=3)
        self.originals = self.hashes()
        self.volume = sites.add(self.settings, self.root)
        rebuild.begin(self.settings)
        self.scan()

    def hashes(self) -> dict[str, str]:
        return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in self.root.rglob("*.jpg")}

    def scan(self, *, confirmed: int = 0) -> Tally:
        events = sites.engine_of(self.settings, self.volume).scan(confirmed=confirmed)
        return intake.take(self.settings, self.volume, events)

    def edit(self, path: str, *changes: Change, by: str | None = "alice") -> Edited:
        return edits.edit(self.settings, self.volume, path, changes, by=by)

    def view(self, path: str) -> AssetView:
        with index.use(self.settings):
            return query.asset_at(EVERYTHING, self.volume.id, path)

    def value(self, path: str, name: str) -> object:
        told = self.view(path).document["fields"].get(name)
        return None if told is None else told["value"]


@pytest.fixture
def settings(both_settings: Settings) -> Settings:
    """Every test of this room runs on SQLite and on the real Postgres."""
    return both_settings


@pytest.fixture
def library(settings: Settings, tmp_path: Path) -> Library:
    return Library(settings, tmp_path / "photos")
