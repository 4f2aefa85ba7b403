"""The queue's messages: JSON with an HMAC-SHA256, never pickle, so that a written queue runs no code."""

from __future__ import annotations

import hmac
import json
from datetime import datetime
from typing import Any

from huey.registry import Message
from huey.utils import ChordConfig, Error

_TUPLES = {"Message": Message, "Error": Error, "ChordConfig": ChordConfig}


class BadMessage(ValueError):
    """What came out of the queue was not put there by us."""


class SignedJson:
    """Huey's serializer: plain values, its own named tuples and datetimes, and nothing else."""

    def __init__(self, secret: str) -> None:
        self._key = hmac.digest(secret.encode(), b"kphotos:queue", "sha256")

    def serialize(self, data: Any) -> bytes:
        """`<64 hex>.<JSON>`; TypeError for a value that is no plain one."""
        message = json.dumps(_plain(data), allow_nan=False, separators=(",", ":")).encode()
        return hmac.digest(self._key, message, "sha256").hex().encode() + b"." + message

    def deserialize(self, data: bytes) -> Any:
        """The value back; BadMessage if the signature is not ours."""
        signature, _, message = bytes(data).partition(b".")
        expected = hmac.digest(self._key, message, "sha256").hex().encode()
        if not hmac.compare_digest(signature, expected):
            raise BadMessage("bad job signature")
        return _rich(json.loads(message))


def _plain(value: Any) -> Any:
    if isinstance(value, Message | Error | ChordConfig):
        return {"": type(value).__name__, "v": [_plain(member) for member in value]}
    if isinstance(value, datetime):
        return {"": "datetime", "v": value.isoformat()}
    if isinstance(value, list | tuple):
        return [_plain(member) for member in value]
    if isinstance(value, dict):
        if "" in value or not all(isinstance(name, str) for name in value):
            raise TypeError("a job's dictionary has names only")
        return {name: _plain(member) for name, member in value.items()}
    if value is None or isinstance(value, str | int | float | bool):
        return value
    raise TypeError(f"a job takes ids only, not {type(value).__name__}")


def _rich(value: Any) -> Any:
    if isinstance(value, list):
        return [_rich(member) for member in value]
    if not isinstance(value, dict):
        return value
    name = value.get("")
    if name == "datetime":
        return datetime.fromisoformat(value["v"])
    if name in _TUPLES:
        return _TUPLES[name](*(_rich(member) for member in value["v"]))
    return {name: _rich(member) for name, member in value.items()}
