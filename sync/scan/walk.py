"""The stat walk: every folder of a volume in order, each either unchanged or to be looked at."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sync.pairing.ignore import IGNORE_FILE, LONGEST_IGNORE_FILE, NO_MEDIA, Rules, ignores, parse
from sync.pairing.names import is_ignored
from sync.ports import FOLDER, FS, UNKNOWN, Entry, join
from sync.scan.snapshot import is_same, is_unreadable, pack, rules_digest, unpack

_DEEPEST = 200


@dataclass(frozen=True, slots=True)
class Listing:
    """One folder as it is now. `same`: byte for byte as in its snapshot. `error`: it could not be read."""

    folder: str
    entries: list[Entry]
    rules: Rules
    digest: bytes
    same: bool = False
    error: OSError | None = None

    def wanted(self) -> list[Entry]:
        """The entries that are not ignored."""
        return [entry for entry in self.entries if is_wanted(self.folder, entry, self.rules)]

    def left_out(self) -> list[str]:
        """The names of the others."""
        return [entry.name for entry in self.entries if not is_wanted(self.folder, entry, self.rules)]


def walk(fs: FS, known: Mapping[str, bytes], folder: str = "", rules: Rules = ()) -> Iterator[Listing]:
    """List `folder` and everything below it, folders before what they hold, in order of names.

    A folder that vanishes meanwhile is left out; one that cannot be read comes with its error, and
    nothing below it comes at all: what is there is unknown, never gone.
    """
    pending = [(folder, rules)]
    while pending:
        at, above = pending.pop()
        try:
            listing = _list(fs, at, above, known.get(at))
        except (FileNotFoundError, NotADirectoryError):
            if at == folder:
                raise
            continue
        yield listing
        if at.count("/") >= _DEEPEST:
            continue
        for entry in reversed(listing.entries):
            if entry.kind == FOLDER and is_wanted(at, entry, listing.rules):
                pending.append((join(at, entry.name), listing.rules))


def is_wanted(folder: str, entry: Entry, rules: Rules) -> bool:
    """Whether neither a built-in name nor a person's rule leaves this entry out."""
    if is_ignored(entry.name):
        return False
    return not (rules and ignores(rules, join(folder, entry.name), is_folder=entry.kind == FOLDER))


def rules_for(fs: FS, folder: str) -> Rules | None:
    """The ignore rules in force in a folder, or None when the folder itself is left out."""
    rules: Rules = ()
    at = ""
    for part in folder.split("/") if folder else []:
        rules = _rules_in(fs, at, rules)
        if _has(fs, at, NO_MEDIA) or not is_wanted(at, Entry(part, FOLDER, 0, 0, 0, 0), rules):
            return None
        at = join(at, part)
    if _has(fs, folder, NO_MEDIA):
        return None
    return _rules_in(fs, folder, rules)


def _list(fs: FS, folder: str, above: Rules, before: bytes | None) -> Listing:
    try:
        entries = fs.entries(folder)
    except (FileNotFoundError, NotADirectoryError):
        raise
    except OSError as error:
        return Listing(folder, [], above, b"", error=error)
    entries.sort()
    rules = above
    special = {entry.name for entry in entries if entry.name[0] == "."} & {IGNORE_FILE, NO_MEDIA}
    if NO_MEDIA in special:
        entries = []
    elif IGNORE_FILE in special:
        rules = _rules_in(fs, folder, above)
    digest = rules_digest(rules) if rules else bytes(8)
    same = before is not None and not is_unreadable(before) and is_same(pack(entries, digest), before)
    if before is not None and not same:
        entries = _as_known(entries, before)
    return Listing(folder, entries, rules, digest, same)


def _as_known(entries: list[Entry], before: bytes) -> list[Entry]:
    """What could not be looked at (a closed folder, a disk below it that died) as it was: it is not gone."""
    if all(entry.kind != UNKNOWN for entry in entries):
        return entries
    known = {entry.name: entry for entry in unpack(before)}
    return [known.get(entry.name, entry) if entry.kind == UNKNOWN else entry for entry in entries]


def _rules_in(fs: FS, folder: str, above: Rules) -> Rules:
    with contextlib.suppress(OSError):
        data, _ = fs.read(join(folder, IGNORE_FILE), LONGEST_IGNORE_FILE)
        return above + parse(data.decode("utf-8", "surrogateescape"), folder)
    return above


def _has(fs: FS, folder: str, name: str) -> bool:
    """Whether the name is there, whatever it is: a listing asks for no more."""
    with contextlib.suppress(OSError):
        fs.stat(join(folder, name))
        return True
    return False
