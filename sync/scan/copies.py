"""Conflict copies that sync tools leave beside sidecars: read them, and prove those with a doubtful name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sync.codecs import xmp as xmps
from sync.core.model import ASIDE, Ledger, Problem, Sight
from sync.core.names import escape
from sync.core.readpoint import knows_mark
from sync.core.values import text
from sync.pairing import Group
from sync.pairing.names import is_ledger_like, originals_of_copy
from sync.ports import FS, Found, Stat, join
from sync.scan.seen import SeenLedger, SeenXmp, problem_kind, see_ledger, see_xmp

_KEPT = "The copy was left exactly as it is."
_ENOUGH = 2  # properties that two XMPs have to say alike before a doubtful name is believed


@dataclass(frozen=True, slots=True)
class SeenCopy:
    """One conflict copy. Exactly one of `ledger` and `sight` is there; neither if it cannot be gone on from.

    `is_covered`: the main file says whatever else the copy says, so that nothing is lost with it.
    `others`: the ledger of another picture that had this name.
    """

    path: str
    found: Found | None = None
    ledger: Ledger | None = None
    sight: Sight | None = None
    is_covered: bool = True
    problem: Problem | None = None
    others: Ledger | None = None


def see_copies(
    fs: FS, folder: str, group: Group, stat: Stat, ledger: SeenLedger, mains: Sequence[SeenXmp]
) -> tuple[SeenCopy, ...]:
    """Read the conflict copies of a group whose sidecars have been read."""
    copies = []
    for name in (*group.copies, *group.suspects):
        is_sure = name in group.copies
        if is_ledger_like(name):
            copies.append(_see_ledger_copy(fs, join(folder, name), stat, ledger, is_sure=is_sure))
        else:
            copies.append(_see_xmp_copy(fs, folder, name, ledger, mains, is_sure=is_sure))
    return tuple(copies)


def without_others(
    folder: str,
    ledgers: Sequence[Ledger],
    xmps: Sequence[SeenXmp],
    copies: Sequence[SeenCopy],
    *,
    has_namesake: bool = False,
) -> tuple[tuple[SeenXmp, ...], tuple[SeenCopy, ...]]:
    """Main files and copies, of which none says anything that is another picture's.

    `ledgers` are the original's own. Where two sites gave one name to two pictures, the sync tool keeps both
    ledgers or both pictures (`has_namesake`), and any of both XMPs may have the main name. A ledger that has
    written or seen one tells whose it is; a copy of which none does is nobody's, and so is the main file
    where a copy is the original's own.
    """
    own = [*ledgers, *(copy.ledger for copy in copies if copy.ledger)]
    others = [copy.others for copy in copies if copy.others]
    if not others and not has_namesake:
        return tuple(xmps), tuple(copies)
    has_own_copy = any(_is_of(own, copy.sight) for copy in copies if copy.sight)
    mains = [
        _doubt(
            join(folder, seen.name), seen.sight, own, others, is_nobodys=has_own_copy and _is_bare(seen.sight)
        )
        for seen in xmps
    ]
    doubts = [_doubt(copy.path, copy.sight, own, others, is_nobodys=True) for copy in copies]
    is_ours = not any(mains)  # else the main file is another's, as its own copy shows: that stays
    return (
        tuple(
            SeenXmp(seen.name, seen.found, problem=doubt) if doubt else seen
            for seen, doubt in zip(xmps, mains, strict=True)
        ),
        tuple(
            SeenCopy(copy.path, copy.found, problem=doubt)
            if doubt
            else replace(copy, is_covered=copy.is_covered and (is_ours or copy.sight is None))
            for copy, doubt in zip(copies, doubts, strict=True)
        ),
    )


def _doubt(
    path: str, sight: Sight | None, own: Sequence[Ledger], others: Sequence[Ledger], *, is_nobodys: bool
) -> Problem | None:
    """Why nothing is taken from an XMP; `is_nobodys`: if no ledger knows it."""
    if sight is None or _is_of(own, sight):
        return None
    if _is_of(others, sight):
        return _of_namesake(path)
    return _doubtful(path) if is_nobodys else None


def _is_bare(sight: Sight | None) -> bool:
    return sight is not None and sight.mark is None


def _is_of(ledgers: Sequence[Ledger], sight: Sight) -> bool:
    """Whether one of these ledgers has written or seen an XMP."""
    return any(
        any(record.sum == sight.sum for record in ledger.xmp)
        or (sight.mark is not None and knows_mark(ledger, sight.mark))
        for ledger in ledgers
    )


def _doubtful(path: str) -> Problem:
    reason = "Another picture had this name, and this may be the sidecar of either."
    kept = "It is not read and not changed; given the name of its photo with .xmp behind, it will be."
    return Problem(path, "ambiguous", reason, kept)


def _of_namesake(path: str) -> Problem:
    reason = "This was written for another picture that had this name, whose ledger lies beside it as a copy."
    return Problem(path, "original-changed", reason, "It was left exactly as it is.")


def _see_ledger_copy(fs: FS, path: str, stat: Stat, main: SeenLedger, *, is_sure: bool) -> SeenCopy:
    seen = see_ledger(fs, path)
    copy, own = seen.ledger, main.ledger
    if copy is None:
        if seen.error is None:
            return SeenCopy(path)
        reason = f"This conflict copy of a ledger cannot be read: {seen.error.reason}"
        problem = Problem(path, problem_kind(seen.error), reason, _KEPT)
        return SeenCopy(path, seen.found, problem=problem)
    if not is_sure and not (own and (copy.id == own.id or _same_hash(copy, own))):
        return SeenCopy(path, seen.found, problem=_ambiguous(path))
    if (copy.asset and copy.asset.size != stat.size) or (own and _other_hash(copy, own)):
        reason = "This conflict copy is of the ledger of another picture that had this name."
        problem = Problem(path, "original-changed", reason, _KEPT)
        return SeenCopy(path, seen.found, problem=problem, others=copy)
    return SeenCopy(path, seen.found, ledger=copy)


def _see_xmp_copy(
    fs: FS, folder: str, name: str, ledger: SeenLedger, mains: Sequence[SeenXmp], *, is_sure: bool
) -> SeenCopy:
    path = join(folder, name)
    seen = see_xmp(fs, folder, name)
    if seen.sight is None or seen.found is None:
        return SeenCopy(path, seen.found, problem=replace(seen.problem, kept=_KEPT) if seen.problem else None)
    main = _main_of(name, mains)
    if not is_sure and not (main and main.sight and _ties(seen.sight, main.sight, ledger.ledger)):
        return SeenCopy(path, seen.found, problem=_ambiguous(path))
    sight = replace(seen.sight, kind="copy", file=escape(main.name if main else name) + ASIDE)
    if main is not None and not main.is_legible:
        return SeenCopy(path, seen.found, sight=sight, is_covered=False)  # told once it can be compared
    is_covered = xmps.covers(main.found.data if main and main.found else None, seen.found.data)
    return SeenCopy(path, seen.found, None, sight, is_covered, None if is_covered else _foreign(path))


def _main_of(name: str, mains: Sequence[SeenXmp]) -> SeenXmp | None:
    """The XMP that a copy is one of: as its name says, or else the original's own."""
    others = originals_of_copy(name)
    named = next((main for other in others for main in mains if main.name == other), None)
    return named or (mains[0] if mains else None)


