"""The settings: environment variables first, then `.env`, each checked before anything starts."""

from __future__ import annotations

import ipaddress
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from kphotos.config import secret
from kphotos.config.dotenv import read_dotenv
from kphotos.errors import ConfigError

__all__ = ["LOG_LEVELS", "SETTINGS", "Secret", "Setting", "Settings", "from_env", "read_dotenv"]


@dataclass(frozen=True, slots=True)
class Setting:
    """One row of the settings table, as the README prints it."""

    name: str
    default: str
    meaning: str


SETTINGS = (
    Setting(
        "DATABASE_URL",
        "SQLite files in `STORAGE_PATH/index`",
        "index: `sqlite:///FOLDER` or `postgresql://...`",
    ),
    Setting("JWT_SECRET", "made on first start, kept 0600", "HMAC secret for signing; a weak one is refused"),
    Setting(
        "QUEUE_URL",
        "SQLite file under `STORAGE_PATH`",
        "Huey's store: `sqlite:///FILE`, `postgresql://...` or `redis://...`",
    ),
    Setting("STORAGE_PATH", "./data", "K-Photos' own home: documents, uploads, derivatives, index"),
    Setting("HOST", "127.0.0.1", "address to bind to"),
    Setting("PORT", "8000", "port to bind to"),
    Setting("CORS_ALLOWED_ORIGINS", "none", "origins of other sites that may call, comma-separated"),
    Setting("MAX_UPLOAD_BYTES", "268435456", "largest upload, in bytes"),
    Setting("TRASH_RETENTION_DAYS", "30", "days in the trash before purge"),
    Setting("LOG_LEVEL", "info", "`debug`, `info`, `warning` or `error`"),
    Setting("PUBLIC_URL", "none", "the address people type, when a proxy stands in front"),
    Setting("TRUSTED_PROXY", "none", "IP address of the proxy whose `X-Forwarded-*` is believed"),
)

LOG_LEVELS = ("debug", "info", "warning", "error")


@dataclass(frozen=True, slots=True)
class Settings:
    """Every setting, checked. Paths are absolute; `jwt_secret` never shows in `repr`'s output."""

    storage_path: Path
    database_url: str
    queue_url: str
    jwt_secret: Secret
    host: str = "127.0.0.1"
    port: int = 8000
    cors_allowed_origins: tuple[str, ...] = ()
    max_upload_bytes: int = 268_435_456
    trash_retention_days: int = 30
    log_level: str = "info"
    public_url: str | None = None
    trusted_proxy: str | None = None

    @property
    def uses_postgres(self) -> bool:
        """Whether index, observed and runtime are Postgres schemas instead of SQLite files."""
        return self.database_url.startswith("postgresql://")

    @property
    def index_folder(self) -> Path:
        """Where the generations of a SQLite index and their pointer lie."""
        return Path(self.database_url.removeprefix("sqlite:///"))


