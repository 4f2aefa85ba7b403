"""Sidecars whose original is not there: nobody's, and a person is told of what lies there for nobody.

An XMP by a stem alone may be anything, a preset of Lightroom's among others, so that it is told of only
beside a ledger.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable

from sync.pairing.names import kind_of, stem_of, without_tags
from sync.pairing.oddities import Oddity, orphaned, set_aside
from sync.ports import LEDGER_SUFFIX, XMP_SUFFIX

SET_ASIDE = re.compile(r"(?P<original>.*)(?P<tail>\.orphan-\d{8}-\d{6})", re.DOTALL)
"""What a name is called that was set aside because it was written for another picture."""

_LEDGER_STEM = stem_of(LEDGER_SUFFIX)


def orphans(ledgers: Iterable[str], xmps: Iterable[str], there: Container[str]) -> list[Oddity]:
    """What to tell of sidecars that no original has; `there` are names that are there and no original."""
    found: dict[str, list[str]] = {}
    for name in ledgers:
        found.setdefault(without_tags(stem_of(name)).removesuffix(_LEDGER_STEM), []).append(name)
    by_stem = {stem_of(original): original for original in found}
    for name in xmps:
        whole = name[: -len(XMP_SUFFIX)]
        base = whole if SET_ASIDE.fullmatch(whole) else without_tags(whole)
        if base in found or kind_of(base) or SET_ASIDE.fullmatch(base):
            found.setdefault(base, []).append(name)
        elif base in by_stem:
            found[by_stem[base]].append(name)
    return [_told(original, sorted(names)) for original, names in found.items() if original not in there]


def _told(original: str, names: list[str]) -> Oddity:
    aside = SET_ASIDE.fullmatch(original)
    return set_aside(aside["original"], names) if aside else orphaned(original, names)
