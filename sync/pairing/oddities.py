"""Names in a folder that stand for no asset and that a person should know of."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Oddity:
    """A name that stands for no asset and that a person should know of; `kind` as in `Problem`.

    `original` is the one that is missing, of sidecars; `others` are told of with the name, not by their own.
    """

    name: str
    kind: str
    reason: str
    kept: str
    original: str | None = None
    others: tuple[str, ...] = ()


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


def orphaned(original: str, names: list[str]) -> Oddity:
    """Sidecars of an original that is not there; they are told of by the first of their names."""
    reason = f"There is no {original} here to which {_listed(names)} could belong."
    kept = (
        "Nothing was changed. If the photo has another name now, give it to its sidecars too; if it was "
        "deleted, these may be deleted as well."
    )
    return Oddity(names[0], "orphaned", reason, kept, original, tuple(names[1:]))


def set_aside(original: str, names: list[str]) -> Oddity:
    """Sidecars that K-Photos has set aside, because another picture had come to the name of theirs."""
    reason = (
        f"Set aside, for they were written for another picture that was called {original}: {_listed(names)}."
    )
    kept = "Nothing in them was changed. They go to that picture where it turns up; else they may be deleted."
    return Oddity(names[0], "orphaned", reason, kept, original, tuple(names[1:]))


def _listed(names: list[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if names[1:] else names)
