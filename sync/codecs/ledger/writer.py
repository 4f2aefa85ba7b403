"""From a `Ledger` to the one file it has."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sync.core.model import Candidate, Ledger, Membership, Past, Record, Region, Value

_Json = dict[str, Any]


def write(ledger: Ledger) -> bytes:
    """Return the one file that a ledger has."""
    top: _Json = {
        "asset": ledger.asset
        and {**ledger.asset.extra, "hash": ledger.asset.hash, "size": ledger.asset.size},
        "seen": sorted(ledger.seen),
        "fields": {name: _out_candidates(held) for name, held in ledger.fields.items()},
        "sets": ledger.sets,
        "albums": {name: _out_membership(held) for name, held in ledger.albums.items()},
        "regions": {name: _out_region(held) for name, held in ledger.regions.items()},
        "trash": _out_candidates(ledger.trash),
        "stale": ledger.stale,
        "xmp": [_out_record(record) for record in ledger.xmp],
        "history": [_out_past(line) for line in ledger.history],
    }
    said = {name: value for name, value in top.items() if value}
    said.update(ledger.extra, kphotos=ledger.schema, id=ledger.id)
    return (json.dumps(said, ensure_ascii=False, allow_nan=False, indent=1, sort_keys=True) + "\n").encode()


def _out_candidates(held: tuple[Candidate, ...]) -> list[_Json]:
    return [_out_candidate(c) for c in held]


def _out_candidate(held: Candidate) -> _Json:
    return _said(held.extra, {"v": held.v, "at": held.at}, {"from": held.was, "by": held.by, "via": held.via})


def _out_membership(held: Membership) -> _Json:
    titles = {at: _out_candidate(said) for at, said in held.titles.items()}
    optional = {"pos": _out_candidates(held.pos) or None, "titles": titles or None}
    return _said(held.extra, {"at": held.at, "title": held.title}, optional)


def _out_region(held: Region) -> _Json:
    members = {name: _out_candidates(candidates) for name, candidates in held.members.items()}
    return _said(held.extra, {"at": held.at, **members}, {})


def _out_record(held: Record) -> _Json:
    needed = {"id": held.id, "file": held.file, "by": held.by, "has": held.has}
    optional = {
        "mark": held.mark,
        "from": held.from_,
        "site": held.site,
        "sum": held.sum,
        "src": held.src or None,
    }
    return _said(held.extra, needed, optional)


def _out_past(held: Past) -> _Json:
    optional = {"from": held.was, "to": held.v, "by": held.by, "via": held.via, "note": held.note}
    optional |= {"bulk": held.bulk, "before": list(held.before) or None, "of": held.of}
    return _said(held.extra, {"at": held.at, "field": held.field}, optional)


def _said(extra: Mapping[str, Value], needed: _Json, optional: _Json) -> _Json:
    return {**extra, **needed, **{name: value for name, value in optional.items() if value is not None}}
