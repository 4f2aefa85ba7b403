"""A new value for each field: what the tests edit sidecars to."""

from __future__ import annotations

from typing import Any

MARK = "0mb3k9q2f00-k7q2"

EDITS: dict[str, Any] = {
    "title": "Lake & mountains <again>",
    "description": "Two lines,\nthe second with “quotes” & an ü",
    "tags": ("People/Bob", "Places/Lisboa", "flat one", "slash|inside/leaf"),
    "rating": 5,
    "label": "Blue",
    "pick": -1,
    "taken": {"local": "2019-12-31T23:59:58.5", "offset": "-03:00"},
    "gps": {"lat": -22.951916, "lon": -43.210487, "alt": 710.0},
    "people": ("Ana", "Bob"),
    "regions": [
        {"name": "Bob", "type": "Face", "area": [0.25, 0.3, 0.1, 0.15], "applied": [1600, 1200]},
        {"name": "Rex", "type": "Pet", "area": [0.7, 0.6, 0.2, 0.2], "applied": [1600, 1200]},
    ],
    "creator": ["Alice", "Bob"],
    "copyright": "© Alice 2026",
    "orientation": 8,
    "place": {"city": "Lisboa", "country": "Portugal", "code": "PT", "location": "Alfama"},
}
