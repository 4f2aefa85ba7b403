"""The command `kphotos`: one module per group of commands, and `main`, which alone catches everything.

What a command returns is the exit code (`exits`). A refusal is a sentence, with `--json` a document; it is
never a traceback.
"""

from __future__ import annotations

import argparse
import logging
from collections.abc import Sequence

from kphotos import __version__
from kphotos.cli import conflicts, deliberate, editing, homes, library, logs, people, photo, running, volumes
from kphotos.cli.exits import BUG, INTERRUPTED, MEANINGS, UNAVAILABLE, USAGE
from kphotos.cli.output import Output, stdout_is_gone
from kphotos.cli.words import Words
from kphotos.errors import ConfigError, Invalid, KPhotosError
from kphotos.sidecar import sites
from sync.errors import BadValue, SyncError

log = logging.getLogger("kphotos")

GROUPS = (running, library, photo, editing, conflicts, deliberate, volumes, people)


def main(words: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code."""
    arguments = parser().parse_args(words)
    out = Output(as_json=arguments.json)
    try:
        settings = homes.settings()
        logs.begin(settings.log_level)
        code: int = arguments.run(arguments, settings, out)
        sites.settle()
        return code
    except (ConfigError, Invalid) as error:
        out.error(error.code, error.message, field=getattr(error, "field", None), kept=error.kept)
        return USAGE
    except BadValue as error:
        out.error(
            "invalid_value", f"{error.field} {error.reason}.", field=error.field, kept="Nothing was changed."
        )
        return USAGE
    except KPhotosError as error:
        out.error(error.code, error.message, kept=error.kept)
        return UNAVAILABLE
    except SyncError as error:
        out.error(snake(type(error).__name__), sentence(error.reason), kept="Nothing was changed.")
        return UNAVAILABLE
    except KeyboardInterrupt:
        out.note("Interrupted.")
        return INTERRUPTED
    except BrokenPipeError:
        stdout_is_gone()
        return INTERRUPTED
    except Exception as error:  # the edge: a fault is told in words, its traceback goes to the log
        log.debug("fault", exc_info=True)
        what = f"{type(error).__name__}: {error}"
        out.error("fault", f"A fault in K-Photos: {what}. LOG_LEVEL=debug shows where; please report it.")
        return BUG


def parser() -> argparse.ArgumentParser:
    """The whole command line; README is tested against it."""
    codes = "\n".join(f"  {code:>3}  {text}" for code, text in MEANINGS.items())
    top = argparse.ArgumentParser(
        prog="kphotos",
        description="A photo manager whose truth is the sidecar files beside your originals.",
        epilog=f"exit codes:\n{codes}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    top.add_argument("--version", action="version", version=f"kphotos {__version__}")
    common = argparse.ArgumentParser(add_help=False)
    for one, unsaid in ((top, False), (common, argparse.SUPPRESS)):
        # Before the command too: what is unsaid after it takes nothing back.
        one.add_argument(
            "--json", action="store_true", default=unsaid, help="one JSON document on stdout, for programs"
        )
    commands = top.add_subparsers(required=True, metavar="COMMAND", title="commands", parser_class=Words)
    for group in GROUPS:
        group.add(commands, common)
    return top


def snake(name: str) -> str:
    """NewerSchema -> newer_schema."""
    return "".join(f"_{char.lower()}" if char.isupper() else char for char in name).lstrip("_")


def sentence(words: str) -> str:
    """Half a sentence as a whole one."""
    return words[:1].upper() + words[1:] + ("" if words.endswith((".", "!", "?")) else ".")