class Secret(str):
    """A text that does not print itself in a traceback or a log line."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "Secret(…)"


def from_env(
    env: Mapping[str, str] | None = None,
    *,
    storage_path: Path | None = None,
    dotenv: Path | None = Path(".env"),
) -> Settings:
    """Read every setting from `env` (default: the process's), then `dotenv`; ConfigError if one is bad.

    Makes STORAGE_PATH and, where JWT_SECRET is not set, the secret file in it.
    """
    given = {**read_dotenv(dotenv), **(os.environ if env is None else env)}
    values = {row.name: given.get(row.name, "").strip() for row in SETTINGS}
    home = _home(storage_path, values["STORAGE_PATH"])
    return Settings(
        storage_path=home,
        database_url=_database_url(values["DATABASE_URL"], home),
        queue_url=_queue_url(values["QUEUE_URL"], home),
        jwt_secret=Secret(secret.checked(values["JWT_SECRET"]) or secret.kept(home)),
        host=_host(values["HOST"]),
        port=_number("PORT", values["PORT"], 8000, 1, 65_535),
        cors_allowed_origins=_origins(values["CORS_ALLOWED_ORIGINS"]),
        max_upload_bytes=_number("MAX_UPLOAD_BYTES", values["MAX_UPLOAD_BYTES"], 268_435_456, 1, 2**40),
        trash_retention_days=_number("TRASH_RETENTION_DAYS", values["TRASH_RETENTION_DAYS"], 30, 1, 36_500),
        log_level=_log_level(values["LOG_LEVEL"]),
        public_url=_origin("PUBLIC_URL", values["PUBLIC_URL"]) if values["PUBLIC_URL"] else None,
        trusted_proxy=_address(values["TRUSTED_PROXY"]) if values["TRUSTED_PROXY"] else None,
    )


def _home(chosen: Path | None, value: str) -> Path:
    home = (chosen or Path(value or "./data").expanduser()).resolve()
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError("STORAGE_PATH", str(home), f"a folder we may write ({error.strerror})") from error
    return home


def _database_url(value: str, home: Path) -> str:
    allowed = "sqlite:///FOLDER or postgresql://..."
    if not value:
        return f"sqlite:///{home / 'index'}"
    if value.startswith(("postgresql://", "postgres://")):
        return "postgresql://" + value.split("://", 1)[1]
    folder = _sqlite_path("DATABASE_URL", value, allowed)
    if folder.is_file():
        raise ConfigError(
            "DATABASE_URL", value, "the path is a folder for the index's generations, not a file"
        )
    return f"sqlite:///{folder}"


def _queue_url(value: str, home: Path) -> str:
    allowed = "sqlite:///FILE, postgresql://... or redis://..."
    if not value:
        return f"sqlite:///{home / 'queue.db'}"
    if value.startswith(("postgresql://", "postgres://")):
        return "postgresql://" + value.split("://", 1)[1]
    if value.startswith(("redis://", "rediss://")):
        return value
    return f"sqlite:///{_sqlite_path('QUEUE_URL', value, allowed)}"


def _sqlite_path(variable: str, value: str, allowed: str) -> Path:
    path = value.removeprefix("sqlite:///")
    if path == value or not path:
        # A URL of another kind may carry a password, so only its scheme is repeated.
        raise ConfigError(variable, value.split("://", 1)[0] + "://…" if "://" in value else value, allowed)
    return Path(path).expanduser().resolve()


def _host(value: str) -> str:
    host = value or "127.0.0.1"
    if not re.fullmatch(r"[A-Za-z0-9.:_-]+", host):
        raise ConfigError("HOST", value, "an IP address or a host name")
    return host


def _number(variable: str, value: str, default: int, lowest: int, highest: int) -> int:
    if not value:
        return default
    if re.fullmatch(r"[0-9]{1,15}", value) and lowest <= int(value) <= highest:
        return int(value)
    raise ConfigError(variable, value, f"a whole number from {lowest} to {highest}")


def _origins(value: str) -> tuple[str, ...]:
    return tuple(_origin("CORS_ALLOWED_ORIGINS", part.strip()) for part in value.split(",") if part.strip())


def _origin(variable: str, value: str) -> str:
    try:
        parts = urlsplit(value)
        good = (
            parts.scheme in ("http", "https")
            and parts.hostname
            and parts.username is None
            and parts.port != 0
        )
    except ValueError:
        good = False
    if not good or parts.path.strip("/") or parts.query or parts.fragment:
        raise ConfigError(variable, value, "http:// or https://, a host and perhaps a port, without a path")
    return f"{parts.scheme}://{parts.netloc}".lower()


def _log_level(value: str) -> str:
    level = (value or "info").lower()
    if level not in LOG_LEVELS:
        raise ConfigError("LOG_LEVEL", value, ", ".join(LOG_LEVELS))
    return level


def _address(value: str) -> str:
    try:
        return str(ipaddress.ip_address(value))
    except ValueError as error:
        raise ConfigError("TRUSTED_PROXY", value, "one IP address") from error
