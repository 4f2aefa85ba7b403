"""What the index says, as one hash per table: equal for a live and a rebuilt index, on either database (I2).

Every column of every table is either in here or in the one list `tables.OBSERVED`; a test fails otherwise.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from types import MappingProxyType

from kphotos import db
from kphotos.index import generation
from kphotos.index.tables import MODELS, OBSERVED, Row, columns_of, key_of, table_of

COVERED: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        table_of(model): tuple(
            name for name in columns_of(model) if name not in OBSERVED.get(table_of(model), frozenset())
        )
        for model in MODELS
    }
)


def digest() -> dict[str, str]:
    """SHA-256 per table over all covered cells, rows by primary key; of the index bound to this thread.

    One row is one line of JSON: an array of the cells in the order of `COVERED`. A table of which
    everything is observed is left out.
    """
    with db.snapshot(generation.bound().database):
        return {table_of(model): _of(model) for model in MODELS if COVERED[table_of(model)]}


def _of(model: type[Row]) -> str:
    columns = ", ".join(f'"{name}"' for name in COVERED[table_of(model)])
    order = ", ".join(f'"{name}"' for name in key_of(model))
    sql = f'SELECT {columns} FROM "{table_of(model)}" ORDER BY {order}'  # noqa: S608 - own names
    state = hashlib.sha256()
    for row in db.stream(generation.bound().database, sql):
        state.update(json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")
    return state.hexdigest()
