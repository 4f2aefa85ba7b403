"""Which sidecars, conflict copies and companions in a folder belong to which original: names only.

Order of claims on `X.xmp`: the original named X; the stem X (a RAW first, else the only photo, else
ambiguous); X but for case and the spelling of accents; a sync tool's copy of one of those; darktable's
duplicate. An orphan is nobody's and is told of where it lies. Nothing is ever renamed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from sync.pairing.groups import Group, Pairing
from sync.pairing.names import (
    DUPLICATE,
    bases_of_companion,
    fold,
    is_ledger_like,
    is_temp,
    kind_of,
    originals_of_copy,
    stem_of,
    without_tags,
)
from sync.pairing.oddities import Oddity, ambiguous, special, twin
from sync.pairing.orphans import orphans
from sync.pairing.takeout import Jsons, is_json, shared_stems
from sync.ports import FILE, FOLDER, LEDGER_SUFFIX, XMP_SUFFIX

__all__ = ["Group", "Pairing", "pair"]

_RANK = {"raw": 0, "photo": 1, "video": 2}


@dataclass(slots=True)
class _Claims:
    """Who is there to be claimed for, by full name, by stem and by what people call it."""

    originals: dict[str, str]
    stems: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    folded: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    folded_stems: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        for name in self.originals:
            stem = stem_of(name)
            self.stems[stem].append(name)
            self.folded[fold(name)].append(name)
            self.folded_stems[fold(stem)].append(name)

    def by_stem(self, names: list[str]) -> list[str]:
        """The best of those sharing a stem; more than one of the same rank is ambiguous."""
        return _best(names, self.originals)


def pair(entries: Iterable[tuple[str, int]]) -> Pairing:
    """Sort out a folder's (name, kind of entry); ignored names must have been left out already."""
    originals: dict[str, str] = {}
    xmps: list[str] = []
    ledgers: list[str] = []
    companions: list[str] = []
    jsons: list[str] = []
    temps: list[str] = []
    oddities: list[Oddity] = []
    for name, kind in sorted(entries):
        if kind == FOLDER:
            continue
        if name[0] == "." and is_temp(name):
            temps.append(name)
        elif is_ledger_like(name):
            ledgers.append(name)
        elif name[-4:].lower() == XMP_SUFFIX:
            xmps.append(name)
        elif what := kind_of(name):
            if kind == FILE:
                originals[name] = what
            else:
                oddities.append(special(name))
        elif is_json(name):
            jsons.append(name)
        elif bases_of_companion(name):
            companions.append(name)
    owners = _stem_owners(originals)
    groups = {name: Group(name, kind, owns_stem=name in owners) for name, kind in originals.items()}
    bases: list[str] = []
    if xmps or ledgers or (originals and (companions or jsons)):
        claims = _Claims(originals)
        stray_xmps = _give_xmps(xmps, claims, groups, oddities)
        stray_ledgers = _give_ledgers(ledgers, claims, groups)
        _find_namesakes(groups)
        _give_companions(companions, claims, groups)
        _give_jsons(jsons, claims, groups)
        oddities += orphans(stray_ledgers, stray_xmps, {oddity.name for oddity in oddities})
        bases = [name[: -len(LEDGER_SUFFIX)] for name in stray_ledgers if name.endswith(LEDGER_SUFFIX)]
    return Pairing(groups, tuple(oddities), tuple(temps), tuple(bases))


def _best(names: list[str], originals: Mapping[str, str]) -> list[str]:
    best = min((_RANK[originals[name]] for name in names), default=0)
    return [name for name in names if _RANK[originals[name]] == best]


def _stem_owners(originals: Mapping[str, str]) -> set[str]:
    """The originals whose an XMP by their stem would be, whether or not one lies there."""
    stems: dict[str, list[str]] = {}
    for name in originals:
        stems.setdefault(stem_of(name), []).append(name)
    found: set[str] = set()
    for stem, names in stems.items():
        best = names if len(names) == 1 else _best(names, originals)
        if len(best) == 1 and stem not in originals:
            found.add(best[0])
    return found


def _give_xmps(
    xmps: list[str], claims: _Claims, groups: dict[str, Group], oddities: list[Oddity]
) -> list[str]:
    """Give every XMP to whoever has it; those that nobody has."""
    taken: dict[tuple[str, bool], str] = {}
    strays: list[str] = []
    for name in xmps:
        base = name[: -len(XMP_SUFFIX)]
        owners, shared = _owners(base, claims)
        if len(owners) > 1:
            oddities.append(ambiguous(name, owners))
        elif owners:
            group = groups[owners[0]]
            if (rival := taken.get((group.original, shared))) is None:
                taken[group.original, shared] = name
                both = (*group.xmps, name) if shared else (name, *group.xmps)
                groups[group.original] = replace(group, xmps=both)
            elif _exact(name, group.original, shared) > _exact(rival, group.original, shared):
                taken[group.original, shared] = name
                both = tuple(name if other == rival else other for other in group.xmps)
                groups[group.original] = replace(group, xmps=both)
                oddities.append(twin(rival, name))
            else:
                oddities.append(twin(name, rival))
        elif not _give_copy_or_duplicate(name, base, claims, groups):
            strays.append(name)
    lying = {name: group.original for group in groups.values() for name in group.xmps} if strays else {}
    return _suspect(strays, lying, groups)


