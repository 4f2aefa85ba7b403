"""What our own temps hold: after a crash, or when a program wrote on through a file we had taken out."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from sync.apply.temps import (
    FOREIGN_SECONDS,
    SETTLE_SECONDS,
    UNSURE_SECONDS,
    Temp,
    content_digest,
    parse_temp,
    site_digest,
    tag_of,
)
from sync.core.model import Ledger, Problem, Sight
from sync.core.names import escape
from sync.core.readpoint import knows_mark
from sync.engine.assets import Extra, is_others
from sync.engine.finding import overlay_name
from sync.engine.values import Site
from sync.engine.waiting import WAIT_SECONDS
from sync.pairing import Group
from sync.pairing.names import is_ledger_like, stem_of
from sync.ports import FS, XMP_SUFFIX, Found, join, split
from sync.scan.see import Look
from sync.scan.seen import LARGEST_XMP, as_swapped, problem_kind, see_ledger, understand

_UPPER = XMP_SUFFIX.upper()
_TAKEN_OUT = "This ledger lay in the place of the photo's when that was written, and cannot be read: {}"
_TAKEN_OUT_KEPT = (
    "It is kept as it is and joined once it can be read; the photo's own ledger is in its place."
)


def tags_of(group: Group) -> dict[str, str]:
    """What the temps for a group's sidecars bear in their names, and which of these they are for.

    An XMP by the stem may have been removed since: what came out for it is nobody else's.
    """
    own = (group.own_xmp, group.original + _UPPER, group.own_ledger)
    names = (*group.xmps, *own, *(by_stem(group.original) if group.owns_stem else ()))
    return {tag_of(name): name for name in names}


def by_stem(original: str) -> tuple[str, str]:
    """The names of an XMP that programs share by stem."""
    return stem_of(original) + XMP_SUFFIX, stem_of(original) + _UPPER


def by_tag(names: Iterable[str]) -> dict[str, list[str]]:
    """Our temps among these names, by what they bear: a folder has thousands after a bulk edit."""
    tagged: dict[str, list[str]] = {}
    for temp in filter(None, map(parse_temp, names)):
        tagged.setdefault(temp.tag, []).append(temp.name)
    return tagged


def names_for(group: Group, tagged: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """Those of a folder's temps that are for a sidecar of this group."""
    return tuple(name for tag in tags_of(group) for name in tagged.get(tag, ())) if tagged else ()


def temps_for(group: Group, names: Iterable[str]) -> list[Temp]:
    """The same of names that were not sorted yet."""
    tags = tags_of(group)
    return [temp for temp in filter(None, map(parse_temp, names)) if temp.tag in tags]


def take_temps(fs: FS, site: Site, look: Look, names: Iterable[str]) -> Extra:
    """Look into a group's temps, whose lock is held: nobody of this site is in the midst of writing one.

    Temps that were being written are removed; another site's are left alone for an hour. What was taken
    out waits for whoever has it open: a busy disk may keep a program's write for seconds. Where somebody
    took the ledger away, our own go too: a photo that comes under an old name inherits nothing.
    """
    extra, is_bereft = Extra(), _is_bereft(look)
    for temp in temps_for(look.group, names):
        is_own = temp.site == site_digest(site.id)
        age = age_of(fs, site, join(look.folder, temp.name))
        if age is None or (not is_own and age < FOREIGN_SECONDS) or _is_doubtful(fs, look, temp, age):
            continue
        if is_bereft and is_own and age < SETTLE_SECONDS:
            continue
        if temp.stage == "new" or (is_bereft and is_own):
            with contextlib.suppress(OSError):
                fs.remove(join(look.folder, temp.name))
        elif temp.tag == tag_of(look.group.own_ledger):
            extra = _take_ledger(fs, look, temp, extra)
        elif _is_settled(fs, join(look.folder, temp.name), age):
            extra = _take_xmp(fs, look, temp, replace(extra, is_old=extra.is_old and age >= WAIT_SECONDS))
    return extra


def _is_bereft(look: Look) -> bool:
    """Whether somebody took the ledger away; one that a sync tool has set aside as a copy is not away."""
    is_there = look.ledger.found is not None or look.ledger.error is not None
    return not is_there and not any(map(is_ledger_like, look.group.copies))