def _ties(copy: Sight, main: Sight, ledger: Ledger | None) -> bool:
    """Whether two XMPs are of one picture: by our mark, or by most of what both say being alike."""
    if copy.mark is not None and (
        copy.mark == main.mark or (ledger is not None and copy.mark in ledger.seen)
    ):
        return True
    ours, theirs = _said(main), _said(copy)
    both = ours.keys() & theirs.keys()
    alike = sum(ours[name] == theirs[name] for name in both)
    return alike >= _ENOUGH and 2 * alike > len(both)


def _said(sight: Sight) -> dict[str, str]:
    return {name: text(value) for held in sight.sources.values() for name, value in held.items()}


def _same_hash(one: Ledger, other: Ledger) -> bool:
    return bool(one.asset and other.asset and one.asset.hash and one.asset.hash == other.asset.hash)


def _other_hash(one: Ledger, other: Ledger) -> bool:
    hashes = {held.asset.hash for held in (one, other) if held.asset and held.asset.hash}
    return len(hashes) > 1


def _ambiguous(path: str) -> Problem:
    return Problem(
        path,
        "ambiguous",
        "This may be a sync tool's conflict copy of the sidecar beside it, but nothing in it proves that.",
        "It is not read and not changed.",
    )


def _foreign(path: str) -> Problem:
    return Problem(
        path,
        "foreign",
        "This conflict copy holds other programs' data that the sidecar itself does not have.",
        "Its metadata was taken in; the copy was kept for the rest.",
    )
