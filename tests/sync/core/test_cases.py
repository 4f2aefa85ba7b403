"""The described table of cases, every row of it: merge, absorb, edit and show together, through the plan."""

from __future__ import annotations

import pytest

from tests.sync.core.cases.albums import ALBUMS
from tests.sync.core.cases.clears import CLEARS
from tests.sync.core.cases.copies import COPIES
from tests.sync.core.cases.crashes import CRASHES
from tests.sync.core.cases.echoes import ECHOES
from tests.sync.core.cases.first_sight import FIRST_SIGHT
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
    *OLD,
    *MARKS,
    *CRASHES,
    *PAGES,
    *STRANGE,
    *TRASH,
    *REGISTERS,
    *CLEARS,
    *SETS,
    *ALBUMS,
    *REGIONS,
    *UNKNOWN,
    *REPLICAS,
    *COPIES,
    *ROLLBACKS,
    *UNDOING,
    *TOOLS,
)


@pytest.mark.parametrize("row", ROWS, ids=[row.id for row in ROWS])
def test_the_row_holds(row: Row) -> None:
    check(row)
