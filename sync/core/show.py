"""The document people see of a ledger: one value per field, and what is in conflict."""

from __future__ import annotations

from collections.abc import Mapping

from sync.core.dots import FIRST_SIGHT
from sync.core.draft import FAVOURITES, is_trashed
from sync.core.fields import FIELDS, Rule
from sync.core.model import Candidate, Document, Key, Ledger, Region, Shown, Value
from sync.core.values import text

_ASKS = frozenset(name for name, row in FIELDS.items() if row.rule is Rule.ASK)


def show(ledger: Ledger) -> Document:
    """Return the document of a ledger: newest candidate, set before cleared, people before first sight."""
    stale = ledger.stale
    fields: dict[str, Shown] = {}
    conflicts: list[Key] = []
    for name, candidates in ledger.fields.items():
        shown = _register(name, candidates, stale.get(name))
        fields[name] = shown
        if shown.candidates:
            conflicts.append(name)
    for name, elements in ledger.sets.items():
        if name != FAVOURITES:
            fields[name] = _set(name, elements, stale)
    if ledger.regions:
        _show_regions(ledger, fields, conflicts)
    return Document(
        fields,
        tuple(sorted(conflicts)),
        is_trashed(ledger.trash) if ledger.trash else False,
        frozenset(ledger.sets.get(FAVOURITES, ())),
        stale,
    )


def winner(candidates: tuple[Candidate, ...]) -> Candidate:
    """Return the candidate shown, of at least one: the newest; a value before a clear."""
    if len(candidates) == 1:
        return candidates[0]
    return max(candidates, key=lambda candidate: (candidate.v is not None, candidate.at))


def open_candidates(name: str, candidates: tuple[Candidate, ...]) -> tuple[Candidate, ...]:
    """Return the candidates a person has to choose from; () where there is no conflict.

    What was found at first sight has no history in common with later edits: those rank above it.
    """
    if len(candidates) < 2 or not (name in _ASKS or name.endswith("/name")):
        return ()
    later = tuple(c for c in candidates if c.v is not None and not c.at.startswith(FIRST_SIGHT))
    rivals = later or tuple(c for c in candidates if c.v is not None)
    return rivals if len({text(c.v) for c in rivals}) > 1 else ()


def region_value(name: str, region: Region) -> dict[str, Value]:
    """Return one region as a struct with its id, as codecs and pages take it."""
    value: dict[str, Value] = {"id": name, "name": ""}
    for member, candidates in region.members.items():
        if member != "id" and candidates and (held := winner(candidates).v) is not None:
            value[member] = held
    return value


def _register(name: str, candidates: tuple[Candidate, ...], stale: Mapping[str, Value] | None) -> Shown:
    chosen = winner(candidates)
    dots = tuple(candidate.at for candidate in candidates)
    return Shown(
        chosen.v,
        (*dots, *stale) if stale else dots,
        chosen.by,
        chosen.via,
        chosen.at,
        "people" if chosen.by else "tool",
        open_candidates(name, candidates),
        stale or {},
    )


def _set(
    name: str, elements: Mapping[str, tuple[str, ...]], stale: Mapping[Key, Mapping[str, Value]]
) -> Shown:
    live = {at for dots in elements.values() for at in dots}
    newest = max(live)
    if stale:
        live.update(at for key, entries in stale.items() if key.startswith(f"{name}/") for at in entries)
    layer = "tool" if newest.startswith(FIRST_SIGHT) else "people"
    return Shown(tuple(sorted(elements)), tuple(sorted(live)), at=newest, layer=layer)  # type: ignore[arg-type]


def _show_regions(ledger: Ledger, fields: dict[str, Shown], conflicts: list[Key]) -> None:
    regions = ((name, region, region_value(name, region)) for name, region in sorted(ledger.regions.items()))
    # What has no box is nothing that this K-Photos, or a file, could draw.
    standing = {name: (region, value) for name, region, value in regions if region.at and "area" in value}
    if not standing:
        return
    dots: set[str] = set()
    for name, (region, _) in standing.items():
        dots.update(region.at)
        for member, candidates in region.members.items():
            dots.update(candidate.at for candidate in candidates)
            if member == "name" and open_candidates("regions/name", candidates):
                conflicts.append(f"regions/{name}/name")
    value = [value for _, value in standing.values()]
    fields["regions"] = Shown(value, tuple(sorted(dots)), at=max(dots), layer="tool")
