"""From what lies beside an original to the asset that is told of: what the plan asks for, what it says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

from sync.apply.temps import tag_of
from sync.codecs import xmp as xmps
from sync.codecs.takeout import Takeout
from sync.core.absorb import adopt
from sync.core.identity import derived_id
from sync.core.model import Document, Fingerprint, Ledger, Problem, Sight
from sync.core.names import escape
from sync.core.plan import Copy, File, Group, Here, Plan
from sync.core.show import show
from sync.engine import remember
from sync.engine.siblings import was_ones_own
from sync.engine.values import Asset, Original, Sighting, Site, Version, Volume
from sync.engine.waiting import waiting
from sync.ports import Stat, join
from sync.scan.see import Look
from sync.scan.seen import SeenLedger, SeenXmp

_DIGITS = 6  # of a path's digest: photos edited in one millisecond are some hundred at most
_NOTHING_SHOWN = Document({})
_CHANGED = "The file is no longer the picture that its sidecars were written for."
_CHANGED_KEPT = "Its sidecars were left as they are, and nothing in them is taken for this picture's."


@dataclass(frozen=True, slots=True)
class Extra:
    """What was found in temps: ledgers and XMP contents to take in, temps to remove when that is durable.

    `over`: temps of ours in the overlay, likewise to be removed.
    `blocked`: XMP names (escaped) whose temp holds something illegible, so that no mirror is written.
    `is_old`: all contents found have lain there as long as a ledger that they wait for may take to come.
    """

    ledgers: tuple[Ledger, ...] = ()
    found: tuple[Sight, ...] = ()
    temps: tuple[str, ...] = ()
    blocked: frozenset[str] = frozenset()
    problems: tuple[Problem, ...] = ()
    is_old: bool = True
    over: tuple[str, ...] = ()


NO_EXTRA = Extra()


def here(site: Site, path: str, *, single: bool) -> Here:
    """Where and when a decision about an original is made.

    Of photos that are edited at once every one names its edits by a node of its own: the mark of an XMP is
    then no other photo's, whatever has become of names.
    """
    node = f"{site.node}{tag_of(path)[:_DIGITS]}"
    return Here(single, site.clock.now_ns() // 1_000_000, node, site.id)


def group_of(
    volume: Volume, site: Site, look: Look, extra: Extra = NO_EXTRA, *, single: bool = True
) -> Group:
    """What the plan is to decide about."""
    held = look.ledger.ledger
    remembered = remember.other_ledger(volume, site, look)
    if look.ledger.error is not None:
        # For showing only: an unreadable ledger is never written over, whatever is decided.
        held, remembered = remembered, None
    copies = tuple(copy.ledger for copy in look.copies if copy.ledger)
    over = (look.over.ledger,) if look.over and look.over.ledger else ()
    ledgers_there = (*((held,) if held else ()), *over, *extra.ledgers, *copies)
    return Group(
        held.id if held else derived_id(volume.id, look.path),
        ledgers_there,
        remembered,
        _files(volume, site, look, extra.blocked, with_hints=bool(ledgers_there)),
        extra.found,
        extra.temps,
        tuple(_copies(volume, site, look)),
        held is not None,
        extra.is_old,
        not single and look.ledger.found is not None and waiting(site, look.ledger.found.stat) > 0,
    )


def _copies(volume: Volume, site: Site, look: Look) -> Iterator[Copy]:
    for copy in look.copies:
        if copy.found is not None and (copy.ledger or copy.sight):
            if copy.sight and was_ones_own(volume, site, copy.path):
                continue
            is_spent = copy.is_covered and volume.writable
            yield Copy(copy.path, copy.sight, is_spent, waiting(site, copy.found.stat) <= 0)


def is_stranger(look: Look, hash_: str | None) -> bool:
    """Whether the ledger was written for another picture than the one that has its name now."""
    return is_others(look.ledger, look, hash_)


def is_others(seen: SeenLedger, look: Look, hash_: str | None) -> bool:
    """The same of any ledger that lies there for an original."""
    asset = seen.ledger.asset if seen.ledger else None
    if asset is None:
        return False
    return asset.size != look.stat.size or (None not in (asset.hash, hash_) and asset.hash != hash_)


def fingerprinted(ledger: Ledger, look: Look, hash_: str | None) -> Ledger:
    """The ledger with the fingerprint of its original, as far as it is known."""
    asset = ledger.asset or Fingerprint(None, look.stat.size)
    if asset.hash is None and hash_ is not None:
        asset = replace(asset, hash=hash_)
    return ledger if asset == ledger.asset else replace(ledger, asset=asset)


def asset_of(
    volume: Volume,
    look: Look,
    plan: Plan,
    hash_: str | None,
    *,
    has_ledger: bool,
    pending: bool = False,
    problems: Sequence[Problem] = (),
) -> Asset:
    """The asset as it is told of."""
    rolled_back = [replace(problem, path=look.ledger.path) for problem in plan.problems]
    return Asset(
        volume.id,
        look.path,
        plan.ledger.id,
        Original(look.path, look.group.kind, look.stat, hash_),
        plan.ledger,
        has_ledger,
        plan.document,
        _sidecars(look),
        (*look.problems, *rolled_back, *problems),
        pending,
        sighted(volume, look),
        takeout=said(look),
        owns_stem=look.group.owns_stem,
    )


def stranger(volume: Volume, look: Look, hash_: str | None) -> Asset:
    """The asset beside whose original lie another picture's sidecars: nothing of theirs is shown."""
    problem = Problem(look.path, "original-changed", _CHANGED, _CHANGED_KEPT)
    asset = _without_ledger(volume, look, hash_, Ledger(derived_id(volume.id, look.path)), _NOTHING_SHOWN)
    return replace(asset, problems=(*look.problems, problem), takeout=None)


