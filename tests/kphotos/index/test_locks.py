"""Looking whether the index is whole must not drop the locks that SQLite holds in this very process."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

from kphotos.index import store

WRITE = """import sqlite3, sys
connection = sqlite3.connect(sys.argv[1])
connection.execute("INSERT INTO t VALUES (1)")
connection.commit()
connection.close()
"""


def test_another_process_that_closes_the_index_leaves_the_log_that_is_in_use(tmp_path: Path) -> None:
    kept, generation = store.Files(tmp_path), store.new_name()
    kept.create(generation).close()
    kept.point(generation)
    path = tmp_path / f"{generation}.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE t (a)")
        connection.commit()
        for _ in range(2):
            assert kept.pointed() == generation
        subprocess.run([sys.executable, "-c", WRITE, str(path)], check=True)
        assert path.with_name(path.name + "-wal").exists()
        assert connection.execute("SELECT a FROM t").fetchall() == [(1,)]


def test_a_deleted_index_is_held_no_longer_than_until_the_next(tmp_path: Path) -> None:
    kept = store.Files(tmp_path)
    held = []
    for _ in range(3):
        generation = store.new_name()
        kept.create(generation).close()
        kept.point(generation)
        kept.pointed()
        held.append((tmp_path / f"{generation}.db").stat().st_ino)
        kept.drop(generation)
    there = {inode for _, inode in store._held}
    assert held[-1] in there
    assert held[0] not in there or held[0] == held[-1]
