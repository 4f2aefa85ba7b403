"""`.kphotosignore` (the syntax of .gitignore) and `.nomedia`: what a person keeps out of the library."""

from __future__ import annotations

import re
from dataclasses import dataclass

IGNORE_FILE = ".kphotosignore"
NO_MEDIA = ".nomedia"
LONGEST_IGNORE_FILE = 1 << 20


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of an ignore file, compiled against paths in the volume."""

    pattern: re.Pattern[str]
    keeps: bool
    folders_only: bool


Rules = tuple[Rule, ...]


def parse(text: str, folder: str) -> Rules:
    """The rules of an ignore file lying in `folder`, in order; lines that mean nothing are left out."""
    return tuple(rule for line in text.splitlines() if (rule := _rule(line, folder)) is not None)


def ignores(rules: Rules, path: str, *, is_folder: bool) -> bool:
    """Whether the last rule that fits a path says to leave it out.

    A path below an ignored folder is never asked for: nobody walks there, and, as with git, nothing
    in it can be kept by a later rule.
    """
    for rule in reversed(rules):
        if (is_folder or not rule.folders_only) and rule.pattern.fullmatch(path):
            return not rule.keeps
    return False


def _rule(line: str, folder: str) -> Rule | None:
    line = _strip_blanks(line)
    if not line or line.startswith("#"):
        return None
    keeps = line.startswith("!")
    body = line[1:] if keeps else line
    folders_only = body.endswith("/")
    body = body.removesuffix("/")
    anchored = "/" in body
    body = body.removeprefix("/")
    if not body:
        return None
    start = re.escape(folder) + "/" if folder else ""
    anywhere = "" if anchored else "(?:.*/)?"
    try:
        pattern = re.compile(start + anywhere + _translate(body), re.DOTALL)
    except re.error:
        return None
    return Rule(pattern, keeps, folders_only)


def _strip_blanks(line: str) -> str:
    """Trailing blanks do not count unless the last one is escaped."""
    bare = line.rstrip(" \t\r")
    return bare + " " if bare.endswith("\\") and bare != line else bare


def _translate(body: str) -> str:
    out = []
    at = 0
    while at < len(body):
        piece, at = _next(body, at)
        out.append(piece)
    return "".join(out)


def _next(body: str, at: int) -> tuple[str, int]:
    """The regular expression of the pattern's next piece, and where the one after it begins."""
    starts_part = at == 0 or body[at - 1] == "/"
    if body.startswith("**/", at) and starts_part:
        return "(?:.*/)?", at + 3
    if body[at:] == "**" and starts_part:
        return ".+", at + 2
    match body[at]:
        case "*":
            return "[^/]*", at + 1
        case "?":
            return "[^/]", at + 1
        case "[":
            return _bracket(body, at)
        case "\\" if at + 1 < len(body):
            return re.escape(body[at + 1]), at + 2
        case char:
            return re.escape(char), at + 1


def _bracket(body: str, at: int) -> tuple[str, int]:
    start = at + 2 if body[at + 1 : at + 2] in ("!", "^") else at + 1
    end = body.find("]", start + 1)
    if end < 0:
        return re.escape("["), at + 1
    inner = body[start:end].replace("\\", "\\\\").replace("[", "\\[").replace("^", "\\^")
    return f"(?!/)[{'^' if start == at + 2 else ''}{inner}]", end + 1
