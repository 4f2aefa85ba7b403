"""The digest covers every cell that is not observed, and says the same on both databases (I2)."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kphotos import config, db, index
from kphotos.index import Index, generation, projection
from kphotos.index.digest import COVERED, digest
from kphotos.index.rows import Facts, ProblemRow, RecordRow
from kphotos.index.tables import FIELD_HOMES, MODELS, OBSERVED, columns_of, key_of, table_of
from sync.core.fields import FIELDS
from tests.kphotos.index.rows import VOLUME, photo
from tests.kphotos.index.test_projection import CONTENT, FULL

LIBRARY = [
    FULL,
    photo("b", "2020-01-01", fields={"title": "ü\u2028\U0001f600", "tags": ["x"]}),
    photo("c"),
    ProblemRow(VOLUME, "b.jpg", "foreign", "Two differ.", "Both are kept."),
    RecordRow("users", "u1", 2, {"name": "Alice", "role": "admin"}),
    RecordRow("volumes", VOLUME, 1, {"name": "Photos", "root": "/p", "writable": True}),
    Facts(CONTENT, width=1, height=2, thumbhash=b"x", has_thumb=True),
]


def test_every_column_is_covered_or_observed() -> None:
    """A column that somebody adds lands in the digest, or this list must be changed on purpose."""
    for model in MODELS:
        table = table_of(model)
        observed = OBSERVED.get(table, frozenset())
        assert set(COVERED[table]) | observed == set(columns_of(model))
        assert not set(COVERED[table]) & observed
    assert set(OBSERVED) <= {table_of(model) for model in MODELS}
    assert {f"{table}.{column}" for table, columns in OBSERVED.items() for column in columns} == {
        "asset.mtime_ns",
        "asset.hash",
        "asset.ratio",
        "asset.thumbhash",
        "asset.has_thumb",
        *(
            f"fact.{column}"
            for column in ("hash", "width", "height", "duration", "thumbhash", "phash", "has_thumb")
        ),
        "meta.key",
        "meta.value",
    }


def test_the_database_has_the_columns_of_the_models_and_no_other(bound: Index) -> None:
    for model in MODELS:
        found = {column.name for column in bound.database.get_columns(table_of(model))}
        assert found == set(columns_of(model))


def test_every_field_of_the_field_table_has_a_home_in_the_index() -> None:
    known = {f"{table_of(model)}.{column}" for model in MODELS for column in columns_of(model)}
    assert set(FIELD_HOMES) == set(FIELDS)
    assert {home for homes in FIELD_HOMES.values() for home in homes} <= known


def test_the_digest_is_the_same_whatever_the_order_and_history(bound: Index) -> None:
    projection.apply(LIBRARY)
    before = digest()
    other = generation.create(bound.settings)
    with index.opened(bound.settings, other):
        projection.apply(
            [photo("b", "1999-01-01", fields={"tags": ["old", "x"]}), photo("gone", path="c.jpg")]
        )
        projection.apply(list(reversed(LIBRARY)))
        assert digest() == before


def test_the_digest_is_the_same_on_sqlite_and_postgres(
    tmp_path_factory: pytest.TempPathFactory, postgres_url: str
) -> None:
    found = []
    for env in ({}, {"DATABASE_URL": postgres_url}):
        home = tmp_path_factory.mktemp("home")
        chosen = config.from_env(env, storage_path=home, dotenv=None)
        generation.swap(chosen, generation.create(chosen))
        with index.use(chosen):
            projection.apply(LIBRARY)
            found.append(digest())
        db.forget(str(home))
    assert found[0] == found[1]
    assert set(found[0]) == {
        "asset",
        "asset_tag",
        "asset_person",
        "favourite",
        "problem",
        "record",
    }


def altered(value: object) -> object:
    if isinstance(value, str):
        return value + "x"
    return 1 if value is None else value + 1  # type: ignore[operator]


CELLS = [(table, column) for table, columns in COVERED.items() for column in columns]


@given(cell=st.sampled_from(CELLS), row=st.integers(0, 2))
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_altering_any_covered_cell_changes_the_digest_of_its_table_alone(
    bound: Index, cell: tuple[str, str], row: int
) -> None:
    table, column = cell
    if not db.run(bound.database, "SELECT 1 FROM asset").fetchall():
        projection.apply(LIBRARY)
    before, after = around(bound, table, column, row)
    assert {name for name in before if before[name] != after[name]} == {table}


def around(bound: Index, table: str, column: str, row: int) -> tuple[dict[str, str], dict[str, str]]:
    """The digest before and after one cell is changed, in a transaction that is rolled back."""
    before = digest()
    with bound.database.atomic() as transaction:
        change_one_cell(bound, table, column, row)
        after = digest()
        transaction.rollback()
    assert digest() == before
    return before, after


def change_one_cell(bound: Index, table: str, column: str, row: int) -> None:
    model = next(model for model in MODELS if table_of(model) == table)
    keys = key_of(model)
    names = ", ".join(f'"{key}"' for key in keys)
    found = db.run(bound.database, f'SELECT "{column}", {names} FROM "{table}" ORDER BY {names}').fetchall()
    value, *key = found[row % len(found)]
    new = altered(value)
    if value is None:
        field = next(field for field in model._meta.sorted_fields if field.column_name == column)
        new = "x" if field.field_type == "TEXT" else 1
    where = " AND ".join(f'"{name}" = ?' for name in keys)
    db.run(bound.database, f'UPDATE "{table}" SET "{column}" = ? WHERE {where}', (new, *key))


def test_an_observed_cell_does_not_change_the_digest(bound: Index) -> None:
    projection.apply(LIBRARY)
    before = digest()
    db.run(
        bound.database,
        "UPDATE asset SET mtime_ns = 5, hash = NULL, ratio = 1, thumbhash = NULL, has_thumb = 0",
    )
    db.run(bound.database, "DELETE FROM fact")
    db.run(bound.database, "UPDATE meta SET value = 77")
    assert digest() == before


def test_a_column_left_out_of_the_digest_is_caught(bound: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    """The planted failure: with `title` forgotten, the property above must not hold."""
    forgetful = {**COVERED, "asset": tuple(name for name in COVERED["asset"] if name != "title")}
    monkeypatch.setattr("kphotos.index.digest.COVERED", forgetful)
    projection.apply(LIBRARY)
    before, after = around(bound, "asset", "title", 0)
    assert before == after