def take_over_temps(over: FS, look: Look, names: Iterable[str], hash_: str | None, extra: Extra) -> Extra:
    """Look into those in the overlay as well, where there are ledgers alone, and only this site's."""
    is_bereft = look.ledger.found is None and look.over is None
    for temp in filter(None, map(parse_temp, names)):
        path = join(look.folder, temp.name)
        if temp.tag != tag_of(overlay_name(look.group)):
            continue
        if temp.stage == "new" or is_bereft:
            with contextlib.suppress(OSError):
                over.remove(path)
            continue
        seen = see_ledger(over, path)
        if seen.ledger is not None and not is_others(seen, look, hash_):
            extra = replace(extra, ledgers=(*extra.ledgers, seen.ledger), over=(*extra.over, path))
    return extra


def clear_over(over: FS, look: Look, extra: Extra) -> None:
    """Remove those of the overlay whose ledgers were taken in, once the name of what has them lasts."""
    with contextlib.suppress(OSError):
        look.ledger.fs.sync_folder(split(look.ledger.path)[0])
        for path in extra.over:
            over.remove(path)


def age_of(fs: FS, site: Site, path: str) -> float | None:
    """Seconds since the temp was last touched; a clock that disagrees makes it look settled."""
    try:
        stat = fs.stat(path)
    except OSError:
        return None
    age = (site.clock.now_ns() - stat.ctime_ns) / 1e9
    return age if age >= 0 else UNSURE_SECONDS


def is_known(look: Look, temp: Temp) -> bool:
    """Whether a temp is for a sidecar of just this original, and not of one of its stem that went away.

    Where nothing lies there by the stem, the name does not tell: the ledger does, which has seen the mirror
    that took its place. What is but half made is nobody's.
    """
    group, ledger = look.group, look.ledger.ledger
    name = tags_of(group)[temp.tag]
    if name in group.xmps or name not in by_stem(group.original) or temp.stage == "new":
        return True
    if ledger is None or temp.mark is None:
        return False
    return knows_mark(ledger, temp.mark)


def _is_doubtful(fs: FS, look: Look, temp: Temp, age: float) -> bool:
    """Whether a temp may hold what somebody wrote for another original; if nobody did, it may go."""
    if is_known(look, temp):
        return False
    path = join(look.folder, temp.name)
    with contextlib.suppress(OSError):
        if _is_settled(fs, path, age):
            return content_digest(fs.read(path, LARGEST_XMP).data) != temp.was
    return True


def _is_settled(fs: FS, path: str, age: float) -> bool:
    """Whether nobody writes through the file any more, as far as that can be told."""
    if age < SETTLE_SECONDS:
        return False
    is_written = fs.is_being_written(path)
    return age >= UNSURE_SECONDS if is_written is None else not is_written


def _take_ledger(fs: FS, look: Look, temp: Temp, extra: Extra) -> Extra:
    """Join what a ledger says; it stays while somebody, a sync tool say, writes on through it.

    One that nobody can read refuses nothing, for the photo has its own: it is told of and kept.
    """
    path = join(look.folder, temp.name)
    is_written = fs.is_being_written(path)  # asked first: who ends between the two is read
    seen = see_ledger(fs, path)
    if seen.error is not None and not is_written:
        told = Problem(path, problem_kind(seen.error), _TAKEN_OUT.format(seen.error.reason), _TAKEN_OUT_KEPT)
        return replace(extra, problems=(*extra.problems, told))
    if seen.ledger is None:
        return extra
    if is_written:
        return replace(extra, ledgers=(*extra.ledgers, seen.ledger))
    return _with(extra, path, ledger=seen.ledger)


def _take_xmp(fs: FS, look: Look, temp: Temp, extra: Extra) -> Extra:
    path = join(look.folder, temp.name)
    name = tags_of(look.group)[temp.tag]
    try:
        found: Found = fs.read(path, LARGEST_XMP)
    except OSError:
        return extra
    if temp.was == content_digest(found.data):
        return _with(extra, path)  # nobody has written since; whether a ledger still knows it or not
    seen = understand(name, found, path)
    sight = as_swapped(seen, temp.mark)
    if sight is None:
        problems = (*extra.problems, seen.problem) if seen.problem else extra.problems
        return replace(extra, blocked=extra.blocked | {escape(name)}, problems=problems)
    known = look.ledger.ledger.xmp if look.ledger.ledger else ()
    if any(record.sum == sight.sum and record.id >= (temp.mark or "") for record in known):
        return _with(extra, path)
    return _with(extra, path, sight=sight)


def _with(extra: Extra, path: str, *, ledger: Ledger | None = None, sight: Sight | None = None) -> Extra:
    return replace(
        extra,
        ledgers=(*extra.ledgers, *((ledger,) if ledger else ())),
        found=(*extra.found, *((sight,) if sight else ())),
        temps=(*extra.temps, path),
    )