def bare(volume: Volume, look: Look, hash_: str | None) -> Asset:
    """The asset of an original without any sidecar."""
    return _without_ledger(volume, look, hash_, Ledger(derived_id(volume.id, look.path)), _NOTHING_SHOWN)


def _without_ledger(
    volume: Volume, look: Look, hash_: str | None, ledger: Ledger, document: Document
) -> Asset:
    return Asset(
        volume.id,
        look.path,
        ledger.id,
        Original(look.path, look.group.kind, look.stat, hash_),
        ledger,
        False,
        document,
        _sidecars(look),
        look.problems,
        sighted=sighted(volume, look),
        takeout=said(look),
        owns_stem=look.group.owns_stem,
    )


def sighted(volume: Volume, look: Look) -> tuple[Sighting, ...]:
    """How the asset's sidecars lay there when they were read; for a later `is_fresh`."""
    ledger = look.ledger
    own = () if look.xmps or not volume.writable else ((True, join(look.folder, look.group.own_xmp), None),)
    seen = look.takeout
    json = ((True, seen.path, version(seen.found.stat)),) if seen and seen.found else ()
    return (
        (ledger.fs is volume.fs, ledger.path, version(ledger.found.stat) if ledger.found else None),
        *((True, join(look.folder, x.name), version(x.found.stat) if x.found else None) for x in look.xmps),
        *own,
        *json,
    )


def version(stat: Stat) -> Version:
    """What differs whenever somebody else has written: not ctime, which our own rename moves on."""
    return stat.ino, stat.size, stat.mtime_ns


def said(look: Look) -> Takeout | None:
    """What Google Takeout's JSON says of the original."""
    return look.takeout.takeout if look.takeout else None


def first_sight(volume: Volume, look: Look, hash_: str | None) -> Asset | None:
    """The asset of a single legible XMP without a ledger; None for anything less plain.

    It is what the plan comes to as well, at half the cost: of a rebuild most is this.
    """
    if len(look.xmps) != 1 or look.copies or look.ledger.found is not None or look.ledger.error is not None:
        return None
    sight = look.xmps[0].sight
    if sight is None or look.ledger.ledger is not None or look.over is not None:
        return None
    ledger = adopt(sight, derived_id(volume.id, look.path))
    return _without_ledger(volume, look, hash_, ledger, show(ledger))


def is_bare(look: Look) -> bool:
    """Whether there is no sidecar at all, legible or not."""
    ledger = look.ledger
    return not (look.group.sidecars or look.over or ledger.found is not None or ledger.error is not None)


def _sidecars(look: Look) -> tuple[str, ...]:
    paths = [join(look.folder, name) for name in (*look.group.xmps, *look.group.copies)]
    paths += [look.takeout.path] if look.takeout else []
    return (*paths, look.ledger.path) if look.ledger.found is not None else tuple(paths)


def _files(
    volume: Volume, site: Site, look: Look, blocked: frozenset[str], *, with_hints: bool
) -> tuple[File, ...]:
    seen = look.xmps or ((SeenXmp(look.group.own_xmp),) if volume.writable else ())
    return tuple(
        File(
            escape(xmp.name),
            xmp.sight,
            xmp.found is not None or xmp.problem is not None,
            volume.writable
            and (xmp.xmp is None or xmp.xmp.writable)
            and escape(xmp.name) not in blocked
            and len(xmp.name.encode("utf-8", "surrogateescape")) <= 255,
            remember.hint(volume, site, join(look.folder, xmp.name)) if with_hints else None,
            xmp.found is not None and waiting(site, xmp.found.stat) <= 0,
            partial(xmps.agrees, xmp.xmp) if xmp.xmp else lambda content: False,
        )
        for xmp in seen
    )
