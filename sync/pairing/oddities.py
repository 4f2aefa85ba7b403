"""Names in a folder that stand for no asset and that a person should know of."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Oddity:
    """A name that stands for no asset and that a person should know of; `kind` as in `Problem`."""

    name: str
    kind: str
    reason: str
    kept: str


def special(name: str) -> Oddity:
    """Not a file at all."""
    return Oddity(
        name,
        "special-file",
        "This is a link, pipe, socket or device and not a file, so it was not opened.",
        "Nothing was read or changed.",
    )


def ambiguous(name: str, owners: list[str]) -> Oddity:
    """A sidecar that several originals could claim."""
    return Oddity(
        name,
        "ambiguous",
        f"This sidecar could belong to any of {', '.join(owners)}.",
        "It is not read and not changed; renamed to one of them with .xmp behind, it will be.",
    )


def twin(name: str, used: str) -> Oddity:
    """A second sidecar that differs in case only."""
    return Oddity(
        name,
        "ambiguous",
        f"This sidecar differs from {used} only in upper and lower case.",
        f"{used} is the one in use; this one is not read and not changed.",
    )