def _owners(base: str, claims: _Claims) -> tuple[list[str], bool]:
    """Originals that `base`.xmp may belong to, and whether it is theirs by stem only."""
    if base in claims.originals:
        return [base], False
    if base in claims.stems:
        return claims.by_stem(claims.stems[base]), True
    folded = fold(base)
    if folded in claims.folded:
        return claims.folded[folded], False
    if folded in claims.folded_stems:
        return claims.by_stem(claims.folded_stems[folded]), True
    return [], False


def _exact(name: str, original: str, shared: bool) -> int:
    """How well an XMP's spelling fits: base and extension as they should be."""
    base, extension = name[: -len(XMP_SUFFIX)], name[-len(XMP_SUFFIX) :]
    return 2 * (base == (stem_of(original) if shared else original)) + (extension == XMP_SUFFIX)


def _give_copy_or_duplicate(name: str, base: str, claims: _Claims, groups: dict[str, Group]) -> bool:
    """Give a sidecar that is no original's own to the one that its name tells of; whether it tells."""
    if (bare := without_tags(base)) != base:
        owners, _ = _owners(bare, claims)
        if len(owners) == 1:
            group = groups[owners[0]]
            groups[owners[0]] = replace(group, copies=(*group.copies, name))
            return True
    if (match := DUPLICATE.match(bare)) and (owner := match["stem"] + match["extension"]) in groups:
        group = groups[owner]
        groups[owner] = replace(group, duplicates=(*group.duplicates, name))
        return True
    return False


def _suspect(strays: list[str], lying: Mapping[str, str], groups: dict[str, Group]) -> list[str]:
    """Give names that may be those of copies to the owners of the sidecars that lie there; the others."""
    left: list[str] = []
    for name in strays:
        other = next((other for other in originals_of_copy(name) if other in lying), None)
        if other is None:
            left.append(name)
            continue
        group = groups[lying[other]]
        groups[group.original] = replace(group, suspects=(*group.suspects, name))
    return left


def _give_ledgers(ledgers: list[str], claims: _Claims, groups: dict[str, Group]) -> list[str]:
    """Give every ledger and every copy of one to whoever has it; those that nobody has."""
    found = set(ledgers)
    strays: list[str] = []
    for name in ledgers:
        if not name.endswith(LEDGER_SUFFIX):
            bare = without_tags(stem_of(name))
            original = bare.removesuffix(stem_of(LEDGER_SUFFIX))
            if original in groups and original != bare != stem_of(name):
                groups[original] = replace(groups[original], copies=(*groups[original].copies, name))
            else:
                strays.append(name)
            continue
        base = name[: -len(LEDGER_SUFFIX)]
        near = [base] if base in groups else claims.folded.get(fold(base), [])
        if len(near) == 1 and (near[0] == base or near[0] + LEDGER_SUFFIX not in found):
            groups[near[0]] = replace(groups[near[0]], ledger=name)
    lying = {group.ledger: name for name, group in groups.items() if group.ledger}
    alone = [name for name in ledgers if name not in lying and name.endswith(LEDGER_SUFFIX)]
    return alone + _suspect(strays, lying, groups)


def _find_namesakes(groups: dict[str, Group]) -> None:
    """Note of which originals with copied sidecars there is a conflict copy as well."""
    wanted = {name for name, group in groups.items() if group.copies}
    for name in groups if wanted else ():
        stem = stem_of(name)
        bare = without_tags(stem) + name[len(stem) :]
        if bare in wanted and bare != name:
            groups[bare] = replace(groups[bare], has_namesake=True)


def _give_companions(companions: list[str], claims: _Claims, groups: dict[str, Group]) -> None:
    for name in companions:
        for base in bases_of_companion(name):
            near = [base] if base in groups else claims.stems.get(base) or claims.folded.get(fold(base), [])
            if owners := claims.by_stem(near or claims.folded_stems.get(fold(base), [])):
                owner = groups[owners[0]]
                groups[owner.original] = replace(owner, companions=(*owner.companions, name))
                break


def _give_jsons(jsons: list[str], claims: _Claims, groups: dict[str, Group]) -> None:
    if not jsons:
        return
    known = Jsons(jsons)
    for name, group in groups.items():
        siblings = [other for stem in shared_stems(name) for other in claims.stems.get(stem, [])]
        if found := known.of(name, siblings):
            groups[name] = replace(group, jsons=found)
