"""The tables of the read model: every one can be deleted and made again from what lies on disk.

Integers are 64 bits and truths are 0 or 1, so that SQLite and Postgres hold equal values. Paths and
folders are escaped text (`sync.core.names.escape`); ids are 32 hex characters. Absent is NULL.
`OBSERVED` is the one list of columns that may differ between a live and a rebuilt index: they follow
from when and by whom something was looked at, not from what is on disk.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import peewee
from playhouse.shortcuts import ThreadSafeDatabaseMetadata

SCHEMA = 3
UNDATED = -(2**31)  # The `day` of what has no date: it sorts behind every day on both sides.
NO_CLOCK = -1  # The `clock` of a date without a time: it sorts to the end of its day.


class Bytes(peewee.Field):
    """Plain bytes. (peewee's own BlobField rewrites itself at each binding, which threads would share.)"""

    field_type = "BLOB"


class Row(peewee.Model):
    """Base of the read model; bound per thread by `kphotos.index.use`, and to nothing outside of it."""

    class Meta:
        model_metadata_class = ThreadSafeDatabaseMetadata
        database = peewee.DatabaseProxy()
        legacy_table_names = False


def _text() -> peewee.TextField:
    return peewee.TextField()


def _maybe_text() -> peewee.TextField:
    return peewee.TextField(null=True)


def _integer() -> peewee.BigIntegerField:
    return peewee.BigIntegerField()


def _maybe_integer() -> peewee.BigIntegerField:
    return peewee.BigIntegerField(null=True)


def _maybe_real() -> peewee.DoubleField:
    return peewee.DoubleField(null=True)


class Asset(Row):
    """One original with what K-Photos believes of it."""

    id = peewee.TextField(primary_key=True)
    volume = _text()
    path = _text()
    folder = _text()
    name = _text()
    kind = _text()  # photo, raw or video
    size = _integer()
    mtime_ns = _integer()
    hash = _maybe_text()  # sha256:…, None until somebody has hashed it
    width = _maybe_integer()  # of the stored picture, orientation not applied
    height = _maybe_integer()
    duration = _maybe_integer()  # seconds
    ratio = _integer()  # 128 + 48·log2(w/h) as shown, see `timeline.ratio_of`
    day = _integer()  # local calendar day of capture, days since 1970-01-01, or UNDATED
    clock = _integer()  # local time of capture, ms since midnight, or NO_CLOCK
    taken_local = _maybe_text()
    taken_offset = _maybe_text()
    taken_source = _maybe_text()
    make = _maybe_text()
    model = _maybe_text()
    lens = _maybe_text()
    exposure_time = _maybe_real()  # seconds
    f_number = _maybe_real()
    iso = _maybe_integer()
    focal_length = _maybe_real()  # mm
    title = _maybe_text()
    description = _maybe_text()
    rating = _maybe_integer()
    label = _maybe_text()
    pick = _maybe_integer()
    lat = _maybe_real()
    lon = _maybe_real()
    alt = _maybe_real()
    creator = _maybe_text()  # JSON list of names
    copyright = _maybe_text()
    orientation = _integer()
    place = _maybe_text()  # JSON object
    conflicts = _integer()  # number of fields that wait for a person
    review = _maybe_text()  # the fields that wait for a person, see `rows.AssetRow`
    trashed = _integer()
    has_ledger = _integer()
    pending = _integer()  # 1 while the XMP does not yet say what the ledger says
    thumbhash = Bytes(null=True)
    has_thumb = _integer()
    document = _text()  # JSON: fields with source, by, via, at, dots; sidecars; history


class AssetTag(Row):
    """One tag of one asset: a path such as Places/Paris."""

    tag = _text()
    asset = _text()

    class Meta:
        primary_key = peewee.CompositeKey("tag", "asset")


class AssetPerson(Row):
    """One person named on one asset."""

    person = _text()
    asset = _text()

    class Meta:
        primary_key = peewee.CompositeKey("person", "asset")


class Favourite(Row):
    """One person's favourite; it may stand in both places. `asset` need not be there (any more)."""

    user = _text()
    asset = _text()
    kept_in = _text()  # ledger: the asset's; record: the person's own, without edit right on the asset

    class Meta:
        primary_key = peewee.CompositeKey("user", "asset", "kept_in")


class Problem(Row):
    """What is wrong with one path (volume "" is STORAGE_PATH itself), and what was kept."""

    volume = _text()
    path = _text()
    kind = _text()
    reason = _text()
    kept = _text()

    class Meta:
        primary_key = peewee.CompositeKey("volume", "path", "kind")


class Fact(Row):
    """What decoding an original told, by its content hash: facts.json beside the derivatives."""

    hash = peewee.TextField(primary_key=True)
    width = _maybe_integer()
    height = _maybe_integer()
    duration = _maybe_integer()
    thumbhash = Bytes(null=True)
    phash = _maybe_text()
    has_thumb = _integer()


class Record(Row):
    """One of K-Photos' own things, as its file under records/ has it."""

    kind = _text()
    id = _text()
    revision = _integer()
    data = _text()  # canonical JSON

    class Meta:
        primary_key = peewee.CompositeKey("kind", "id")


class Meta(Row):
    """Counters of this generation: `structure` (order, ratios) and `changes` (anything)."""

    key = peewee.TextField(primary_key=True)
    value = _integer()


Asset.add_index(Asset.index(Asset.volume, Asset.path, unique=True, name="asset_path"))
Asset.add_index(
    Asset.index(
        Asset.trashed,
        Asset.day.desc(),
        Asset.clock.desc(),
        Asset.id.desc(),
        Asset.ratio,
        Asset.volume,
        name="asset_timeline",
    )
)
Asset.add_index(Asset.index(Asset.hash, name="asset_hash"))
_WAITS = Asset.review.is_null(False)
Asset.add_index(Asset.index(Asset.review, Asset.volume, Asset.path, where=_WAITS, name="asset_review"))
Asset.add_index(Asset.index(Asset.volume, Asset.review, where=_WAITS, name="asset_review_volume"))
AssetTag.add_index(AssetTag.index(AssetTag.asset, name="asset_tag_asset"))
AssetPerson.add_index(AssetPerson.index(AssetPerson.asset, name="asset_person_asset"))
Favourite.add_index(Favourite.index(Favourite.asset, name="favourite_asset"))

MODELS: tuple[type[Row], ...] = (
    Asset,
    AssetTag,
    AssetPerson,
    Favourite,
    Problem,
    Fact,
    Record,
    Meta,
)

OBSERVED: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        # `ratio` follows from width, height and orientation where they are known, else from a fact.
        "asset": frozenset({"mtime_ns", "hash", "ratio", "thumbhash", "has_thumb"}),
        "fact": frozenset({"hash", "width", "height", "duration", "thumbhash", "phash", "has_thumb"}),
        "meta": frozenset({"key", "value"}),
    }
)

FIELD_HOMES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "title": ("asset.title",),
        "description": ("asset.description",),
        "tags": ("asset_tag.tag",),
        "rating": ("asset.rating",),
        "label": ("asset.label",),
        "pick": ("asset.pick",),
        "taken": ("asset.taken_local", "asset.taken_offset"),
        "gps": ("asset.lat", "asset.lon", "asset.alt"),
        "people": ("asset_person.person",),
        "regions": ("asset.document",),
        "creator": ("asset.creator",),
        "copyright": ("asset.copyright",),
        "orientation": ("asset.orientation",),
        "place": ("asset.place",),
    }
)


def columns_of(model: type[Row]) -> tuple[str, ...]:
    """The columns of a table, in its own order."""
    return tuple(field.column_name for field in model._meta.sorted_fields)


def key_of(model: type[Row]) -> tuple[str, ...]:
    """The columns of a table's primary key."""
    fields = model._meta.get_primary_keys()  # type: ignore[no-untyped-call]
    return tuple(field.column_name for field in fields)


def table_of(model: type[Row]) -> str:
    """The name of a table."""
    name: str = model._meta.table_name
    return name
