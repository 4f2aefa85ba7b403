"""What is to be done about one original, from what was seen of its files: pure and deterministic (I12).

The steps are in the order in which they must be durable: first the ledger, which is what acknowledges an
edit, then the XMPs that repeat it, then what has become superfluous.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import reduce

from sync.core.absorb import Absorbed, absorb, adopt, mirror
from sync.core.edit import edit
from sync.core.merge import join
from sync.core.model import Change, Content, Document, Fingerprint, Ledger, Problem, Record, Sight
from sync.core.readpoint import Has
from sync.core.show import show


@dataclass(frozen=True, slots=True)
class Here:
    """Where and when a decision is made. `single`: the volume has one site."""

    single: bool
    now_ms: int
    node: str
    site: str


@dataclass(frozen=True, slots=True)
class File:
    """One XMP as it was seen. Without a sight there is none (`is_there` False) or it is not legible.

    `hint`: what was last seen at its path. `agrees`: the codec would change nothing in it for a content.
    """

    name: str
    sight: Sight | None = None
    is_there: bool = True
    is_writable: bool = True
    hint: Has | None = None
    agrees: Callable[[Content], bool] = lambda content: False


@dataclass(frozen=True, slots=True)
class Group:
    """All that was seen of one original's sidecars.

    `ledgers`: those on disk, temps and conflict copies among them; `remembered`: the newest that this
    site has seen of it. `files`: XMPs in place or wanted in place; `found`: swapped-out files and copies
    with content to absorb. `temps`: names to remove once all that was absorbed is durable.
    """

    asset_id: str
    ledgers: Sequence[Ledger] = ()
    remembered: Ledger | None = None
    files: Sequence[File] = ()
    found: Sequence[Sight] = ()
    temps: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class WriteLedger:
    """Make the plan's ledger durable, with its mirrors sealed in; whatever it displaces is joined first."""


@dataclass(frozen=True, slots=True)
class WriteMirror:
    """Write this content into this XMP under the record's mark; `had` is the sum of what may be replaced."""

    file: str
    record: Record
    content: Content
    had: str | None


@dataclass(frozen=True, slots=True)
class RemoveTemp:
    """Remove a temp whose content is in the ledger now."""

    name: str


@dataclass(frozen=True, slots=True)
class LookAgain:
    """This file's mark is of a ledger that has not arrived: leave all as it is for now."""

    file: str


Step = WriteLedger | WriteMirror | RemoveTemp | LookAgain


@dataclass(frozen=True, slots=True)
class Plan:
    """The decision: the ledger and the document there will be, and the steps there; none at rest (I7)."""

    ledger: Ledger
    document: Document
    steps: tuple[Step, ...]
    absorbed: tuple[Absorbed, ...]
    problems: tuple[Problem, ...] = ()


def plan(group: Group, here: Here, *, changes: Sequence[Change] = (), by: str | None = None) -> Plan:
    """Return what is to be done. Raises BadValue and Conflict for a person's changes, nothing else."""
    ledger, problems = _known(group)
    is_kept = ledger is not None
    before = group.ledgers[0] if group.ledgers else None
    if ledger is None:
        ledger = _adopted(group, full=bool(changes))
    looks: list[Absorbed | None] = []
    for file in group.files:
        look = _absorb(ledger, file.sight, here, file.hint) if file.sight else None
        ledger = look.ledger if look else ledger
        looks.append(look)
    for sight in group.found:
        ledger = _absorb(ledger, sight, here, None).ledger
    edited = edit(ledger, changes, now_ms=here.now_ms, node=here.node, by=by) if changes else ledger
    is_kept = is_kept or edited is not ledger
    document = show(edited)
    mirrors = _mirrors(group, looks, edited, document, here) if is_kept else []
    waits = [
        LookAgain(file.name) for file, look in zip(group.files, looks, strict=True) if look and look.wait
    ]
    steps: list[Step] = []
    if is_kept and (mirrors or edited != before):
        steps.append(WriteLedger())
    steps += [*mirrors, *waits]
    if not waits:
        steps += [RemoveTemp(name) for name in group.temps]
    return Plan(edited, document, tuple(steps), tuple(look for look in looks if look), problems)


def _known(group: Group) -> tuple[Ledger | None, tuple[Problem, ...]]:
    """Join every ledger on disk, and what this site remembers of the same original (rollback)."""
    if not group.ledgers:
        return None, ()
    held = reduce(join, group.ledgers)
    remembered = group.remembered
    if remembered is None or remembered.id != held.id or remembered.seen <= held.seen:
        return held, ()
    if remembered.asset and held.asset and not _may_be_one(remembered.asset, held.asset):
        return held, ()
    told = Problem(
        group.asset_id,
        "rollback",
        "An older ledger was put in the place of a newer one.",
        "Both were joined: nothing that K-Photos had seen is lost.",
    )
    return join(held, remembered), (told,)


def _may_be_one(one: Fingerprint, other: Fingerprint) -> bool:
    """Whether two ledgers may be of one picture; either may be of a time before it was hashed."""
    return one.size == other.size and (None in (one.hash, other.hash) or one.hash == other.hash)


def _adopted(group: Group, *, full: bool) -> Ledger:
    adopted = [adopt(file.sight, group.asset_id, full=full) for file in group.files if file.sight]
    return reduce(join, adopted) if adopted else Ledger(group.asset_id)


def _absorb(ledger: Ledger, sight: Sight, here: Here, hint: Has | None) -> Absorbed:
    return absorb(
        ledger, sight, single=here.single, hint=hint, now_ms=here.now_ms, node=here.node, site=here.site
    )


def _mirrors(
    group: Group, looks: Sequence[Absorbed | None], ledger: Ledger, document: Document, here: Here
) -> list[WriteMirror]:
    content = document.content()
    mirrors: list[WriteMirror] = []
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
        if record:
            mirrors.append(WriteMirror(file.name, record, content, file.sight.sum if file.sight else None))
            ledger = replace(ledger, seen=ledger.seen | {record.id})  # the next mirror has a mark of its own
    return mirrors
