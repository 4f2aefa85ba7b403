"""Which content of an XMP a program had read before it wrote: rules R1 to R3 of absorbing.

Contents are key -> short hash. `current` finds the record that a sight is to be compared with, `doubtful`
the keys of which that is not sure, `read_point` the earlier content that the writer had read.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from sync.core.draft import HISTORY
from sync.core.history import forgotten
from sync.core.model import ASIDE, Key, Ledger, Record, Sight
from sync.core.regions import region_of

Has = Mapping[Key, str]


@dataclass(frozen=True, slots=True)
class Current:
    """What a sight is compared with. `verdict`: "known" with its record, "unknown", "wait" or "nothing".

    `is_plain`: no earlier content comes into question. `doubt`: keys of which the record is not sure.
    """

    verdict: Literal["known", "unknown", "wait", "nothing"]
    record: Record | None = None
    is_plain: bool = False
    doubt: frozenset[Key] = frozenset()


_UNKNOWN, _WAIT, _NOTHING = Current("unknown"), Current("wait"), Current("nothing")


def current(
    ledger: Ledger,
    sight: Sight,
    *,
    single: bool,
    hint: Has | None,
    beside: Collection[str] = (),
    waited: bool = False,
) -> Current:
    """Return the record that the content of a sight is an edit of (R1, R2).

    `hint` is what was last seen at this path; `beside` the other XMPs that lie there now, whose contents
    are no earlier ones of this file; `waited`: the ledger of an unseen mark has been waited for.
    """
    if sight.kind == "swapped" and single and sight.beneath:
        return _taken_out(ledger, sight, _by_id(ledger, sight.beneath))
    if sight.mark is not None:
        return _marked(ledger, sight, sight.mark, single=single, beside=beside, waited=waited)
    newest = _newest(ledger, sight.file, beside=beside) if sight.kind == "main" else None
    if newest is None or not (single or newest.sum == sight.sum):
        return _UNKNOWN
    return Current("known", newest, doubt=_doubtful(ledger, newest, hint))


def beneath_pending(ledger: Ledger, file: str, has: Has, hint: Has | None) -> Record | None:
    """Return the record of an unmarked file that our last mirror was to replace and never did (R2)."""
    newest = _newest(ledger, file)
    replaced = _by_id(ledger, newest.from_) if newest and newest.by == "us" else None
    if newest is None or replaced is None or replaced.has == newest.has:
        return None  # what says the same tells nobody which of the two lies there
    return replaced if hint == replaced.has == has else None


def may_lie_there(ledger: Ledger, record: Record) -> list[Record]:
    """Return a content and, while they are mirrors of which each may not have landed, those before it."""
    lying = [record]
    while lying[-1].by == "us" and (before := _by_id(ledger, lying[-1].from_)) and before not in lying:
        lying.append(before)
    return lying


def knows_mark(ledger: Ledger, mark: str) -> bool:
    """Tell whether an XMP with this mark was written, or read, with what the ledger says."""
    return mark in ledger.seen or any(record.mark == mark for record in ledger.xmp)


def had_mark(ledger: Ledger, record: Record) -> bool:
    """Tell whether the file bore our mark before programs that drop it wrote, one after another."""
    walked: set[str] = set()
    before: Record | None = record
    while before is not None and before.mark is None and before.id not in walked:
        walked.add(before.id)
        before = _by_id(ledger, before.from_)
    return before is not None and before.mark is not None


def is_absorbed(ledger: Ledger, mark: str | None, has: Has, since: str = "") -> bool:
    """Tell whether this very content under this mark was met already, by the records from `since` on."""
    return any(record.mark == mark and record.has == has and record.id >= since for record in ledger.xmp)


@dataclass(frozen=True, slots=True)
class Known:
    """What a program may have read of one XMP: `contents` from the present one back, by `from`.

    `end` is the index of the program's own last write, behind all of them where that is not found.
    `beside` are contents that are not on this way, each with how many of `contents` are newer than it.
    """

    contents: Sequence[Has]
    end: int
    beside: Sequence[tuple[Has, int]] = ()


def chain(ledger: Ledger, record: Record, *, single: bool, site: str) -> Known:
    """Return the contents that a program may have read before it wrote over this record.

    Replicated, its own last write is a content that this very site was the first to mark again; and
    what it wrote or read may have lost against another site's file, so that the present content was
    never made from it: every content met, or written here, counts. A mirror that was made where there
    was no XMP has the empty content beneath it, and so has every way on which the program's own last
    write is not found: it may never have read. Of our own contents only some are kept; where they
    end, the history tells of those before, and what programs wrote before goes on.
    """
    known = {held.id: held for held in ledger.xmp}
    contents: list[Has] = [record.has]
    end = 0 if _is_own_write(ledger, record, single=single, site=site) else None
    walked, times = {record.id}, [record.id]
    before: Record | None = record
    while before is not None:
        record = before
        before = known.get(record.from_) if record.from_ else None
        if record.from_ and before is None:
            before = _written_before(ledger, record)
            # Of older lines only some are kept: contents made out through the gap would be none.
            told = forgotten(ledger.history[-HISTORY:], record, before)
            contents += [content for _, content in told]
            times += [at for at, _ in told]
        if before is None or before.id in walked:
            break
        walked.add(before.id)
        times.append(before.id)
        contents.append(before.has)
        if end is None and _is_own_write(ledger, before, single=single, site=site):
            end = len(contents) - 1
    if record.from_ is None and record.by == "us":
        contents.append({})
    beside = [] if single else _beside(ledger, walked, times, record.file, site)
    if end is None:
        beside.append(({}, len(contents)))
    return Known(contents, len(contents) if end is None else end, beside)


def read_point(known: Known, has: Has) -> Has:
    """Return the content that the writer of `has` had read (R3); the present one is the very same object.

    Possible is a content if nothing in `has` occurs only in something newer than it; it is indicated if
    a key changed since is back at it. Absence is no trace of reading. What is older than the program's
    own last write counts only if it explains the write with at least two edits fewer.
    """
    contents, now = known.contents, known.contents[0]
    keys = set(has).union(*contents, *(content for content, _ in known.beside))

    def edits(then: Has) -> int:
        differing = {key for key in keys if has.get(key) != then.get(key)}
        # A region comes and goes as one: its members are no edits of their own.
        return sum(region_of(key) not in differing for key in differing)

    def is_possible(then: Has, newer: Sequence[Has]) -> bool:
        return all(
            value == then.get(key) or all(content.get(key) != value for content in newer)
            for key, value in has.items()
        )

    def is_indicated(then: Has) -> bool:
        return any(has.get(key) == then.get(key) != now.get(key) for key in keys)

    earlier = [*zip(contents[1:], range(1, len(contents)), strict=True), *known.beside]
    possible = [(then, newer) for then, newer in earlier if is_possible(then, contents[:newer])]
    near = [
        (edits(then), -newer, then) for then, newer in possible if newer <= known.end and is_indicated(then)
    ]
    older = [(edits(then), newer, then) for then, newer in possible if newer > known.end]
    best = min(near, key=lambda found: found[:2])[2] if near else now
    far = min(older, key=lambda found: found[:2])[2] if older else best
    return far if edits(far) <= edits(best) - 2 else best


def _marked(
    ledger: Ledger, sight: Sight, mark: str, *, single: bool, beside: Collection[str], waited: bool
) -> Current:
    # A mark of ours names one content, whatever file it is met in; another's mark only this file's own.
    others = set(beside) - {sight.file}
    known = [record for record in ledger.xmp if record.mark == mark]
    marked = [record for record in known if record.id == mark or record.file not in others]
    if marked:
        if single and sight.kind != "copy":
            own = [record for record in marked if record.file == sight.file]
            return Current("known", max(own or marked, key=lambda record: record.id))
        return _of(_by_id(ledger, mark) or min(marked, key=lambda record: record.id))
    if mark in ledger.seen:
        return _UNKNOWN
    if not single or sight.kind == "copy":
        return _UNKNOWN if waited else _WAIT
    newest = _newest(ledger, sight.file, beside=beside)
    return Current("known", newest, is_plain=True) if newest else _UNKNOWN


def _taken_out(ledger: Ledger, sight: Sight, mirror: Record | None) -> Current:
    """What a file is an edit of that came out for a mirror: of what lay there, unless its mark says else.

    Whoever has read before he opened it had read an earlier content: the newest under that mark until then,
    for programs may have written on with it since. Who opened it first had read a later one.
    """
    replaced = _by_id(ledger, mirror.from_) if mirror else None
    if replaced is None or sight.mark in (None, replaced.mark, sight.beneath):
        return _of(mirror if sight.mark == sight.beneath else replaced)
    marked = [record for record in ledger.xmp if record.mark == sight.mark]
    if not marked:
        return _UNKNOWN if sight.mark in ledger.seen else _of(replaced)
    before = [record for record in marked if record.id < replaced.id]
    own = [record for record in before if record.file == sight.file]
    if not before:
        return _of(min(marked, key=lambda record: record.id))
    return _of(max(own or before, key=lambda record: record.id))


def _doubtful(ledger: Ledger, newest: Record, hint: Has | None) -> frozenset[Key]:
    """Return the keys that may not have reached the file, if our last mirror may not have landed (R2)."""
    if newest.by == "tool" or hint == newest.has:
        return frozenset()  # what a program wrote was met in the file itself
    if hint is not None:
        return _differing(newest.has, hint)
    known = chain(ledger, newest, single=True, site="")
    return frozenset().union(
        *(_differing(newest.has, content) for content in known.contents[1 : known.end + 1])
    )


def _differing(one: Has, other: Has) -> frozenset[Key]:
    return frozenset(key for key in {*one, *other} if one.get(key) != other.get(key))


def _written_before(ledger: Ledger, record: Record) -> Record | None:
    """The newest content that a program wrote into this XMP before; of those kept."""
    older = (held for held in ledger.xmp if held.by == "tool" and held.file == record.file)
    return max((held for held in older if held.id < record.id), key=lambda held: held.id, default=None)


def _is_own_write(ledger: Ledger, record: Record, *, single: bool, site: str) -> bool:
    """Whether this is known to be what the program at this site wrote; a mirror of ours may be met early."""
    if record.by != "tool" or single:
        return record.by == "tool"
    return not (record.mark and record.from_ is None) and _is_marked_here(ledger, record, site)


def _is_marked_here(ledger: Ledger, record: Record, site: str) -> bool:
    marked = [held for held in ledger.xmp if held.from_ == record.id and held.by == "us"]
    return bool(marked) and min(marked, key=lambda held: held.id).site == site


def _beside(
    ledger: Ledger, walked: Collection[str], times: Sequence[str], file: str, site: str
) -> list[tuple[Has, int]]:
    """What was met of this XMP or of its copies, or written here, and is not on the way that was walked."""
    own = file.removesuffix(ASIDE)
    return [
        (held.has, sum(at > held.id for at in times))
        for held in ledger.xmp
        if held.id not in walked
        and held.file.removesuffix(ASIDE) == own
        and (held.by == "tool" or held.site == site)
    ]


def _of(record: Record | None) -> Current:
    return Current("known", record) if record else _UNKNOWN


def _by_id(ledger: Ledger, name: str | None) -> Record | None:
    return next((record for record in ledger.xmp if record.id == name), None) if name else None


def _newest(ledger: Ledger, file: str, beside: Collection[str] = ()) -> Record | None:
    """Return the newest record of a file; of a renamed one, the newest of a file that is no longer there."""
    own = [record for record in ledger.xmp if record.file == file]
    renamed = [r for r in ledger.xmp if r.file not in beside and not r.file.endswith(ASIDE)]
    return max(own or renamed, key=lambda record: record.id, default=None)
