"""Take in what other programs wrote into an XMP: rules R1 to R10.

A program leaves no stamps. So its file is compared, key by key, with the content it had read; a value
that differs is an edit and replaces only what it saw, a value that was merely put back is listed as
stale, and what cannot be told stands beside ours. Nothing here waits for a clock to decide.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from sync.core import sources
from sync.core.dots import dot, following, hashed_node
from sync.core.draft import Draft
from sync.core.keys import hashed, keyed
from sync.core.model import Candidate, Ledger, Record, Region, Sight, Sources
from sync.core.readpoint import Has, beneath_pending, current, had_mark, is_absorbed, may_lie_there
from sync.core.show import show
from sync.core.taking import Absorbed, Taking, first_dot, is_untold
from sync.core.tools import COPIED, FORGETFUL, does

__all__ = ["Absorbed", "absorb", "adopt", "mirror", "never_landed", "noted", "seal"]


def absorb(
    ledger: Ledger,
    sight: Sight,
    *,
    single: bool,
    hint: Has | None = None,
    beside: Collection[str] = (),
    waited: bool = False,
    now_ms: int,
    node: str,
    site: str,
) -> Absorbed:
    """Return the ledger with an XMP taken in.

    `single`: the volume has one site. `hint`: `has` of what was last seen at this path, None if that is
    not known. `beside`: the original's other XMPs. `waited`: a mark that no ledger here knows has been
    waited for long enough.
    """
    if sight.kind == "copy" and _note_of(sight) in ledger.seen:
        return Absorbed(ledger, False)
    found = current(ledger, sight, single=single, hint=hint, beside=beside, waited=waited)
    if found.verdict == "wait":
        return Absorbed(ledger, False, wait=True)
    record = found.record
    if record and record.sum == sight.sum and record.mark == sight.mark and not found.doubt:
        return Absorbed(ledger, False, record.id, record.has)
    reading = _read(ledger, sight, record, hint)
    if record and sight.mark is None and does(FORGETFUL, sight.tool) and had_mark(ledger, record):
        reading = _remembering(reading, record)
    if sight.kind != "main" or (not single and sight.mark is not None):
        # What was written into a file that had been taken out came after that: a return is an edit (I11).
        since = sight.beneath if single and sight.kind == "swapped" else None
        is_met = is_absorbed(ledger, sight.mark, reading.has, since or "")
        if is_met and not is_untold(ledger, reading, sight.tool):
            return Absorbed(ledger, False, record.id if record else None, reading.has)
    elif sight.mark is None and (replaced := beneath_pending(ledger, sight.file, reading.has, hint)):
        return Absorbed(ledger, False, replaced.id, reading.has, is_beneath=True)
    # Several sites meet the same copy and must name its edits alike (R8); an unmarked main file is one's own.
    is_derived = sight.kind == "copy" or (not single and sight.mark is not None)
    taking = Taking(ledger, sight, found, reading, is_derived=is_derived)
    taking.stamp(now_ms, node)
    if record is None:
        taking.take_unknown()
    else:
        taking.take_edits(single=single, site=site)
    return taking.done(single=single)


def noted(ledger: Ledger, sight: Sight) -> Ledger:
    """Return the ledger that knows for ever that a conflict copy which stays has been taken in (R8).

    Records are forgotten. What the copy says may be long replaced by then, and without them all of it would
    look new: the edits by which it differed have dots that are seen, but what it had in common has none.
    """
    at = _note_of(sight)
    return ledger if at in ledger.seen else replace(ledger, seen=ledger.seen | {at})


def adopt(sight: Sight, asset_id: str, *, full: bool = False) -> Ledger:
    """Return the ledger of an XMP at first sight: the same dots on every site, of time 0.

    `full`: with what a ledger that is to be kept has to know of the properties; showing does without.
    """
    reading = sources.read(sight.sources, None, None, sight.tool)
    has = reading.has
    at = first_dot(has)
    fields: dict[str, tuple[Candidate, ...]] = {}
    sets: dict[str, dict[str, tuple[str, ...]]] = {}
    regions: dict[str, dict[str, tuple[Candidate, ...]]] = {}
    for key, value in reading.values.items():
        name, _, rest = key.partition("/")
        if not rest:
            fields[name] = (Candidate(value, at, via=sight.tool),)
        elif name == "regions":
            region, _, member = rest.partition("/")
            members = regions.setdefault(region, {})
            if member:
                members[member] = (Candidate(value, at, via=sight.tool),)
        else:
            sets.setdefault(name, {})[rest] = (at,)
    src = sources.properties(sight.sources, has) if full else {}
    return Ledger(
        asset_id,
        seen=frozenset((at,)),
        fields=fields,
        sets=sets,
        regions={name: Region((at,), members) for name, members in regions.items()},
        xmp=(Record(at, sight.file, sight.mark, has, src, None, "tool", None, sight.sum),),
    )


def mirror(
    ledger: Ledger,
    absorbed: Absorbed | None,
    *,
    file: str,
    single: bool,
    agrees: bool = True,
    now_ms: int,
    node: str,
    site: str,
) -> Record | None:
    """Return the record of the XMP to be written, None if what stands there will do.

    `absorbed` is of the file in place, None if there is none. `agrees`: the codec would change nothing
    in it. The record's id is the mark to write; `seal` then completes it from the composed bytes.
    """
    if absorbed and absorbed.wait:
        return None
    has = hashed(keyed(show(ledger).content()))
    if absorbed is None and not has:
        return None
    known = {record.id: record for record in ledger.xmp}
    if absorbed and agrees and has == absorbed.has:
        standing = known.get(absorbed.record or "")
        if single or (standing and standing.by == "us"):
            return None
    mark = following(ledger.seen, now_ms, node)
    return Record(mark, file, mark, has, {}, absorbed.record if absorbed else None, "us", site)


def never_landed(
    ledger: Ledger, absorbed: Absorbed, sight: Sight, marks: Collection[str], *, now_ms: int, node: str
) -> Ledger:
    """Return the ledger that says what lies there, where our last mirror does not and is wanted no more.

    That it never landed is known from memory alone: who has only the disk would take for an edit of the
    file that it lacks what the mirror was to bring. `marks` are those of the mirrors that are about to be
    written: two records of one id would make a ledger that nobody reads again.
    """
    has = absorbed.has
    draft = Draft(ledger)
    at = following(ledger.seen.union(marks), now_ms, node)
    src = sources.properties(sight.sources, has)
    draft.record(Record(at, sight.file, sight.mark, has, src, absorbed.record, "tool", None, sight.sum))
    return draft.freeze()


def seal(ledger: Ledger, record: Record, composed: Sources, total: str) -> Ledger:
    """Return the ledger that knows a mirror: `composed` is what its bytes read as, `total` their sha256."""
    src = sources.properties(composed, record.has)
    draft = Draft(ledger)
    draft.record(replace(record, src=src, sum=total))
    return draft.freeze()


def _read(ledger: Ledger, sight: Sight, record: Record | None, hint: Has | None) -> sources.Reading:
    """Read a file by the content that its properties are of: a mirror without a mark may never have landed.

    It was to bring a field's other properties too. Judged against that, what a program wrote into one of
    them alone would look as if somebody had taken the others out, and so cleared or changed the field (R2).
    """
    judged = record
    if record is not None and sight.kind == "main" and sight.mark is None and hint != record.has:
        judged = sources.nearest(sight.sources, may_lie_there(ledger, record))
    reading = sources.read(sight.sources, judged, ledger, sight.tool, sight.illegible)
    if judged is None or judged is record:
        return reading
    # What is as it was there may be news beside the mirror.
    return replace(reading, values={**sources.told(sight.sources, judged.has, ledger), **reading.values})


def _remembering(reading: sources.Reading, record: Record) -> sources.Reading:
    """A program that lost our mark wrote without having read: what it leaves out was not cleared."""
    has = {**record.has, **reading.has, **{key: record.has[key] for key in COPIED if key in record.has}}
    if has == reading.has:
        return reading
    kept = frozenset(key for key in has if has[key] != reading.has.get(key))
    repaired = (*reading.repaired, (FORGETFUL.field, FORGETFUL.note))
    return replace(reading, has=has, kept=kept, repaired=repaired)


def _note_of(sight: Sight) -> str:
    """The dot that says that these very bytes were taken in: the same on every site."""
    return dot(1, hashed_node("copy", sight.mark or "", sight.sum))
