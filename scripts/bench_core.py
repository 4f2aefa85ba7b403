"""Joins and absorptions per second on one core, beside reading and writing the same ledger as JSON."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from statistics import median
from time import process_time
from typing import Any

from bench_sidecars import ALICE, BEGIN_MS, PLACES, SITE, sealed

from sync.codecs import ledger as ledgers
from sync.codecs import xmp as xmps
from sync.core.absorb import absorb
from sync.core.edit import edit
from sync.core.merge import join
from sync.core.model import Change, Ledger, Sight

_FIELDS: tuple[tuple[str, Any], ...] = (
    ("title", "The harbour in the rain"),
    ("description", "Seen from the old bridge, an hour before the storm."),
    ("rating", 4),
    ("label", "Green"),
    ("taken", {"local": "2021-06-01T12:34:56", "offset": "+02:00"}),
    ("gps", {"lat": 48.858222, "lon": 2.2945, "alt": 35.0}),
    ("creator", ["Alice Example"]),
    ("copyright", "Alice Example"),
)
_FACES = [
    {"name": name, "area": [0.2 + 0.25 * number, 0.4, 0.1, 0.1], "type": "Face"}
    for number, name in enumerate(("Ann", "Ben", "Cem"))
]
_ROUNDS, _AT_ONCE = 9, 200


def core() -> dict[str, Any]:
    """A typical ledger: 8 fields, 5 tags, 3 faces, 10 dots and one XMP; the median of nine runs each."""
    ledger, data = typical()
    raw = ledgers.write(ledger)
    told = Told(ledger, data)
    json_seconds = _seconds(lambda: json.dumps(json.loads(raw)))
    results: dict[str, Any] = {
        "ledger": {
            "fields": len(ledger.fields),
            "tags": len(ledger.sets["tags"]),
            "faces": len(ledger.regions),
            "dots": len(ledger.seen),
            "bytes": len(raw),
        },
        "baseline": "json.loads and json.dumps of the same ledger",
        "json_per_second": round(1 / json_seconds),
    }
    for name, step in (("join", told.join), ("absorb", told.absorb), ("absorb_at_rest", told.rest)):
        seconds = _seconds(step)
        results[f"{name}_per_second"] = round(1 / seconds)
        results[f"{name}_takes_times_the_json"] = round(seconds / json_seconds, 2)
    return results


class Told:
    """What is joined and absorbed: two edits that have not seen each other, and a program's XMP."""

    def __init__(self, ledger: Ledger, data: bytes) -> None:
        self._ledger = ledger
        self._here = _edited(ledger, "a1b2", "title", "Here")
        self._there = _edited(ledger, "c3d4", "rating", 1)
        self._written = _sight(data.replace(b"The harbour in the rain", b"What a program says"))
        self._as_it_was = _sight(data)

    def join(self) -> Ledger:
        return join(self._here, self._there)

    def absorb(self) -> bool:
        return self._absorbed(self._written)

    def rest(self) -> bool:
        return self._absorbed(self._as_it_was)

    def _absorbed(self, sight: Sight) -> bool:
        now = BEGIN_MS + 10**9
        return absorb(self._ledger, sight, single=True, now_ms=now, node="e5f6", site=SITE).changed


def typical() -> tuple[Ledger, bytes]:
    """The ledger and the XMP that it knows."""
    tags = [f"Places/{place}" for place in PLACES[:5]]
    ledger, data = Ledger("0" * 32), None
    changes = [*(Change(name, "set", value) for name, value in _FIELDS), Change("tags", "add", tags)]
    # Eight edits, the last two fields in one: with the mirror and the faces ten stamps.
    for number, some in enumerate([*([one] for one in changes[:6]), changes[6:8], changes[8:]]):
        ledger = edit(ledger, some, now_ms=BEGIN_MS + number, node="k7q2", by=ALICE)
    ledger, data = sealed(ledger, None, "IMG_1.JPG.xmp", BEGIN_MS + 100, None)
    # Faces come from other programs: the XMP is written with them, and absorbed.
    named = xmps.write(data, {**_content(data), "regions": _FACES}, xmps.read(data).mark or "")
    met = absorb(ledger, _sight(named), single=True, now_ms=BEGIN_MS + 200, node="k7q2", site=SITE)
    assert len(met.ledger.regions) == len(_FACES)
    return met.ledger, named


def _content(data: bytes) -> dict[str, Any]:
    found = xmps.read(data).sources
    return {name: next(iter(said.values())) for name, said in found.items()} | {
        "tags": found["tags"]["digiKam:TagsList"]
    }


def _edited(ledger: Ledger, node: str, field: str, value: object) -> Ledger:
    return edit(ledger, [Change(field, "set", value)], now_ms=BEGIN_MS + 10**6, node=node, by=ALICE)


def _sight(data: bytes) -> Sight:
    read = xmps.read(data)
    sight = Sight("IMG_1.JPG.xmp", "main", read.mark, read.sources, xmps.sum(data))
    return replace(sight, tool=read.tool)


def _seconds(step: Callable[[], object]) -> float:
    """CPU seconds of one call."""
    took = []
    for _ in range(_ROUNDS):
        begun = process_time()
        for _ in range(_AT_ONCE):
            step()
        took.append((process_time() - begun) / _AT_ONCE)
    return median(took)
