"""Which content of an XMP a program had read before it wrote: rules R1 to R3 of absorbing.

Contents are key -> short hash. `current` finds the record that a sight is to be compared with, `doubtful`
the keys of which that is not sure, `read_point` the earlier content that the writer had read.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from sync.core.model import COPY_OF, Key, Ledger, Record, Sight
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
    beneath: str | None = None,
    beside: Collection[str] = (),
    waited: bool = False,
) -> Current:
    """Return the record that the content of a sight is an edit of (R1, R2).

    `hint` is what was last seen at this path; `beneath` the mark of the mirror that stands in place of a
    file which our own exchange swapped out; `beside` the other XMPs that lie there now, whose contents are
    no earlier ones of this file; `waited`: the ledger of an unseen mark has been waited for.
    """
    if sight.mark is not None:
        return _marked(ledger, sight, sight.mark, single=single, beside=beside, waited=waited)
    if sight.kind == "swapped" and single:
        mirror = _by_id(ledger, beneath) or _newest(ledger, sight.file, by="us")
        return _of(_by_id(ledger, mirror.from_) if mirror else None)
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


def had_mark(ledger: Ledger, record: Record) -> bool:
    """Tell whether the file bore our mark before programs that drop it wrote, one after another."""
    walked: set[str] = set()
    before: Record | None = record
    while before is not None and before.mark is None and before.id not in walked:
        walked.add(before.id)
        before = _by_id(ledger, before.from_)
    return before is not None and before.mark is not None


def is_absorbed(ledger: Ledger, mark: str | None, has: Has) -> bool:
    """Tell whether this very content under this mark is known already."""
    return any(record.mark == mark and record.has == has for record in ledger.xmp)


def chain(ledger: Ledger, record: Record, *, single: bool, site: str) -> tuple[list[Has], int]:
    """Return the contents from this record back by `from`, and the index of the program's own last write.

    Replicated, its own last write is a content that this very site was the first to mark again. A
    mirror that was made where there was no XMP has the empty content beneath it. Of our own contents only
    some are kept; where they end, what programs wrote before goes on.
    """
    known = {held.id: held for held in ledger.xmp}
    contents: list[Has] = [record.has]
    end = 0 if record.by == "tool" else None
    walked = {record.id}
    while True:
        if record.from_ is None:
            if record.by == "us":
                contents.append({})
            break
        before = known.get(record.from_) or _written_before(ledger, record)
        if before is None or before.id in walked:
            break
        walked.add(before.id)
        contents.append(before.has)
        if end is None and before.by == "tool" and (single or _is_marked_here(ledger, before, site)):
            end = len(contents) - 1
        record = before
    return contents, len(contents) - 1 if end is None else end


def read_point(contents: Sequence[Has], end: int, has: Has) -> int:
    """Return the index of the content that the writer of `has` had read (R3).

    Possible is a content if nothing in `has` occurs only in something newer than it; it is indicated if
    a key changed since is back at it. Absence is no trace of reading. What is older than the program's
    own last write counts only if it explains the write with at least two edits fewer.
    """
    keys = {*has, *(key for content in contents for key in content)}

    def edits(index: int) -> int:
        then = contents[index]
        differing = {key for key in keys if has.get(key) != then.get(key)}
        # A region comes and goes as one: its members are no edits of their own.
        return sum(region_of(key) not in differing for key in differing)

    def is_possible(index: int) -> bool:
        then, newer = contents[index], contents[:index]
        return all(
            value == then.get(key) or all(content.get(key) != value for content in newer)
            for key, value in has.items()
        )

    def is_indicated(index: int) -> bool:
        then, now = contents[index], contents[0]
        return any(has.get(key) == then.get(key) != now.get(key) for key in keys)

    near = [index for index in range(1, end + 1) if is_indicated(index) and is_possible(index)]
    best = min(near, key=lambda index: (edits(index), -index), default=0)
    older = [index for index in range(end + 1, len(contents)) if is_possible(index)]
    far = min(older, key=lambda index: (edits(index), index), default=0)
    return far if far and edits(far) <= edits(best) - 2 else best


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


def _doubtful(ledger: Ledger, newest: Record, hint: Has | None) -> frozenset[Key]:
    """Return the keys that may not have reached the file, if our last mirror may not have landed (R2)."""
    if newest.by == "tool" or hint == newest.has:
        return frozenset()  # what a program wrote was met in the file itself
    if hint is not None:
        return _differing(newest.has, hint)
    contents, end = chain(ledger, newest, single=True, site="")
    return frozenset().union(*(_differing(newest.has, content) for content in contents[1 : end + 1]))


def _differing(one: Has, other: Has) -> frozenset[Key]:
    return frozenset(key for key in {*one, *other} if one.get(key) != other.get(key))


def _written_before(ledger: Ledger, record: Record) -> Record | None:
    """The newest content that a program wrote into this XMP before; of those kept."""
    older = (held for held in ledger.xmp if held.by == "tool" and held.file == record.file)
    return max((held for held in older if held.id < record.id), key=lambda held: held.id, default=None)


def _is_marked_here(ledger: Ledger, record: Record, site: str) -> bool:
    marked = [held for held in ledger.xmp if held.from_ == record.id and held.by == "us"]
    return bool(marked) and min(marked, key=lambda held: held.id).site == site


def _of(record: Record | None) -> Current:
    return Current("known", record) if record else _UNKNOWN


def _by_id(ledger: Ledger, name: str | None) -> Record | None:
    return next((record for record in ledger.xmp if record.id == name), None) if name else None


def _newest(ledger: Ledger, file: str, by: str | None = None, beside: Collection[str] = ()) -> Record | None:
    """Return the newest record of a file; of a renamed one, the newest of a file that is no longer there."""
    records = [record for record in ledger.xmp if by is None or record.by == by]
    own = [record for record in records if record.file == file]
    renamed = [r for r in records if r.file not in beside and not r.file.endswith(COPY_OF)]
    return max(own or renamed, key=lambda record: record.id, default=None)
