"""The errors the engine raises at its boundary: a handful, each with what a person can be told."""

from __future__ import annotations

import errno


class SyncError(Exception):
    """Any error of the engine; `reason` is one plain sentence (or half of one) without a path."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Unreadable(SyncError):
    """A sidecar's bytes are no sidecar: it is set aside and shown, never overwritten (I13)."""


class NewerSchema(SyncError):
    """A ledger written by a later K-Photos: its asset is read-only here."""

    def __init__(self, schema: int) -> None:
        super().__init__(f"the ledger has schema {schema}, which only a newer K-Photos can edit")
        self.schema = schema


class Refused(SyncError):
    """A sidecar that must not be written, because the result could not be trusted."""


class BadValue(SyncError):
    """A value from a person that the field cannot hold; nothing was changed."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(reason)
        self.field = field

    def __str__(self) -> str:
        return f"{self.field}: {self.reason}"


class Conflict(SyncError):
    """What the caller's page showed has changed since, and the rule for this change is to refuse."""


class NotFound(SyncError):
    """There is no such original."""


class Busy(SyncError):
    """Somebody else holds the sidecar group, or kept writing to it; try again."""


class ReadOnly(SyncError):
    """The volume, or this asset, cannot be written."""


class Full(SyncError):
    """The disk has no room left for a write; nothing was begun."""


class Offline(SyncError):
    """The volume's root is absent, empty, foreign or unreadable: nothing is read as deleted (I10)."""


def unwritable(what: str, error: OSError) -> Full | ReadOnly:
    """What a person is told when the disk has refused a write before anything was promised."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return Full("the disk is full: free some space, then try again")
    return ReadOnly(f"{what}: {error.strerror or error}")
