"""The values that the cast says."""

from __future__ import annotations

LAKE, SEE, SEA, POND = "Lake", "See", "Sea", "Pond"
PARIS, ROME, FLAT = "Places/Paris", "Places/Rome", "beach"
NOON = {"local": "2021-06-01T12:00:00.5", "offset": "+02:00"}
NOON_WITHOUT = {"local": "2021-06-01T12:00:00.5", "offset": None}
ONE = {"local": "2021-06-01T13:00:00", "offset": None}
PORT = {"lat": 1.0, "lon": 2.0, "alt": None}
PIER = {"lat": 1.0, "lon": 2.5, "alt": None}
