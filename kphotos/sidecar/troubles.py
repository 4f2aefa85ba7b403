"""What is wrong with a path, as the index keeps it: the engine says it, the file itself, or its name."""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Iterator

from kphotos.index.rows import Change, Cleared, ProblemRow
from kphotos.storage.volumes import Volume
from sync.core import names
from sync.core.model import Problem
from sync.engine import Asset, Root
from sync.ports import LEDGER_SUFFIX, XMP_SUFFIX

LOG = logging.getLogger(__name__)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_BY_NAME = ("special-file", "ambiguous")
"""Kinds that are told of a name that stands for no asset."""

_NOT_UTF8 = re.compile(r"[\ud800-\udfff]")


def row(volume: str, problem: Problem) -> ProblemRow:
    """A problem of the engine's."""
    return ProblemRow(volume, names.escape(problem.path), problem.kind, problem.reason, problem.kept)


def rows(asset: Asset, damage: str | None) -> Iterator[ProblemRow]:
    """All that is wrong with an asset; `damage` ends the sentence "The file is ..."."""
    path = names.escape(asset.path)
    if damage is not None:
        kept = "The file is listed and left as it is."
        yield ProblemRow(asset.volume, path, "unreadable", f"The file is {damage}.", kept)
    if reason := _odd_name(asset.path):
        kept = "The photo is shown, and its file keeps the name."
        yield ProblemRow(asset.volume, path, "name", reason, kept)
    yield from (row(asset.volume, problem) for problem in asset.problems)


def log(asset: Asset) -> None:
    """Put down what is mended by the time it is told: at the next look the page knows no more of it."""
    for problem in asset.problems:
        if problem.kind == "rollback":
            LOG.warning("rollback: %s: %s %s", names.escape(problem.path), problem.reason, problem.kept)


def cleared(asset: Asset) -> Iterator[Cleared]:
    """Whatever was told before of an asset, at every path at which it may have been.

    An XMP by the stem may be that of the RAW beside it, or nobody's: then it is not this one's to take back.
    """
    by_stem = {_by_stem(asset.path)} if asset.owns_stem else set()
    for path in sorted({*_own(asset.path), *asset.sidecars, *by_stem}):
        yield Cleared(asset.volume, names.escape(path))


def over(volume: Volume, path: str) -> Iterator[Cleared]:
    """The same of an original that is there no more, with what may have gone with it.

    What took its name and is no photo has been told of before.
    """
    shared = _by_stem(path)
    by_stem = () if os.path.lexists(volume.root / shared) else (shared,)
    for each in (*_own(path), *by_stem):
        yield Cleared(volume.id, names.escape(each), but=_BY_NAME)


def _own(path: str) -> tuple[str, ...]:
    return path, f"{path}{XMP_SUFFIX}", f"{path}{LEDGER_SUFFIX}"


def _by_stem(path: str) -> str:
    return f"{path.rpartition('.')[0] or path}{XMP_SUFFIX}"


def of_root(volume: str, root: Root) -> list[Change]:
    """The state of a whole volume is a problem of its root, until it is online again."""
    over: list[Change] = [Cleared(volume, "", kind) for kind in ("offline", "halted")]
    if root.state == "online":
        return over
    if root.state == "halted":
        reason = f"{root.gone} originals are missing at once."
        command = f"kphotos scan --confirm {len(root.paths) or root.gone} FOLDER"
        kept = f"Nothing was removed. If they are really gone, say so under Storage, or with `{command}`."
    else:
        reason = f"The volume is offline: {root.reason}."
        kept = "Its photos are shown from the index; nothing is written and nothing is forgotten."
    return [*over, ProblemRow(volume, "", root.state, reason, kept)]


def _odd_name(path: str) -> str | None:
    """Why other programs and systems may fail to find the file, as a sentence."""
    if _NOT_UTF8.search(path):
        return "Its name is not UTF-8: some programs cannot open it, and some systems cannot hold it."
    if _CONTROL.search(path):
        return "Its name has a line break or another control character in it, which some programs obey."
    return None
