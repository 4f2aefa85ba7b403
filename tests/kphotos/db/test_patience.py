"""A question without end is stopped on either database, and the next one is none the worse for it."""

from __future__ import annotations

import time

import peewee
import pytest

from kphotos import db
from kphotos.config import Settings
from kphotos.errors import Unavailable
from tests.kphotos.db.test_db import MODELS

COUNT = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < ?) SELECT COUNT(*) FROM n"


def count(database: peewee.Database, to: int) -> int:
    return int(db.run(database, COUNT, (to,)).fetchone()[0])


def test_a_question_without_end_is_stopped(both_settings: Settings) -> None:
    with db.state(both_settings, "runtime", MODELS) as database:
        with pytest.raises(Unavailable) as refused, db.impatient(database, 0.2):
            count(database, 2_000_000_000)
        assert refused.value.code == "too_slow"


def test_it_is_stopped_in_a_snapshot_too(both_settings: Settings) -> None:
    with db.state(both_settings, "runtime", MODELS) as database:
        with pytest.raises(Unavailable), db.impatient(database, 0.1), db.snapshot(database):
            count(database, 2_000_000_000)
        assert count(database, 10) == 10


def test_whoever_asks_next_may_take_their_time(both_settings: Settings) -> None:
    with db.state(both_settings, "runtime", MODELS) as database:
        with db.impatient(database, 0.05):
            count(database, 10)
        time.sleep(0.06)
        assert count(database, 1_000_000) == 1_000_000
    with db.state(both_settings, "runtime", MODELS) as database:
        assert count(database, 1_000_000) == 1_000_000


def test_other_errors_stay_what_they_are(both_settings: Settings) -> None:
    with (
        db.state(both_settings, "runtime", MODELS) as database,
        pytest.raises(peewee.DatabaseError),
        db.impatient(database, 5),
    ):
        db.run(database, "SELECT nothing FROM nowhere")
