"""Log lines on stderr: one line each, whatever is in them, so that no file name can forge another."""

from __future__ import annotations

import logging
import sys

from kphotos.cli.output import printable

LINE = "%(asctime)s %(levelname)-7s %(process)d %(name)s: %(message)s"


class OneLine(logging.Formatter):
    """A formatter whose every record is one line; a traceback follows in lines of its own, indented."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802  # logging's name
        """The line itself, control characters escaped."""
        return printable(super().formatMessage(record).replace("\n", "\\n"))

    def formatException(self, ei: object) -> str:  # noqa: N802  # logging's name
        """The traceback, indented so that it cannot be taken for a line."""
        text = super().formatException(ei)  # type: ignore[arg-type]
        return "\n".join("    " + printable(line) for line in text.splitlines())


def begin(level: str) -> None:
    """Send the log of this process to stderr at LOG_LEVEL."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(OneLine(LINE))
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    # watchdog says every event, huey every idle round; at our `info` that is noise.
    for noisy in ("watchdog", "huey", "waitress.queue", "PIL"):
        logging.getLogger(noisy).setLevel(max(logging.WARNING, logging.getLogger().level))
