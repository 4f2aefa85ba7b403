"""Refresh tokens: one chain per session, a stolen token ends it, a lost reply does not."""

from __future__ import annotations

import threading

import pytest

from kphotos import db
from kphotos.config import Settings
from kphotos.runtime import sessions
from kphotos.runtime.sessions import Opened, SessionOver

NOW = 1_800_000_000_000
DAY = 86_400_000


def opened(settings: Settings, user: str = "alice") -> Opened:
    return sessions.open_session(settings, user, "stamp-1", "Firefox", NOW)


def reason(settings: Settings, token: str, now: int) -> str:
    with pytest.raises(SessionOver) as caught:
        sessions.rotate(settings, token, now)
    return caught.value.reason


def test_a_token_is_exchanged_for_another_one(both_settings: Settings) -> None:
    first = opened(both_settings)
    second = sessions.rotate(both_settings, first.token, NOW + 1)
    third = sessions.rotate(both_settings, second.token, NOW + 2)
    assert len({first.token, second.token, third.token}) == 3
    assert {o.session.id for o in (first, second, third)} == {first.session.id}
    assert (third.session.user, third.session.stamp) == ("alice", "stamp-1")
    assert all(len(o.token) == 43 for o in (first, second, third))


def test_within_the_grace_a_lost_reply_is_given_again(both_settings: Settings) -> None:
    first = opened(both_settings)
    second = sessions.rotate(both_settings, first.token, NOW)
    again = sessions.rotate(both_settings, first.token, NOW + 10_000)
    assert again.token == second.token
    assert sessions.rotate(both_settings, second.token, NOW + 10_001).token != second.token


def test_a_reused_token_ends_the_whole_family(both_settings: Settings) -> None:
    first = opened(both_settings)
    other = opened(both_settings)
    second = sessions.rotate(both_settings, first.token, NOW)
    assert reason(both_settings, first.token, NOW + 10_001) == "reused"
    assert reason(both_settings, second.token, NOW + 10_002) == "revoked"
    assert sessions.find(both_settings, first.session.id, NOW + 10_002) is None
    assert sessions.rotate(both_settings, other.token, NOW + 10_002).session.id == other.session.id


def test_fifty_tabs_at_once_get_the_same_successor(both_settings: Settings) -> None:
    first = opened(both_settings)
    found: list[str] = []
    barrier = threading.Barrier(12)

    def refresh() -> None:
        barrier.wait()
        for _ in range(4):
            found.append(sessions.rotate(both_settings, first.token, NOW + 5).token)

    threads = [threading.Thread(target=refresh) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 48
    assert len(set(found)) == 1
    with db.state(both_settings, "runtime", sessions.MODELS) as database:
        assert db.run(database, "SELECT COUNT(*) FROM refresh_token").fetchone()[0] == 2


def test_sessions_end_by_time_idle_and_in_all(both_settings: Settings) -> None:
    first = opened(both_settings)
    assert reason(both_settings, first.token, NOW + 30 * DAY + 1) == "expired"
    token = first.token
    for day in range(25, 90, 25):
        token = sessions.rotate(both_settings, token, NOW + day * DAY).token
    assert sessions.find(both_settings, first.session.id, NOW + 90 * DAY) is not None
    assert sessions.find(both_settings, first.session.id, NOW + 90 * DAY + 1) is None
    assert reason(both_settings, token, NOW + 90 * DAY + 1) == "expired"


@pytest.mark.parametrize("token", ["", "x", "A" * 43, "\udcff", "'; DROP TABLE session; --"])
def test_a_token_that_never_was_is_unknown(both_settings: Settings, token: str) -> None:
    opened(both_settings)
    assert reason(both_settings, token, NOW) == "unknown"
    assert sessions.session_of(both_settings, token) is None


def test_a_session_is_ended_alone(both_settings: Settings) -> None:
    first, second = opened(both_settings), opened(both_settings)
    assert sessions.session_of(both_settings, first.token) == first.session.id
    sessions.revoke(both_settings, first.session.id, NOW)
    assert reason(both_settings, first.token, NOW) == "revoked"
    assert sessions.find(both_settings, first.session.id, NOW) is None
    found = sessions.find(both_settings, second.session.id, NOW)
    assert found is not None
    assert found.agent == "Firefox"


def test_a_clock_put_back_revives_nothing(both_settings: Settings) -> None:
    first = opened(both_settings)
    second = sessions.rotate(both_settings, first.token, NOW)
    assert reason(both_settings, first.token, NOW - DAY) == "reused"
    assert reason(both_settings, second.token, NOW - DAY) == "revoked"


def test_only_hashes_are_kept(both_settings: Settings) -> None:
    first = opened(both_settings)
    second = sessions.rotate(both_settings, first.token, NOW)
    with db.state(both_settings, "runtime", sessions.MODELS) as database:
        cells = [
            str(cell)
            for table in ("session", "refresh_token")
            for row in db.run(database, f"SELECT * FROM {table}").fetchall()
            for cell in row
        ]
    assert first.token not in "".join(cells)
    assert second.token not in "".join(cells)


def test_old_sessions_are_forgotten(both_settings: Settings) -> None:
    kept = opened(both_settings)
    sessions.sweep(both_settings, NOW + 90 * DAY)
    assert sessions.find(both_settings, kept.session.id, NOW) is not None
    sessions.sweep(both_settings, NOW + 90 * DAY + 1)
    with db.state(both_settings, "runtime", sessions.MODELS) as database:
        assert db.run(database, "SELECT COUNT(*) FROM session").fetchone()[0] == 0
        assert db.run(database, "SELECT COUNT(*) FROM refresh_token").fetchone()[0] == 0
