"""What is to be done about one original, from what was seen of its files: pure and deterministic (I12).

The steps are in the order in which they must be durable: first the ledger, which is what acknowledges an
edit, then the XMPs that repeat it, then what has become superfluous.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import reduce

from sync.core.absorb import Absorbed, absorb, adopt, mirror, never_landed, noted
from sync.core.edit import edit
from sync.core.merge import join
from sync.core.model import Change, Document, Fingerprint, Ledger, Problem, Record, Sight
from sync.core.planned import (
    Copy,
    File,
    Group,
    Here,
    LookAgain,
    Plan,
    RemoveCopy,
    RemoveTemp,
    Step,
    WriteLedger,
    WriteMirror,
)
from sync.core.readpoint import Has
from sync.core.show import show

__all__ = [
    "Copy",
    "File",
    "Group",
    "Here",
    "LookAgain",
    "Plan",
    "RemoveCopy",
    "RemoveTemp",
    "Step",
    "WriteLedger",
    "WriteMirror",
    "is_rollback",
    "plan",
]


def plan(group: Group, here: Here, *, changes: Sequence[Change] = (), by: str | None = None) -> Plan:
    """Return what is to be done. Raises BadValue and Conflict for a person's changes, nothing else."""
    ledger, problems = _known(group)
    has_copies = any(copy.sight for copy in group.copies)
    is_kept = ledger is not None or has_copies
    before = group.ledgers[0] if group.ledgers and group.has_own else None
    if ledger is None:
        ledger = _adopted(group, full=bool(changes) or has_copies)
    looks: list[Absorbed | None] = []
    for file in group.files:
        look = _absorb_file(ledger, file, group, here) if file.sight else None
        ledger = look.ledger if look else ledger
        looks.append(look)
    is_late = False
    for sight in group.found:
        taken = _absorb(ledger, sight, here, waited=group.waited)
        ledger, is_late = taken.ledger, is_late or taken.wait
    ledger, spent = _take_copies(ledger, group.copies, here)
    edited = edit(ledger, changes, now_ms=here.now_ms, node=here.node, by=by) if changes else ledger
    is_kept = is_kept or edited is not ledger
    document = show(edited)
    mirrors, coming = _mirrors(group, looks, edited, document, here) if is_kept else ([], [])
    edited = _without_mirror(group, looks, edited, [*mirrors, *coming], here)
    waits = [
        LookAgain(file.name) for file, look in zip(group.files, looks, strict=True) if look and look.wait
    ]
    steps: list[Step] = []
    if is_kept and (mirrors or edited != before):
        steps.append(WriteLedger())
    steps += [*mirrors, *waits, *coming]
    if not waits and not is_late:
        steps += [RemoveTemp(name) for name in group.temps]
    steps += spent
    return Plan(edited, document, tuple(steps), tuple(look for look in looks if look), problems)


def _known(group: Group) -> tuple[Ledger | None, tuple[Problem, ...]]:
    """Join every ledger on disk, and what this site remembers of the same original (rollback)."""
    if not group.ledgers:
        return None, ()
    held = reduce(join, group.ledgers)
    remembered = group.remembered
    if remembered is None or not is_rollback(held, remembered):
        return held, ()
    told = Problem(
        group.asset_id,
        "rollback",
        "An older ledger was put in the place of a newer one.",
        "Both were joined: nothing that K-Photos had seen is lost.",
    )
    return join(held, remembered), (told,)


def is_rollback(held: Ledger, remembered: Ledger) -> bool:
    """Tell whether what is remembered of the same picture's ledger knows more than what lies there."""
    if remembered.id != held.id or remembered.seen <= held.seen:
        return False
    return not (remembered.asset and held.asset) or _may_be_one(remembered.asset, held.asset)


def _may_be_one(one: Fingerprint, other: Fingerprint) -> bool:
    """Whether two ledgers may be of one picture; either may be of a time before it was hashed."""
    return one.size == other.size and (None in (one.hash, other.hash) or one.hash == other.hash)


