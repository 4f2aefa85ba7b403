"""The file `.env`: settings for those who do not set environment variables."""

from __future__ import annotations

import re
from pathlib import Path

from kphotos.errors import ConfigError

_ENV_LINE = re.compile(r"\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*?)\s*$")


def read_dotenv(path: Path | None) -> dict[str, str]:
    """`NAME=value` lines, `#` comments, optional quotes; nothing is expanded. No file: no settings."""
    if path is None:
        return {}
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(".env", str(path), f"it must be a readable UTF-8 file ({error})") from error
    found = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        match = _ENV_LINE.match(line)
        if match is None:
            # The line itself is not repeated: it may hold a secret.
            raise ConfigError(".env", f"line {number}", "each line is NAME=value, # comment, or empty")
        found[match[1]] = _unquoted(match[2])
    return found


def _unquoted(value: str) -> str:
    if len(value) >= 2 and value[0] == value[-1] and value[0] in "'\"":
        return value[1:-1]
    return value.split(" #", 1)[0].rstrip()
