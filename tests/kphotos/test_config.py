"""Settings: what is taken, what is refused, and the secret nobody else may read."""

from __future__ import annotations

import dataclasses
import os
import stat
import threading
from pathlib import Path

import pytest

from kphotos import config
from kphotos.config import secret
from kphotos.errors import ConfigError

STRONG = "kV3nq0Zr7Wm1uYt5LxB9eHs2JdPf8GaC4"


def settings(home: Path, **env: str) -> config.Settings:
    return config.from_env(env, storage_path=home, dotenv=None)


def test_every_setting_has_the_default_of_the_table(tmp_path: Path) -> None:
    found = settings(tmp_path)
    assert found.storage_path == tmp_path
    assert found.database_url == f"sqlite:///{tmp_path}/index"
    assert found.index_folder == tmp_path / "index"
    assert found.queue_url == f"sqlite:///{tmp_path}/queue.db"
    assert (found.host, found.port) == ("127.0.0.1", 8000)
    assert (found.cors_allowed_origins, found.public_url, found.trusted_proxy) == ((), None, None)
    assert (found.max_upload_bytes, found.trash_retention_days, found.log_level) == (268_435_456, 30, "info")
    assert not found.uses_postgres


def test_the_declared_table_has_one_row_per_setting() -> None:
    names = [row.name for row in config.SETTINGS]
    assert len(names) == len(set(names))
    fields = {field.name.upper() for field in dataclasses.fields(config.Settings)}
    assert set(names) == fields
    defaults = {row.name: row.default for row in config.SETTINGS}
    assert defaults["PORT"] == "8000"
    assert defaults["MAX_UPLOAD_BYTES"] == "268435456"
    assert all(row.meaning for row in config.SETTINGS)


def test_the_environment_wins_over_dotenv(tmp_path: Path) -> None:
    dotenv = tmp_path / ".env"
    dotenv.write_text('# ours\n\nPORT=9000\nexport HOST = "0.0.0.0"\nLOG_LEVEL=debug # chatty\nUNKNOWN=x\n')
    found = config.from_env({"PORT": "9001"}, storage_path=tmp_path, dotenv=dotenv)
    assert (found.port, found.host, found.log_level) == (9001, "0.0.0.0", "debug")


def test_a_broken_dotenv_names_its_line_and_does_not_repeat_it(tmp_path: Path) -> None:
    dotenv = tmp_path / ".env"
    dotenv.write_text("PORT=1\nJWT_SECRET " + STRONG + "\n")
    with pytest.raises(ConfigError, match="line 2") as caught:
        config.from_env({}, storage_path=tmp_path, dotenv=dotenv)
    assert STRONG not in str(caught.value)


def test_urls_of_other_places_are_taken(tmp_path: Path) -> None:
    found = settings(
        tmp_path,
        DATABASE_URL="postgres://k:p@db/photos",
        QUEUE_URL="redis://cache/0",
        CORS_ALLOWED_ORIGINS="https://A.example, http://b.example:81/",
        PUBLIC_URL="https://photos.example/",
        TRUSTED_PROXY="::1",
    )
    assert found.database_url == "postgresql://k:p@db/photos"
    assert found.uses_postgres
    assert found.queue_url == "redis://cache/0"
    assert found.cors_allowed_origins == ("https://a.example", "http://b.example:81")
    assert (found.public_url, found.trusted_proxy) == ("https://photos.example", "::1")
    assert settings(tmp_path, DATABASE_URL="sqlite:///x/y").index_folder == Path("x/y").resolve()


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("PORT", "0"),
        ("PORT", "65536"),
        ("PORT", "80a"),
        ("PORT", "-1"),
        ("PORT", "8" * 5_000),
        ("PORT", "٨٠"),
        ("MAX_UPLOAD_BYTES", "0"),
        ("MAX_UPLOAD_BYTES", "1e9"),
        ("TRASH_RETENTION_DAYS", "0"),
        ("TRASH_RETENTION_DAYS", "100000"),
        ("LOG_LEVEL", "loud"),
        ("HOST", "a b"),
        ("DATABASE_URL", "mysql://root:topsecret@db/x"),
        ("DATABASE_URL", "index.db"),
        ("QUEUE_URL", "amqp://topsecret@q"),
        ("CORS_ALLOWED_ORIGINS", "*"),
        ("CORS_ALLOWED_ORIGINS", "https://a.example/path"),
        ("CORS_ALLOWED_ORIGINS", "https://user:pw@a.example"),
        ("PUBLIC_URL", "photos.example"),
        ("PUBLIC_URL", "javascript:alert(1)"),
        ("PUBLIC_URL", "https://a.example:x"),
        ("TRUSTED_PROXY", "*"),
        ("TRUSTED_PROXY", "10.0.0.0/8"),
    ],
)
def test_a_bad_value_is_refused_by_name(tmp_path: Path, variable: str, value: str) -> None:
    with pytest.raises(ConfigError) as caught:
        settings(tmp_path, **{variable: value})
    assert caught.value.variable == variable
    assert caught.value.allowed
    assert variable in str(caught.value)
    assert "topsecret" not in str(caught.value)


