"""The bell: signed JSON only, a queue that only we can read, and no failure when it cannot be rung."""

from __future__ import annotations

import importlib.util
import stat
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from huey.registry import Message
from huey.utils import Error

from kphotos import config, jobs
from kphotos.config import Settings
from kphotos.errors import ConfigError
from kphotos.jobs.messages import BadMessage, SignedJson
from tests.postgres import on_files

MESSAGE = Message(
    "id",
    "wake",
    datetime(2026, 1, 2, 3),
    1,
    2,
    None,
    [1, "x"],
    {"a": None},
    None,
    None,
    None,
    None,
    5,
    None,
    0,
)
PICKLED = b"\x80\x04\x8c\x05posix\x8c\x06system\x93\x8c\x04true\x85R."
SERIALIZER = SignedJson("s" * 32)


class Boom:
    """What a hostile pickle would be."""

    def __reduce__(self) -> Any:
        raise AssertionError("it was pickled or unpickled")


@pytest.mark.parametrize(
    "value", [MESSAGE, Error({"error": "x", "retries": 0}), [True, None, 1.5, {"a": ["b"]}], "ü"]
)
def test_what_huey_sends_comes_back(value: Any) -> None:
    assert SERIALIZER.deserialize(SERIALIZER.serialize(value)) == value


def test_a_message_is_json() -> None:
    signature, _, message = SERIALIZER.serialize(MESSAGE).partition(b".")
    assert len(signature) == 64
    assert message.startswith(b'{"":"Message"')


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"x",
        b".",
        PICKLED,
        b"\x80\x04cos\nsystem\n(S'true'\ntR.",
        SignedJson("t" * 32).serialize("x"),
        SERIALIZER.serialize("x").replace(b'"x"', b'"y"'),
        SERIALIZER.serialize("x").upper(),
        SERIALIZER.serialize("x")[1:],
    ],
)
def test_what_we_did_not_sign_is_refused(data: bytes) -> None:
    with pytest.raises(BadMessage, match="bad job signature"):
        SERIALIZER.deserialize(data)


@pytest.mark.parametrize(
    "value", [Boom(), {1: 2}, {"": "Message"}, object(), {"a": {1, 2}}, float("nan"), b"x"]
)
def test_only_plain_values_can_be_sent(value: Any) -> None:
    with pytest.raises((TypeError, ValueError)):
        SERIALIZER.serialize(value)


def test_a_ring_wakes_whoever_answers(both_settings: Settings) -> None:
    woken: list[int] = []
    jobs.answer(both_settings, lambda: woken.append(1))
    jobs.enqueue(both_settings, "derive", "h1")
    queue = jobs.queue(both_settings)
    assert len(queue) == 1
    queue.execute(queue.dequeue())
    assert woken == [1]
    assert queue.dequeue() is None
    queue.storage.close()


def test_a_hostile_message_in_the_queue_runs_nothing(both_settings: Settings) -> None:
    queue = jobs.queue(both_settings)
    queue.storage.enqueue(PICKLED, 0)
    with pytest.raises(BadMessage):
        queue.dequeue()
    assert queue.dequeue() is None
    queue.storage.close()


@on_files
def test_only_we_can_read_the_queue(both_settings: Settings) -> None:
    jobs.ring(both_settings)
    modes = {
        path.name: stat.S_IMODE(path.stat().st_mode) for path in both_settings.storage_path.glob("queue.db*")
    }
    assert "queue.db" in modes
    assert set(modes.values()) == {0o600}


@on_files
def test_a_queue_out_of_reach_does_not_stop_the_work(
    both_settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    (both_settings.storage_path / "queue.db").mkdir()
    jobs.enqueue(both_settings, "derive", "h1")
    assert jobs.counts(both_settings)["queued"] == 1
    assert "queue cannot be reached" in caplog.text


@pytest.mark.skipif(importlib.util.find_spec("redis") is not None, reason="redis is installed here")
def test_redis_without_its_package_is_refused_by_name(tmp_path: Path) -> None:
    settings = config.from_env({"QUEUE_URL": "redis://:topsecret@h/0"}, storage_path=tmp_path, dotenv=None)
    with pytest.raises(ConfigError) as caught:
        jobs.queue(settings)
    assert caught.value.variable == "QUEUE_URL"
    assert "topsecret" not in str(caught.value)
