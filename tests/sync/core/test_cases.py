"""The described table of cases, every row of it: merge, absorb, edit and show together, through the plan."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sync.core import taking
from tests.sync.core.cases.albums import ALBUMS
from tests.sync.core.cases.clears import CLEARS
from tests.sync.core.cases.copies import COPIES
from tests.sync.core.cases.crashes import CRASHES
from tests.sync.core.cases.decisions import DECISIONS
from tests.sync.core.cases.echoes import ECHOES
from tests.sync.core.cases.first_sight import FIRST_SIGHT
from tests.sync.core.cases.folders import FOLDERS
from tests.sync.core.cases.marks import MARKS
from tests.sync.core.cases.old_databases import OLD
from tests.sync.core.cases.pages import PAGES
from tests.sync.core.cases.programs import FRESH
from tests.sync.core.cases.regions import REGIONS
from tests.sync.core.cases.registers import REGISTERS
from tests.sync.core.cases.replicas import REPLICAS
from tests.sync.core.cases.rollbacks import ROLLBACKS
from tests.sync.core.cases.row import Row, check
from tests.sync.core.cases.sets import SETS
from tests.sync.core.cases.strange_files import STRANGE
from tests.sync.core.cases.tools import TOOLS
from tests.sync.core.cases.trash import TRASH
from tests.sync.core.cases.undoing import UNDOING
from tests.sync.core.cases.unknown import UNKNOWN

ROWS = (
    *FIRST_SIGHT,
    *FRESH,
    *ECHOES,
    *TOOLS,
    *OLD,
    *DECISIONS,
    *MARKS,
    *UNKNOWN,
    *STRANGE,
    *CRASHES,
    *PAGES,
    *UNDOING,
    *REGISTERS,
    *CLEARS,
    *SETS,
    *ALBUMS,
    *REGIONS,
    *TRASH,
    *REPLICAS,
    *COPIES,
    *FOLDERS,
    *ROLLBACKS,
)


@pytest.mark.parametrize("row", ROWS, ids=[row.id for row in ROWS])
def test_the_row_holds(row: Row) -> None:
    check(row)


def test_the_table_is_a_table() -> None:
    assert len(ROWS) >= 150
    assert len({row.id for row in ROWS}) == len({row.story for row in ROWS}) == len(ROWS)


def test_a_row_that_expects_something_else_is_caught() -> None:
    row = next(row for row in ROWS if row.id == "reg-05")
    for wrong in (
        replace(row, value={"title": "Pond"}),
        replace(row, candidates={}),
        replace(row, stale={"title": {"Lake"}}),
        replace(row, trashed=True),
        replace(row, notes={"said"}),
        replace(row, was={"title": "Pond"}),
    ):
        with pytest.raises(AssertionError):
            check(wrong)


def test_a_core_that_takes_what_an_old_library_puts_back_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(taking, "read_point", lambda known, has: known.contents[0])
    failed = 0
    for row in OLD:
        try:
            check(row)
        except AssertionError:
            failed += 1
    assert failed >= 5