def _adopted(group: Group, *, full: bool) -> Ledger:
    adopted = [adopt(file.sight, group.asset_id, full=full) for file in group.files if file.sight]
    return reduce(join, adopted) if adopted else Ledger(group.asset_id)


def _take_copies(
    ledger: Ledger, copies: Sequence[Copy], here: Here
) -> tuple[Ledger, list[RemoveCopy | LookAgain]]:
    """Absorb conflict copies; what is to become of each. Those that say more than was absorbed stay."""
    steps: list[RemoveCopy | LookAgain] = []
    for copy in copies:
        if copy.sight is not None:
            taken = _absorb(ledger, copy.sight, here, waited=copy.waited)
            ledger = taken.ledger
            if taken.wait:
                steps.append(LookAgain(copy.path))
                continue
        if copy.is_covered:
            steps.append(RemoveCopy(copy.path))
        elif copy.sight is not None:
            ledger = noted(ledger, copy.sight)
    return ledger, steps


def _absorb_file(ledger: Ledger, file: File, group: Group, here: Here) -> Absorbed:
    assert file.sight is not None
    beside = frozenset(other.name for other in group.files if other is not file and other.is_there)
    return _absorb(ledger, file.sight, here, file.hint, beside=beside, waited=file.waited)


def _absorb(
    ledger: Ledger,
    sight: Sight,
    here: Here,
    hint: Has | None = None,
    *,
    beside: frozenset[str] = frozenset(),
    waited: bool = False,
) -> Absorbed:
    return absorb(
        ledger,
        sight,
        single=here.single,
        hint=hint,
        beside=beside,
        waited=waited,
        now_ms=here.now_ms,
        node=here.node,
        site=here.site,
    )


def _mirrors(
    group: Group, looks: Sequence[Absorbed | None], ledger: Ledger, document: Document, here: Here
) -> tuple[list[WriteMirror], list[LookAgain]]:
    """The XMPs to be written, and those that another site has written already, which will come."""
    content = document.content()
    mirrors: list[WriteMirror] = []
    coming: list[LookAgain] = []
    for file, look in zip(group.files, looks, strict=True):
        if not file.is_writable or (file.is_there and look is None):
            continue  # torn, illegible or refused: the ledger has it all, the file is left as it is (R9)
        record = mirror(
            ledger,
            look,
            file=file.name,
            single=here.single,
            agrees=look is None or file.agrees(content),
            now_ms=here.now_ms,
            node=here.node,
            site=here.site,
        )
        if record and group.is_recent and _is_written_elsewhere(ledger, record, here):
            coming.append(LookAgain(file.name))
        elif record:
            mirrors.append(WriteMirror(file.name, record, content, file.sight.sum if file.sight else None))
            ledger = replace(ledger, seen=ledger.seen | {record.id})  # the next mirror has a mark of its own
    return mirrors, coming


def _without_mirror(
    group: Group,
    looks: Sequence[Absorbed | None],
    ledger: Ledger,
    wanted: Sequence[WriteMirror | LookAgain],
    here: Here,
) -> Ledger:
    """Let the ledger say what lies where a mirror never landed that is wanted no more."""
    names = {step.file for step in wanted}
    marks = {step.record.id for step in wanted if isinstance(step, WriteMirror)}
    for file, look in zip(group.files, looks, strict=True):
        if file.sight and look and look.is_beneath and file.is_writable and file.name not in names:
            ledger = never_landed(ledger, look, file.sight, marks, now_ms=here.now_ms, node=here.node)
    return ledger


def _is_written_elsewhere(ledger: Ledger, record: Record, here: Here) -> bool:
    """Whether another site was the last to write this XMP, and wrote just what is to be written."""
    ours = [held for held in ledger.xmp if held.by == "us" and held.file == record.file]
    last = max(ours, key=lambda held: held.id, default=None)
    return last is not None and last.site not in (None, here.site) and last.has == record.has
