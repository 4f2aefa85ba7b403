"""The layers of one asset as one view: what the original says itself, beneath what sidecars say.

Embedded < Google Takeout < other tools < people. Layers rank sources without a common history; between
edits that have one, `sync.core` has decided already. An explicit clear (value None) hides the layers below.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kphotos.index.rows import AssetRow
from kphotos.sidecar.beneath import beneath
from kphotos.storage.embedded import Embedded
from sync.core import names
from sync.core.fields import FIELDS
from sync.core.keys import field_of
from sync.core.model import Document, Key, Past, Shown
from sync.core.tools import poorer
from sync.engine import Asset

_HISTORY_SHOWN = 40


def row_of(asset: Asset, embedded: Embedded) -> AssetRow:
    """The row of the index for an asset: resolved values to search by, and the document for pages."""
    below = beneath(embedded, asset.takeout)
    shown = asset.document.fields
    fields: dict[str, Any] = {}
    told: dict[str, dict[str, Any]] = {}
    for name in FIELDS:
        said, layer = below.get(name, (None, ""))
        if name in shown and not _is_echo(shown[name], name, said):
            told[name] = _told(shown[name], conflict=name in asset.document.conflicts)
        elif name in below and (name in shown or is_bare(asset, name)):
            dots = list(shown[name].dots) if name in shown else []
            told[name] = {"value": said, "source": layer, "dots": dots, "conflict": False}
        else:
            continue
        if told[name]["value"] is not None:
            fields[name] = told[name]["value"]
    original = asset.original
    return AssetRow(
        id=asset.id,
        volume=asset.volume,
        path=names.escape(asset.path),
        kind=original.kind,
        size=original.stat.size,
        mtime_ns=original.stat.mtime_ns,
        hash=original.hash,
        width=embedded.width,
        height=embedded.height,
        duration=None if embedded.duration is None else round(embedded.duration),
        taken_source=told["taken"]["source"] if "taken" in told else None,
        make=embedded.make,
        model=embedded.model,
        lens=embedded.lens,
        exposure_time=embedded.exposure_time,
        f_number=embedded.f_number,
        iso=embedded.iso,
        focal_length=embedded.focal_length,
        fields=fields,
        document=_document(asset, embedded, told),
        favourites=asset.document.favourites,
        conflicts=len(asset.document.conflicts),
        review=review_of(asset.document),
        trashed=asset.document.trashed,
        has_ledger=asset.has_ledger,
        pending=asset.pending,
    )


def review_of(document: Document) -> str | None:
    """What of a photo waits for a person, as the index groups it; None where nothing does."""
    open_ = {field_of(key) for key in document.conflicts}
    back = {field_of(key) for key in document.stale if is_askable(key)} - open_
    return " ".join((*sorted(open_), *(f"~{name}" for name in sorted(back)))) or None


def is_askable(key: Key) -> bool:
    """Whether a person can decide on a value put back at this key: of a face that is its name alone."""
    return field_of(key) != "regions" or key.endswith("/name")


def is_bare(asset: Asset, name: str) -> bool:
    """Whether no sidecar says anything of the field; a set that somebody emptied is not bare."""
    if asset.document.value(name) is not None or name in asset.document.fields:
        return False
    return not any(past.field.startswith(name + "/") for past in asset.ledger.history)


def _is_echo(shown: Shown, name: str, below: Any) -> bool:
    """Whether a tool only copied into the sidecar what the original says, perhaps without its zone."""
    if below is None or shown.layer != "tool" or shown.candidates:
        return False
    return shown.value == below or shown.value in poorer(name, below)


def _told(shown: Shown, *, conflict: bool) -> dict[str, Any]:
    told: dict[str, Any] = {
        "value": shown.value,
        "source": shown.layer,
        "dots": list(shown.dots),
        "conflict": conflict,
    }
    told |= {k: v for k, v in (("by", shown.by), ("via", shown.via), ("at", shown.at)) if v is not None}
    if shown.candidates:
        told["candidates"] = [
            {"value": one.v, "by": one.by, "via": one.via, "at": one.at} for one in shown.candidates
        ]
    return told


def _document(asset: Asset, embedded: Embedded, told: Mapping[str, Any]) -> dict[str, Any]:
    document: dict[str, Any] = {"fields": told}
    if asset.sidecars:
        document["sidecars"] = [names.escape(path) for path in asset.sidecars]
    if asset.ledger.history:
        document["history"] = history(asset)[-_HISTORY_SHOWN:]
    if asset.takeout and asset.takeout.said:
        document["takeout"] = list(asset.takeout.said)
    if embedded.exposure is not None:
        document["exposure"] = embedded.exposure
    if embedded.mime is not None:
        document["mime"] = embedded.mime
    return document


def history(asset: Asset) -> list[dict[str, Any]]:
    """All that the ledger still tells of what was done, the oldest first."""
    return [_line(past) for past in asset.ledger.history]


def _line(past: Past) -> dict[str, Any]:
    told = {"at": past.at, "field": past.field, "from": past.was, "to": past.v}
    more = (("by", past.by), ("via", past.via), ("note", past.note), ("bulk", past.bulk))
    return told | {k: v for k, v in more if v}