def test_a_file_where_the_index_should_be_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "index.db"
    file.write_bytes(b"x")
    with pytest.raises(ConfigError, match="DATABASE_URL"):
        settings(tmp_path / "home", DATABASE_URL=f"sqlite:///{file}")


def test_a_home_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(ConfigError, match="STORAGE_PATH"):
        config.from_env({"STORAGE_PATH": str(tmp_path / "file" / "home")}, dotenv=None)


@pytest.mark.parametrize(
    "weak",
    [
        "short",
        "x" * 31,
        "x" * 64,
        "abcdefghijklmnopqrstuvwxyz0123456789",
        "0123456789abcdef" * 4,
        "your-256-bit-secret-goes-right-here!",
        "please-change-me-please-change-me-now",
        "MyPasswordMyPasswordMyPassword2024!!",
        "aB3$aB3$aB3$aB3$aB3$aB3$aB3$aB3$aB3$",
    ],
)
def test_a_weak_secret_is_refused_and_not_repeated(tmp_path: Path, weak: str) -> None:
    with pytest.raises(ConfigError) as caught:
        settings(tmp_path, JWT_SECRET=weak)
    assert caught.value.variable == "JWT_SECRET"
    assert weak not in str(caught.value)


def test_a_strong_secret_is_taken_and_no_file_made(tmp_path: Path) -> None:
    found = settings(tmp_path, JWT_SECRET=STRONG)
    assert found.jwt_secret == STRONG
    assert not (tmp_path / "secret").exists()
    assert STRONG not in repr(found)


def test_the_first_start_makes_a_secret_that_only_we_can_read(tmp_path: Path) -> None:
    first = settings(tmp_path)
    mode = (tmp_path / "secret").stat().st_mode
    assert stat.S_IMODE(mode) == 0o600
    assert len(first.jwt_secret) >= 43
    assert settings(tmp_path).jwt_secret == first.jwt_secret
    assert os.listdir(tmp_path) == ["secret"]


def test_the_secret_is_0600_whatever_the_umask_and_is_mended(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        settings(tmp_path)
    finally:
        os.umask(before)
    (tmp_path / "secret").chmod(0o644)
    settings(tmp_path)
    assert stat.S_IMODE((tmp_path / "secret").stat().st_mode) == 0o600


def test_a_weak_secret_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("hello\n")
    with pytest.raises(ConfigError, match="JWT_SECRET"):
        settings(tmp_path)


def test_first_starts_at_once_agree_on_one_secret(tmp_path: Path) -> None:
    found: list[str] = []
    barrier = threading.Barrier(8)

    def start() -> None:
        barrier.wait()
        found.append(settings(tmp_path).jwt_secret)

    threads = [threading.Thread(target=start) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(found)) == 1
    assert os.listdir(tmp_path) == ["secret"]


def test_made_secrets_are_never_taken_for_weak_ones() -> None:
    for _ in range(2_000):
        made = secret.new_secret()
        assert secret.weakness(made) is None
