"""How a command line is read: a command's options may stand anywhere, also between two paths."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any


class Words(argparse.ArgumentParser):
    """The parser of one command.

    argparse by itself takes all paths of `PATH ...` at the first of them, and none after an option.
    """

    _is_again = False

    def parse_known_args(  # type: ignore[override]  # as it is called, without its overloads
        self, args: Sequence[str] | None = None, namespace: Any = None
    ) -> tuple[Any, list[str]]:
        """Its options first and then its paths, where words are left over otherwise."""
        found, left = super().parse_known_args(args, namespace)
        # Not always at once: of `-- -odd.jpg` that way loses the two dashes.
        if not left or self._is_again or self._subparsers is not None:
            return found, left
        self._is_again = True
        try:
            return self.parse_known_intermixed_args(args, namespace)
        finally:
            self._is_again = False
